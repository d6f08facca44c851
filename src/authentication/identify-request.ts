import type { IncomingMessage } from 'node:http';

import type { AddressOf } from '../http/client-address.ts';

import type { Call } from '../call/call.ts';
import { GatewayError } from '../call/gateway-error.ts';
import type {
  Credentials,
  Identify,
  IdentifyPeer,
  IdentifyRequest,
  Identity,
  PeerCredentials,
} from '../call/identity.ts';
import type { StatusName } from '../call/status.ts';
import { fingerprintOf } from './derive-identity.ts';
import type { AdmitCaller } from './request-rate.ts';

/** A request whose sender is not known. What it says is cut to 200 characters. */
export interface Rejection {
  readonly requestId: string;
  readonly surface: Call['surface'];
  /** The path that was asked for, without the query. */
  readonly path: string;
  readonly peer: string | undefined;
  /** The first 8 hex digits of the SHA-256 of the credentials; empty when there were none. */
  readonly tokenId: string;
  /** Why, from the closed set of the verifiers. */
  readonly reason: string;
  readonly status: StatusName;
}

/** What identifying the calls of gRPC takes. */
export interface IdentifyPeerOptions {
  readonly identify: Identify;
  /** Who calls without a token or key, as far as the site says so of its connection; undefined: nobody. */
  readonly identityOfPeer: (credentials: PeerCredentials) => Identity | undefined;
  /** Whether who calls may do so now; undefined: always. */
  readonly admit?: AdmitCaller | undefined;
  /** Told of each call that is turned away. */
  readonly onRejected: (rejection: Rejection) => void;
}

/**
 * Compiles how gRPC finds out who calls. What is shown decides where something is shown: a bad token is refused, whatever the
 * connection is good for.
 */
export function compileIdentifyPeer(options: IdentifyPeerOptions): IdentifyPeer {
  const { identify, identityOfPeer, admit, onRejected } = options;
  const identifyPeer = async (credentials: PeerCredentials) => {
    try {
      const showsNothing = credentials.authorization === undefined && credentials.apiKey === undefined;
      return (showsNothing ? identityOfPeer(credentials) : undefined) ?? (await identify(credentials));
    } catch (error) {
      onRejected(rejectionOf(credentials.path, credentials.requestId, credentials, error, 'grpc'));
      throw error;
    }
  };
  return admit === undefined ? identifyPeer : async (credentials) => admit(await identifyPeer(credentials));
}

/** What identifying a surface's requests takes. */
export interface IdentifyRequestOptions {
  readonly identify: Identify;
  readonly surface: Call['surface'];
  readonly addressOf: AddressOf;
  /** Whether who calls may do so now; undefined: always. */
  readonly admit?: AdmitCaller | undefined;
  /** Told of each request that is turned away. */
  readonly onRejected: (rejection: Rejection) => void;
}

/** Compiles how a surface finds out who sends a request; what is known at once is answered at once. */
export function compileIdentifyRequest(options: IdentifyRequestOptions): IdentifyRequest {
  const { identify, addressOf } = options;
  const reject = (request: IncomingMessage, requestId: string, credentials: Credentials, error: unknown): never => {
    options.onRejected(rejectionOf(request.url ?? '', requestId, credentials, error, options.surface));
    throw error;
  };
  const identifyCaller: IdentifyRequest = (request, requestId) => {
    const credentials = credentialsOf(request, addressOf);
    try {
      const identity = identify(credentials);
      if (!(identity instanceof Promise)) return identity;
      return identity.catch((error) => reject(request, requestId, credentials, error));
    } catch (error) {
      return reject(request, requestId, credentials, error);
    }
  };
  const { admit } = options;
  return admit === undefined
    ? identifyCaller
    : async (request, requestId) => admit(await identifyCaller(request, requestId));
}

/** Headers and nothing else: URLs end up in logs. */
function credentialsOf(request: IncomingMessage, addressOf: AddressOf): Credentials {
  const { headers, rawHeaders } = request;
  const { authorization } = headers;
  return {
    authorization,
    isAmbiguous: authorization !== undefined && isRepeated(rawHeaders),
    apiKey: headers['x-api-key'] as string | undefined,
    remoteAddress: addressOf(request),
  };
}

/** Node keeps the first of several `Authorization` lines without a word. */
function isRepeated(rawHeaders: readonly string[]): boolean {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!;
    if (name.length === 13 && name.toLowerCase() === 'authorization') count += 1;
  }
  return count > 1;
}

function rejectionOf(
  url: string,
  requestId: string,
  { authorization, apiKey, remoteAddress: peer }: Credentials,
  error: unknown,
  surface: Call['surface'],
): Rejection {
  const { reason, status } = GatewayError.from(error);
  const shown = authorization?.replace(/^bearer +/i, '') || apiKey;
  return {
    requestId,
    surface,
    path: url.split('?', 1)[0]!.slice(0, 200),
    peer,
    tokenId: shown === undefined ? '' : fingerprintOf(shown),
    reason,
    status: status.name,
  };
}
