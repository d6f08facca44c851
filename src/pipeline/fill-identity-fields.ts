import type { Call, Invoke } from '../call/call.ts';
import type { Metadata } from '../call/gateway-error.ts';
import { compileIsService, type Identity } from '../call/identity.ts';
import type { FindText } from '../call/open-message.ts';
import { formatFieldPath } from '../rpc-table/field-path.ts';
import type { RpcFacts } from '../rpc-table/rpc-facts.ts';
import type { FieldPath } from '../rpc-table/validation.ts';

import { type Interceptor, passOn } from './interceptor.ts';
import { refusal } from './validation/refusal.ts';
import { workInTurns } from './work-in-turns.ts';

/** What filling identity fields in needs. */
export interface IdentityFieldOptions {
  /** Every RPC: an upstream of none of whose RPCs the table knows an identity field is no Cuebot, and is told nothing. */
  readonly rpcs: readonly RpcFacts[];
  readonly findText: FindText;
  /** What becomes of a request that names another user than its caller (IDENTITY_MISMATCH). */
  readonly mismatch: 'replace' | 'refuse';
  /** Subjects of shared-secret tokens and API keys that speak for the users whom they name (SERVICE_SUBJECTS). */
  readonly services: readonly string[];
  /** Whether callers can send metadata (FORWARD_METADATA). */
  readonly forwardsMetadata: boolean;
}

/** The metadata by which the upstream, and a proxy in front of it, can tell whose write it is. */
export const userMetadataKey = 'x-cuegate-user';

/**
 * Says upstream who calls, by the identity and not by the request: in the fields that the table names, and on writes in the
 * metadata `x-cuegate-user`. Reads carry none: identical reads of different callers share one call, which belongs to nobody.
 *
 * Anonymous callers (`AUTH=none`) are nobody, and what their requests say stays; so does what callers say whose shared-secret
 * token names nobody. A service may name the user for whom it speaks. Whom they named, and whose name was replaced, is noted for
 * the audit.
 */
export function fillIdentityFields(options: IdentityFieldOptions): Interceptor {
  const saysNothing = options.rpcs.every(({ identityFields }) => identityFields.length === 0);
  const drop: (next: Invoke) => Invoke = options.forwardsMetadata ? dropUser : passOn;
  return ({ kind, identityFields }) => {
    if (saysNothing || (kind === 'read' && identityFields.length === 0)) return drop;
    const fill = compileFill(identityFields, options);
    return (next) =>
      drop(async (call) => {
        if (call.identity.method === 'none') return next(call);
        const request = await fill(call);
        if (kind === 'read' || !call.identity.isNamed) return next({ ...call, request });
        return next({ ...call, request, metadata: [...call.metadata, userEntryOf(call.identity)] });
      });
  };
}

/** Answers the request that is sent. Rejects with PERMISSION_DENIED for a name that is not the caller's, where that is refused. */
type FillRequest = (call: Call) => Promise<Uint8Array>;

function compileFill(fields: readonly FieldPath[], options: IdentityFieldOptions): FillRequest {
  const fills = fields.map((field) => compileFillField(field, options));
  return async (call) => {
    let { request } = call;
    for (const fill of fills) request = await fill({ ...call, request });
    return request;
  };
}

function compileFillField(field: FieldPath, { findText, mismatch, services }: IdentityFieldOptions): FillRequest {
  const { read, append } = findText(field);
  const name = formatFieldPath(field);
  const isService = compileIsService(services);
  return async ({ request, identity, notes }) => {
    const { subject, isNamed } = identity;
    const fill = () => workInTurns(append(request, subject), request.length);
    const isServiceCall = isService(identity);
    if (isNamed && !isServiceCall && mismatch === 'replace') {
      if (notes !== undefined) notes.replacesName = true;
      return fill();
    }
    const said = await workInTurns(read(request), request.length);
    const isOther = said !== '' && !(isNamed && said === subject);
    if (isOther && mismatch === 'refuse' && !isServiceCall) throw wrongUser(name, said, identity);
    if (isOther && notes !== undefined) notes.onBehalfOf = said;
    return isOther || !isNamed ? request : fill();
  };
}

function wrongUser(field: string, said: string, { subject, isNamed }: Identity) {
  const found = `"${field}" says "${said.slice(0, 200)}", and ${isNamed ? `you are "${subject}"` : 'your token names nobody'}.`;
  const advice = isNamed ? 'Leave it out: it is filled in from who you are.' : 'Send a token that names you.';
  return refusal('PERMISSION_DENIED', 'IDENTITY_MISMATCH', `${found} ${advice}`);
}

/** Nobody but the gateway says who calls: forwarded request headers must not. */
function dropUser(next: Invoke): Invoke {
  return (call) => {
    if (!call.metadata.some(isUserEntry)) return next(call);
    return next({ ...call, metadata: call.metadata.filter((entry) => !isUserEntry(entry)) });
  };
}

function isUserEntry([key]: Metadata[number]): boolean {
  return key === userMetadataKey;
}

/** gRPC carries printable ASCII, so everything else is percent-encoded (RFC 3986, 2.1) as UTF-8; and so is the sign itself. */
function userEntryOf({ subject }: Identity): Metadata[number] {
  const encoded = subject.replace(/[^!-$&-~]+/g, (text) =>
    Buffer.from(text)
      .toString('hex')
      .replace(/../g, (byte) => `%${byte.toUpperCase()}`),
  );
  return [userMetadataKey, encoded];
}
