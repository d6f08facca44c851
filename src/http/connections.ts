import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

import { plainAddress, subscriberNetworkOf } from './ip-network.ts';
import { lingerMs } from './send-answer.ts';

/** Why connections are closed although their clients would have gone on. */
export const closeReasons = [
  /** Its address has as many as one may have (MAX_CONNECTIONS_PER_ADDRESS). */
  'address-limit',
  /** There are as many as there may be (MAX_CONNECTIONS), and something is under way on each. */
  'connection-limit',
  /** It made room for another: nothing was under way on it for the longest time. */
  'idle-at-limit',
  /** A request did not come to its end in time. */
  'request-timeout',
  /** A request's body came too slowly. */
  'slow-sender',
  /** An answer was read too slowly. */
  'slow-reader',
] as const;

/** Why a connection was closed although its client would have gone on. */
export type CloseReason = (typeof closeReasons)[number];

/** How many connections there may be. */
export interface ConnectionLimits {
  readonly maxConnections: () => number;
  readonly maxPerAddress: number;
  /** Whether many clients come from an address, such as a proxy's; then only the first limit holds for it. */
  readonly isShared: (address: string) => boolean;
}

/** What watches the connections of a server. */
export interface ConnectionsOptions {
  readonly limits: ConnectionLimits;
  /** Told about each connection that is closed although its client would have gone on. */
  readonly onClosed: (reason: CloseReason, address: string) => void;
  /** The text that is sent to whoever is turned away at a limit. */
  readonly fullText: string;
}

/** One open connection. */
export interface Connection {
  readonly socket: Socket;
  readonly address: string;
  /** Requests whose answers are not out yet, oldest first. */
  readonly pending: ReadonlySet<ServerResponse>;
}

/** The open connections of one server. */
export interface Connections {
  readonly count: number;
  /** Takes a new connection in, or turns it away. */
  add(socket: Socket): void;
  /** Tells that a request has come; it is under way until its answer is out. False: its connection was turned away. */
  begin(response: ServerResponse): boolean;
  /** The connections on which something is under way. */
  busy(): Iterable<Connection>;
  /**
   * Ends a connection on which no further request can be read. What is under way is answered first; then the text
   * follows, unless the connection has ended with an answer. Later calls for the same connection do nothing.
   *
   * @param reason given when the client would have gone on
   */
  giveUp(socket: Socket, text: string, reason?: CloseReason): void;
  /** Closes a connection at once, and tells why. */
  cut(connection: Connection, reason: CloseReason): void;
  /** Closes the connections on which nothing is under way, and from now on each whose last answer is out. */
  closeIdle(): void;
  closeAll(): void;
  /** Resolves when no connection is left, or after the given time. */
  whenNone(timeoutMs: number): Promise<void>;
}

/** Sends the last text of a connection, and closes it whether or not its client does. */
export function endSocket(socket: Socket, text: string): void {
  socket.end(text, 'latin1');
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(timer)).resume();
}

interface OwnConnection extends Connection {
  readonly pending: Set<ServerResponse>;
  /** The last text to be sent; set when no further request can be read. */
  lastText?: string;
}

/** Whose connections are counted together: those of one address, or of one subscriber's network where there are many. */
function countedAs(address: string): string {
  return address.includes(':') ? subscriberNetworkOf(address) : address;
}

/** Watches a server's connections, so that nobody keeps others out by holding many. */
export function createConnections({ limits, onClosed, fullText }: ConnectionsOptions): Connections {
  const bySocket = new Map<Socket, OwnConnection>();
  const perAddress = new Map<string, number>();
  // Both in the order in which their connections became idle; those that never had a request are the first to make room.
  const unused = new Set<OwnConnection>();
  const idle = new Set<OwnConnection>();
  let isClosing = false;
  let onNone: (() => void) | undefined;

  const forget = (connection: OwnConnection): void => {
    const { socket, address } = connection;
    if (!bySocket.delete(socket)) return;
    unused.delete(connection);
    idle.delete(connection);
    const counted = countedAs(address);
    const left = perAddress.get(counted)! - 1;
    if (left === 0) perAddress.delete(counted);
    else perAddress.set(counted, left);
    if (bySocket.size === 0) onNone?.();
  };
  const cut = ({ socket, address }: Connection, reason: CloseReason): void => {
    onClosed(reason, address);
    const connection = bySocket.get(socket);
    if (connection !== undefined) forget(connection);
    socket.destroy();
  };
  /** Makes room where that is allowed; else tells why a new connection of an address has none. */
  const findRoom = (address: string): CloseReason | undefined => {
    const isFull = (perAddress.get(countedAs(address)) ?? 0) >= limits.maxPerAddress;
    if (isFull && !limits.isShared(address)) return 'address-limit';
    if (bySocket.size < limits.maxConnections()) return undefined;
    const [longestUnused] = unused;
    const [longestIdle] = idle;
    const victim = longestUnused ?? longestIdle;
    if (victim === undefined) return 'connection-limit';
    cut(victim, 'idle-at-limit');
    return undefined;
  };
  /** What follows when an answer is out, or a connection has been given up. */
  const settle = (connection: OwnConnection): void => {
    const { socket, pending, lastText } = connection;
    if (lastText === undefined) {
      if (pending.size > 0 || !bySocket.has(socket)) return;
      if (isClosing) socket.destroySoon();
      else idle.add(connection);
      return;
    }
    const [next] = pending;
    // One whose body is broken gets the text in place of its handler's answer, unless that has begun.
    if (next !== undefined && (next.req.complete || next.headersSent)) return;
    if (socket.writable) endSocket(socket, lastText);
  };
  return {
    get count() {
      return bySocket.size;
    },
    add: (socket) => {
      const address = plainAddress(socket.remoteAddress ?? '');
      const reason = findRoom(address);
      if (reason !== undefined) {
        onClosed(reason, address);
        socket.on('error', () => {}).end(fullText, 'latin1', () => socket.destroy());
        return;
      }
      const connection: OwnConnection = { socket, address, pending: new Set() };
      bySocket.set(socket, connection);
      unused.add(connection);
      const counted = countedAs(address);
      perAddress.set(counted, (perAddress.get(counted) ?? 0) + 1);
      socket.once('close', () => forget(connection));
    },
    begin: (response) => {
      const connection = bySocket.get(response.req.socket);
      if (connection === undefined) return false;
      unused.delete(connection);
      idle.delete(connection);
      connection.pending.add(response);
      response.once('close', () => {
        connection.pending.delete(response);
        settle(connection);
      });
      return true;
    },
    busy: function* () {
      for (const connection of bySocket.values()) if (connection.pending.size > 0) yield connection;
    },
    giveUp: (socket, text, reason) => {
      const connection = bySocket.get(socket);
      if (connection === undefined) return void socket.destroy();
      if (connection.lastText !== undefined) return;
      if (reason !== undefined) onClosed(reason, connection.address);
      connection.lastText = text;
      unused.delete(connection);
      idle.delete(connection);
      settle(connection);
    },
    cut,
    closeIdle: () => {
      isClosing = true;
      for (const { socket } of [...unused, ...idle]) socket.destroy();
    },
    closeAll: () => {
      for (const { socket } of [...bySocket.values()]) socket.destroy();
    },
    whenNone: (timeoutMs) =>
      new Promise((resolve) => {
        if (bySocket.size === 0) return resolve();
        const timer = setTimeout(resolve, timeoutMs);
        onNone = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
  };
}
