import { peerAddressOf } from '../src/base/client-address.ts';
import { compileIdentifyRequest, type IdentifyRequest } from '../src/rpc/identify-request.ts';
import type { Identify, Identity } from '../src/rpc/identity.ts';

/** An identity for tests; nobody asked for a token unless a method says so. */
export function identityOf(subject: string, more: Partial<Identity> = {}): Identity {
  return {
    subject,
    method: 'none',
    claims: {},
    scopes: undefined,
    groups: [],
    issuer: undefined,
    tokenId: '',
    expiresAtMs: Number.POSITIVE_INFINITY,
    ...more,
  };
}

/** Identifies requests as this says, wherever they come from; nobody is told of those that are turned away. */
export function identifyRequestsBy(identify: Identify): IdentifyRequest {
  return compileIdentifyRequest({ identify, surface: 'rest', addressOf: peerAddressOf, onRejected: () => undefined });
}
