import type { GatewayError } from '../../call/gateway-error.ts';
import type { RpcKind } from '../../rpc-table/rpc-kind.ts';

/**
 * The right to send calls of one lane, where several gateways share it: one of them has it at a time. Whoever asks for it and
 * does not have it is told by `onTurn` when it comes.
 */
export interface Turn {
  /** Throws the GatewayError of a call that is not sent, when the turn cannot be had. */
  readonly assertReachable: () => void;
  /**
   * Whether a call of this kind may begin at this very moment. If not, the turn is asked for, or was given on to somebody else
   * and asked for again.
   */
  readonly take: (kind: RpcKind) => boolean;
  /** The lane has nothing to send. */
  readonly rest: () => void;
}

/** Told by a turn. */
export interface TurnListener {
  /** A call may begin, or could a moment ago: `take` says. */
  readonly onTurn: () => void;
  /** The turn cannot be had, for the reason that the error tells; nobody need wait for it. */
  readonly onAway: (error: GatewayError) => void;
}

/** Opens the turn of a lane. */
export type OpenTurn = (lane: string, listener: TurnListener) => Turn;
