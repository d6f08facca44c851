import { signToken } from '../../src/authentication/hmac/sign-token.ts';
import { GatewayError } from '../../src/call/gateway-error.ts';
import type { Identify, Identity } from '../../src/call/identity.ts';

/** The secret of the recorded tokens. */
export const secret = 'secret';

/** Any moment will do where nothing was recorded. */
export const nowMs = Date.UTC(2026, 10, 23, 12);

/** A token with these claims, in the header's form. */
export const bearer = (claims: Record<string, unknown>) => `Bearer ${signToken({ secret, claims })}`;

/** A token whose parts are these texts, signed or not, correctly or not. */
export function compose(header: string, claims: string, signature = ''): string {
  return `${Buffer.from(header).toString('base64url')}.${Buffer.from(claims).toString('base64url')}.${signature}`;
}

/** The error of a refused request; throws what is no GatewayError, and fails when the request is not refused. */
export async function refusalOf(identify: Identify, authorization: string | undefined): Promise<GatewayError> {
  const outcome = await outcomeOf(identify, authorization);
  if (outcome instanceof GatewayError) return outcome;
  throw new Error(`expected a refusal, got ${JSON.stringify(outcome)}`);
}

/** Who calls, or the GatewayError that refuses them; anything else is thrown. */
export async function outcomeOf(
  identify: Identify,
  authorization: string | undefined,
): Promise<Identity | GatewayError> {
  try {
    return await identify({ authorization });
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
}
