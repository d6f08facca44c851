import type { Message } from './message-codec.ts';

/**
 * Answers one RPC. The request comes with all its fields (see `decodeMessage`), so a handler may declare just those it
 * reads. Returns the response message; throws or rejects with a CuebotError; a promise that never settles is a call that
 * is never answered. The parameter is `never` so that handlers of any request shape fit one table.
 */
export type RpcHandler = (request: never) => Message | Promise<Message>;

/** Handlers of one service, keyed by method name. */
export type ServiceHandlers = Readonly<Record<string, RpcHandler>>;

/** How requests name an entity: the whole message is sent back, and (nearly always) only its id is read. */
export interface EntityReference {
  readonly id: string;
  readonly name: string;
}

/** The id inside an entity field; an absent message is an empty one, as in Java. */
export function idOf(entity: EntityReference | null): string {
  return entity?.id ?? '';
}

/** The name inside an entity field; an absent message is an empty one, as in Java. */
export function nameOf(entity: EntityReference | null): string {
  return entity?.name ?? '';
}
