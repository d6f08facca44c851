import type { Decision } from './decision.ts';

/**
 * A slate that travels with one call. An interceptor hands a changed copy of the call inwards, and nothing outwards but the
 * reply; what an inner one finds out and an outer one must know, it notes here.
 */
export interface CallNotes {
  /** Whether the caller may, and why. */
  decision?: Decision;
  /** The user for whom a service speaks, when that is another one than the identity's. */
  onBehalfOf?: string;
}
