import type { Invoke } from '../call/call.ts';
import { GatewayError } from '../call/gateway-error.ts';
import type { OpenMessage } from '../call/open-message.ts';
import type { EntityKey } from '../rpc-table/entity-keys.ts';

import { type Interceptor, passOn } from './interceptor.ts';

/** The statuses by which the upstream says that it has not found an object; INTERNAL, where it did not expect that. */
const maybeNotFound: ReadonlySet<string> = new Set(['NOT_FOUND', 'INTERNAL']);

/**
 * Says more where the upstream says that something is not there, and a request names it by what nobody reads: `{"job": {"name":
 * "…"}}` is "Job not found", although there is a job of that name. Requests are opened only then.
 */
export function explainEmptyKeys({ open }: { readonly open: OpenMessage }): Interceptor {
  return ({ method, keys }) => {
    if (keys.length === 0) return passOn;
    const openRequest = open(method.input);
    return (next: Invoke): Invoke =>
      (call) =>
        next(call).catch((error: unknown) => {
          if (!(error instanceof GatewayError) || error.origin !== 'upstream') throw error;
          if (!maybeNotFound.has(error.status.name)) throw error;
          throw explain(error, openRequest(call.request), keys);
        });
  };
}

function explain(error: GatewayError, request: unknown, keys: readonly EntityKey[]): GatewayError {
  for (const { field, key } of keys) {
    const entity = (request as Readonly<Record<string, unknown>>)[field.jsonName];
    // Whoever sends no entity at all knows that something is missing.
    if (typeof entity !== 'object' || entity === null) continue;
    if ((entity as Readonly<Record<string, unknown>>)[key.jsonName] !== '') continue;
    const [name, path] = [field.jsonName, `${field.jsonName}.${key.jsonName}`];
    const hint = `"${path}" is empty, and nothing else in "${name}" says which one is meant`;
    const { status, origin, reason, statusDetails, header, trailer, mayHaveHappened } = error;
    return new GatewayError(status.code, `${error.message} (${hint})`, {
      ...{ origin, reason, header, trailer, mayHaveHappened, cause: error.cause },
      ...(statusDetails !== undefined && { statusDetails }),
    });
  }
  return error;
}
