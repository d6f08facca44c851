import { GatewayError } from './gateway-error.ts';
import type { Identify } from './identity.ts';

/** Tells of every refused request why, and changes nothing about it; what is answered at once stays so. */
export function measureIdentify(identify: Identify, onFailure: (reason: string) => void): Identify {
  const fail = (error: unknown): never => {
    onFailure(GatewayError.from(error).reason);
    throw error;
  };
  return (credentials) => {
    try {
      const identity = identify(credentials);
      return identity instanceof Promise ? identity.catch(fail) : identity;
    } catch (error) {
      return fail(error);
    }
  };
}
