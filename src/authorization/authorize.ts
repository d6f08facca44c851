import type { Call, Invoke, Reply } from '../call/call.ts';
import type { Decision } from '../call/decision.ts';
import { GatewayError } from '../call/gateway-error.ts';
import type { CloseMessage, OpenMessage } from '../call/open-message.ts';
import type { Interceptor } from '../pipeline/interceptor.ts';

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
 * a refetch's like any other. Where it depends on what the call acts on, that is looked up further in, on the way that
 * calls take from here.
 */
export function authorize(policy: Policy, { open, close }: AuthorizeOptions): Interceptor {
  const readers = [...policy.readers].filter(([method]) => policy.factsOf(method).rules.length > 0);
  const lookUp = compileLookUpResource({ readers, open, close });
  return ({ method }) => {
    const facts = policy.factsOf(method);
    return (next, nextOf) => (call) => {
      const principal = policy.principalOf(call.identity);
      const decision = decide(principal, facts);
      if (decision.reason !== 'RESOURCE_NEEDED') return conclude(call, decision, next);
      return lookUp(call, nextOf).then((resource) => conclude(call, decide(principal, facts, resource), next));
    };
  };
}

function conclude(call: Call, decision: Decision, next: Invoke): Promise<Reply> {
  if (call.notes !== undefined) call.notes.decision = decision;
  return decision.allow ? next(call) : Promise.reject(permissionDenied(decision));
}

function permissionDenied({ message, reason, missingScope }: Decision): GatewayError {
  return new GatewayError('PERMISSION_DENIED', message, {
    reason,
    ...(missingScope !== undefined && { challenge: { error: 'insufficient_scope', scope: missingScope } }),
  });
}
