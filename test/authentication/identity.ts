import { peerAddressOf } from '../../src/http/client-address.ts';
import { compileIdentifyRequest } from '../../src/authentication/identify-request.ts';
import type { Identify, IdentifyRequest, Identity } from '../../src/call/identity.ts';

/** An identity for tests; nobody asked for a token unless a method says so. */
export function identityOf(subject: string, more: Partial<Identity> = {}): Identity {
  return {
    subject,
    isNamed: more.method !== undefined && more.method !== 'none',
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
