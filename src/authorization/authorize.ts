import type { Call, Interceptor, Reply } from '../call/call.ts';
import type { Decision } from '../call/decision.ts';
import { GatewayError } from '../call/gateway-error.ts';
import type { CloseMessage, OpenMessage } from '../call/open-message.ts';

import type { Policy } from './compile-policy.ts';
import { decide } from './decide.ts';
import { compileLookUpResource } from './look-up-resource.ts';

/** What looks into requests, for rules about what a call acts on. */
export interface AuthorizeOptions {
  readonly open: OpenMessage;
  readonly close: CloseMessage;
}

/**
 * Lets a call pass when the policy allows it, and nothing else pass: every call of every surface comes by here, a link's or
 * a re-read's like any other. Where it depends on what the call acts on, that is looked up further in, on the way that
 * calls take from here.
 */
export function authorize(policy: Policy, { open, close }: AuthorizeOptions): Interceptor {
  return (next) => {
    const readers = [...policy.readers].filter(([method]) => policy.factsOf(method).rules.length > 0);
    const lookUp = compileLookUpResource({ readers, open, close, invoke: next });
    const conclude = (call: Call, decision: Decision): Promise<Reply> => {
      if (call.notes !== undefined) call.notes.decision = decision;
      return decision.allow ? next(call) : Promise.reject(permissionDenied(decision));
    };
    return (call) => {
      const principal = policy.principalOf(call.identity);
      const facts = policy.factsOf(call.method);
      const decision = decide(principal, facts);
      if (decision.reason !== 'RESOURCE_NEEDED') return conclude(call, decision);
      return lookUp(call).then((resource) => conclude(call, decide(principal, facts, resource)));
    };
  };
}

function permissionDenied({ message, reason, missingScope }: Decision): GatewayError {
  return new GatewayError('PERMISSION_DENIED', message, {
    reason,
    ...(missingScope !== undefined && { challenge: { error: 'insufficient_scope', scope: missingScope } }),
  });
}
