import type { Call } from '../../call/call.ts';

/**
 * Looks at a request before it is sent: at its value, opened once for all checks of its RPC, and at its call. Throws the
 * GatewayError that the caller gets.
 */
export type CheckRequest = (value: unknown, call: Call) => void;
