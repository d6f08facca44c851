import { subscribe, unsubscribe } from 'node:diagnostics_channel';

/** The sockets of this process to one server. */
export interface UpstreamSockets {
  /** How many bytes have come by them since the start, those of closed ones included. */
  readonly bytesRead: () => number;
  /** Looks no more. */
  readonly close: () => void;
}

/** The part of `net.Socket` that is used. */
interface ClientSocket {
  readonly remoteAddress?: string;
  readonly remotePort?: number;
  readonly bytesRead: number;
  setKeepAlive(enable: boolean, initialDelay: number): void;
  once(event: 'connect' | 'close', listener: () => void): void;
}

/** When a silent connection is asked by TCP whether the other side is there, in milliseconds. */
const keepAliveMs = 30_000;

/**
 * Finds the sockets that lead upstream, by Node's diagnostics channel `net.client.socket`: grpc-js shows none. TCP asks by
 * itself whether the other side is still there; HTTP/2 pings would make Cuebot close the connection.
 * https://nodejs.org/api/diagnostics_channel.html#net
 *
 * @param address the one address that the name means, where that is known; without it, every socket to the port counts
 */
export function watchSockets(endpoint: string, address?: string): UpstreamSockets {
  // gRPC's default port where there is none.
  const port = Number(/:(\d+)$/.exec(endpoint)?.[1] ?? 443);
  const sockets = new Set<ClientSocket>();
  let closedBytes = 0;
  const onConnect = (socket: ClientSocket) => {
    if (socket.remotePort !== port) return;
    if (address !== undefined && socket.remoteAddress !== address) return;
    socket.setKeepAlive(true, keepAliveMs);
    sockets.add(socket);
    socket.once('close', () => {
      sockets.delete(socket);
      closedBytes += socket.bytesRead;
    });
  };
  watchers.add(onConnect);
  if (watchers.size === 1) subscribe('net.client.socket', onSocket);
  return {
    bytesRead: () => {
      let bytes = closedBytes;
      for (const socket of sockets) bytes += socket.bytesRead;
      return bytes;
    },
    close: () => {
      if (watchers.delete(onConnect) && watchers.size === 0) unsubscribe('net.client.socket', onSocket);
    },
  };
}

/** One listener for all that watch: a socket warns at the eleventh. */
const watchers = new Set<(socket: ClientSocket) => void>();

function onSocket(message: unknown): void {
  const { socket } = message as { readonly socket: ClientSocket };
  socket.once('connect', () => {
    for (const onConnect of watchers) onConnect(socket);
  });
}
