import type { BlockedRequest } from './blocked-request.ts';
import type { Handler } from './create-server.ts';

/** A surface, and what the gate in front of it has to know. */
export interface Mount {
  readonly handle: Handler;
  /** The methods that pages of other sites can be allowed to use here, e.g. `GET, POST`. */
  readonly crossSiteMethods: string;
  /** Whether GET does work here that other sites must not cause when nobody is asked for a token. */
  readonly isReadGuarded: boolean;
  /** The JSON in which clients of this surface expect to be told that a request was blocked. */
  readonly wordBlocked: (blocked: BlockedRequest, requestId: string) => string;
}
