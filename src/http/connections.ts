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
  /** The text that is sent to whoever is turned away at a limit; undefined: connections begin with TLS, and it could not be read. */
  readonly fullText: string | undefined;
}

/** One open connection. */
export interface Connection {
  readonly socket: Socket;
  readonly address: string;
  /** Whether its requests are under way side by side, as by HTTP/2; else they are answered one after the other. */
  readonly isMultiplexed: boolean;
  /** Requests whose answers are not out yet, oldest first. */
  readonly pending: ReadonlySet<ServerResponse>;
}

/** What ends a connection on which many requests are under way. */
export interface Multiplexed {
  /** Asks its client to send what is next over another one; what has been sent is answered. */
  announceEnd(): void;
  /** Takes no more requests, and closes when the last one is answered. */
  end(): void;
}

/** The open connections of one server. */
export interface Connections {
  readonly count: number;
  /** Takes a new connection in, or turns it away. */
  add(socket: Socket): void;
  /** Tells by which socket a connection goes on that has agreed on TLS. False: it was turned away. */
  secure(socket: Socket): boolean;
  /** Tells that requests are under way side by side from now on. */
  attach(socket: Socket, multiplexed: Multiplexed): void;
  hasRequests(socket: Socket): boolean;
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
  /** Tells why one of several requests of a connection ends, which goes on. */
  cutStream(connection: Connection, reason: CloseReason): void;
  /** Asks the clients of connections on which many requests are under way to open others. */
  announceEnd(): void;
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
  socket: Socket;
  isMultiplexed: boolean;
  readonly pending: Set<ServerResponse>;
  multiplexed?: Multiplexed;
  /** The last text to be sent; set when no further request can be read. */
  lastText?: string;
}

/** Whose connections are counted together: those of one address, or of one subscriber's network where there are many. */
function countedAs(address: string): string {
  return address.includes(':') ? subscriberNetworkOf(address) : address;
}

/** The other end, by which the two sockets of a connection with TLS know each other: node does not tell. */
function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

/** Watches a server's connections, so that nobody keeps others out by holding many. */
export function createConnections({ limits, onClosed, fullText }: ConnectionsOptions): Connections {
  const bySocket = new Map<Socket, OwnConnection>();
  /** Those whose handshake may still be under way, by their other end. */
  const insecure = new Map<string, OwnConnection>();
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
  const end = ({ socket, multiplexed }: OwnConnection): void => {
    if (multiplexed === undefined) socket.destroySoon();
    else multiplexed.end();
  };
  /** What follows when an answer is out, or a connection has been given up. */
  const settle = (connection: OwnConnection): void => {
    const { socket, pending, lastText } = connection;
    if (lastText === undefined) {
      if (pending.size > 0 || !bySocket.has(socket)) return;
      if (isClosing) end(connection);
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
        socket.on('error', () => {});
        if (fullText === undefined) socket.destroy();
        else socket.end(fullText, 'latin1', () => socket.destroy());
        return;
      }
      const connection: OwnConnection = { socket, address, isMultiplexed: false, pending: new Set() };
      bySocket.set(socket, connection);
      unused.add(connection);
      if (fullText === undefined) {
        const peer = peerOf(socket);
        insecure.set(peer, connection);
        socket.once('close', () => insecure.delete(peer));
      }
      const counted = countedAs(address);
      perAddress.set(counted, (perAddress.get(counted) ?? 0) + 1);
      socket.once('close', () => forget(connection));
    },
    secure: (socket) => {
      const connection = insecure.get(peerOf(socket));
      if (connection === undefined || !bySocket.delete(connection.socket)) return false;
      insecure.delete(peerOf(socket));
      connection.socket = socket;
      bySocket.set(socket, connection);
      socket.once('close', () => forget(connection));
      return true;
    },
    attach: (socket, multiplexed) => {
      const connection = bySocket.get(socket);
      if (connection === undefined) return;
      connection.multiplexed = multiplexed;
      connection.isMultiplexed = true;
    },
    hasRequests: (socket) => (bySocket.get(socket)?.pending.size ?? 0) > 0,
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
    cutStream: ({ address }, reason) => onClosed(reason, address),
    announceEnd: () => {
      for (const { multiplexed } of bySocket.values()) multiplexed?.announceEnd();
    },
    closeIdle: () => {
      isClosing = true;
      for (const { multiplexed } of bySocket.values()) multiplexed?.end();
      for (const { socket, multiplexed } of [...unused, ...idle]) if (multiplexed === undefined) socket.destroy();
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
