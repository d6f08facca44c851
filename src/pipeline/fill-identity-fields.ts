import type { MethodDescriptor } from '../registry/descriptors.ts';

import type { Call, Invoke } from '../call/call.ts';
import type { Metadata } from '../call/gateway-error.ts';
import { compileIsService, type Identity } from '../call/identity.ts';
import type { CloseMessage, OpenMessage } from '../call/open-message.ts';
import { formatFieldPath, textAt } from '../rpc-table/field-path.ts';
import type { RpcFacts } from '../rpc-table/rpc-facts.ts';
import type { FieldPath } from '../rpc-table/validation.ts';

import { type Interceptor, passOn } from './interceptor.ts';
import { refusal } from './validation/refusal.ts';

/** What filling identity fields in needs. */
export interface IdentityFieldOptions {
  /** Every RPC: an upstream of none of whose RPCs the table knows an identity field is no Cuebot, and is told nothing. */
  readonly rpcs: readonly RpcFacts[];
  readonly open: OpenMessage;
  /** Opens a request for the sake of one field, and does not read the others, however large they are. */
  readonly look: OpenMessage;
  readonly close: CloseMessage;
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
  return ({ method, kind, identityFields }) => {
    if (saysNothing || (kind === 'read' && identityFields.length === 0)) return drop;
    const fill = compileFill(method, identityFields, options);
    return (next) =>
      drop(async (call) => {
        if (call.identity.method === 'none') return next(call);
        const request = fill(call);
        if (kind === 'read' || !call.identity.isNamed) return next({ ...call, request });
        return next({ ...call, request, metadata: [...call.metadata, userEntryOf(call.identity)] });
      });
  };
}

/** Answers the request that is sent. Throws PERMISSION_DENIED for a name that is not the caller's, where that is refused. */
type FillRequest = (call: Call) => Uint8Array;

function compileFill(
  method: MethodDescriptor,
  fields: readonly FieldPath[],
  options: IdentityFieldOptions,
): FillRequest {
  const fills = fields.map((field) => compileFillField(method, field, options));
  return (call) => fills.reduce((request, fill) => fill({ ...call, request }), call.request);
}

/**
 * The name is one more occurrence of the field at the end, and no byte of what the caller sent is rewritten: the last value
 * of a field holds (https://protobuf.dev/programming-guides/encoding/#last-one-wins). A message that occurs twice is to be
 * merged, but some readers, protobufjs among them, take the last one whole; so the one that is added holds all that the
 * caller's held.
 */
function compileFillField(
  method: MethodDescriptor,
  field: FieldPath,
  { open, look, close, mismatch, services }: IdentityFieldOptions,
): FillRequest {
  const read = open(method.input);
  const write = close(method.input);
  const name = formatFieldPath(field);
  const outermost = field[0]!.jsonName;
  const fill = (request: Uint8Array, user: string) => {
    const value = field.length === 1 ? undefined : read(request);
    return Buffer.concat([request, write({ [outermost]: replaceText(field, value, user) })]);
  };
  const lookInto = look(method.input);
  const isService = compileIsService(services);
  return ({ request, identity, notes }) => {
    const { subject, isNamed } = identity;
    const isServiceCall = isService(identity);
    if (isNamed && !isServiceCall && mismatch === 'replace') {
      if (notes !== undefined) notes.replacesName = true;
      return fill(request, subject);
    }
    const said = textAt(lookInto(request), field);
    const isOther = said !== '' && !(isNamed && said === subject);
    if (isOther && mismatch === 'refuse' && !isServiceCall) throw wrongUser(name, said, identity);
    if (isOther && notes !== undefined) notes.onBehalfOf = said;
    return isOther || !isNamed ? request : fill(request, subject);
  };
}

/** The value of a path's first field, with the text at its end replaced. */
function replaceText([first, ...rest]: FieldPath, parent: unknown, text: string): unknown {
  if (rest.length === 0) return text;
  const value = (parent as Readonly<Record<string, unknown>> | null | undefined)?.[first!.jsonName];
  return { ...(value as object | null), [rest[0]!.jsonName]: replaceText(rest, value, text) };
}

function wrongUser(field: string, said: string, { subject, isNamed }: Identity) {
  const found = `"${field}" says "${said}", and ${isNamed ? `you are "${subject}"` : 'your token names nobody'}.`;
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
