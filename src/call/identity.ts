import type { IncomingMessage } from 'node:http';

/** Who calls, as a verifier established it. Never taken from the request's message. */
export interface Identity {
  /**
   * The user, e.g. the token's `sub`; `anonymous` when authentication is off, `unknown` of a shared-secret token that names
   * nobody. These two may be users' names as well, so ask `isNamed`.
   */
  readonly subject: string;
  /** Whether anybody said who calls. Where nobody did, the subject must not take the place of a name that a request gives. */
  readonly isNamed: boolean;
  /** How the identity was established. */
  readonly method: IdentityMethod;
  /** The verified claims, frozen; empty without a token. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** The scopes of the token (RFC 6749, 3.3); undefined: the token carries none, which is not the same as an empty list. */
  readonly scopes: readonly string[] | undefined;
  /** The groups that the token names; empty when it names none. */
  readonly groups: readonly string[];
  /** Who issued the token (RFC 7519, 4.1.1); undefined for a shared secret's, which anybody who has it may have issued. */
  readonly issuer: string | undefined;
  /** Names the token in records without showing it: its `jti`, else the first 8 hex digits of its SHA-256. Empty: no token. */
  readonly tokenId: string;
  /** When the token ends (RFC 7519, 4.1.4), in milliseconds since 1970; Infinity when it never does. */
  readonly expiresAtMs: number;
}

/**
 * How an identity was established: by a token signed with the shared secret, by a token of an OAuth issuer whose keys are
 * known, by asking the issuer about it, by an API key, by the network or the certificate of a gRPC connection, or not at all. A new
 * verifier brings a word of its own.
 */
export type IdentityMethod =
  | 'hmac'
  | 'oidc'
  | 'introspection'
  | 'api-key'
  | 'network'
  | 'certificate'
  | 'none'
  | (string & Record<never, never>);

/**
 * The ways to be known by which the site itself chooses the subject. An OAuth issuer may let people choose their names, and
 * somebody who takes the name of a service must not speak for everybody.
 */
const siteMethods: ReadonlySet<IdentityMethod> = new Set(['hmac', 'api-key', 'network', 'certificate']);

/** Compiles who is a service, and so speaks for many users. @param subjects the names of services (SERVICE_SUBJECTS) */
export function compileIsService(subjects: readonly string[]): (identity: Identity) => boolean {
  return ({ subject, isNamed, method }) => isNamed && subjects.includes(subject) && siteMethods.has(method);
}

/** What an HTTP request offers to be identified by. */
export interface Credentials {
  /** The first `Authorization` header line, surrounding white space trimmed; undefined when absent. */
  readonly authorization: string | undefined;
  /** Whether there were several `Authorization` lines, so that someone else may have looked at another one than we do. */
  readonly isAmbiguous?: boolean;
  /** The header `X-API-Key`; several lines of it are joined by commas, and so no key. */
  readonly apiKey?: string | undefined;
  /** The client's IP address; not told: unknown, and keys that are bound to networks are refused. */
  readonly remoteAddress?: string | undefined;
}

/**
 * Turns credentials into an identity. Throws (or rejects with) a GatewayError of origin `credentials`, status
 * UNAUTHENTICATED, when they do not suffice, and UNAVAILABLE when they cannot be checked at the moment. Synchronous where no
 * network is needed, so that a known caller waits for no turn of the event loop.
 */
export type Identify = (credentials: Credentials) => Identity | Promise<Identity>;

/** Tells who sends a request. Throws or rejects as `Identify` does. */
export type IdentifyRequest = (request: IncomingMessage, requestId: string) => Identity | Promise<Identity>;

/** What a gRPC call shows of who makes it: metadata in place of headers, and what its connection is. */
export interface PeerCredentials extends Credentials {
  /** The names of a verified client certificate, as its subject alternative name has them (`DNS:…`, `URI:…`); empty without one. */
  readonly certificateNames: readonly string[];
  readonly requestId: string;
  /** `/<package>.<Service>/<Method>` */
  readonly path: string;
}

/** Tells who makes a gRPC call. Throws or rejects as `Identify` does. */
export type IdentifyPeer = (credentials: PeerCredentials) => Identity | Promise<Identity>;
