import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to a server on loopback that can go wrong in the ways of networks. */
export interface Door {
  readonly port: number;
  /** From now on nothing arrives any more, in either direction, and nobody is told. */
  readonly swallow: () => void;
  /** New connections are whole again; those of before never speak any more. */
  readonly heal: () => void;
  /** Ends all connections that there are now, in the middle of whatever they carry. */
  readonly reset: () => void;
  /** Does this when the next bytes arrive from a client, which are swallowed; undefined: no more. */
  readonly atNextBytes: (act: (() => void) | undefined) => void;
  readonly close: () => void;
}

/** Opens a door on an address of loopback; `port` 0 takes a free one. */
export async function openDoor(target: number, host = '127.0.0.1', port = 0): Promise<Door> {
  const sockets = new Set<Socket>();
  let isSwallowing = false;
  const silenced = new Set<Socket>();
  let act: (() => void) | undefined;
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    if (isSwallowing) silenced.add(near);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.on('data', (bytes) => {
      const acting = act;
      act = undefined;
      if (acting !== undefined) acting();
      else if (!silenced.has(near)) far.write(bytes);
    });
    far.on('data', (bytes) => void (silenced.has(near) || near.write(bytes)));
  });
  server.listen(port, host);
  await once(server, 'listening');
  const reset = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    swallow: () => {
      isSwallowing = true;
      for (const socket of sockets) silenced.add(socket);
    },
    heal: () => {
      isSwallowing = false;
    },
    reset,
    atNextBytes: (next) => {
      act = next;
    },
    close: () => {
      reset();
      server.close();
    },
  };
}
