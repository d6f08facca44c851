import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A way to a server through which, for a while, nothing comes: as behind a firewall that drops packets without a word. */
export interface SilentWay {
  /** `127.0.0.1:PORT`. */
  readonly endpoint: string;
  /** From now on connections are accepted and nothing is passed on, in neither direction. Nobody is told. */
  fallSilent(): void;
  /** New connections are passed on again. Those of before stay silent: what was on its way is lost. */
  speak(): void;
  close(): void;
}

/** Opens a way to a server of this machine. */
export async function openSilentWay(target: string): Promise<SilentWay> {
  const port = Number(target.split(':').at(-1));
  const sockets = new Set<Socket>();
  let isSilent = false;
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  };
  const server = createServer((socket) => {
    keep(socket);
    if (isSilent) return void socket.pause();
    const further = connect(port, '127.0.0.1');
    keep(further);
    socket.pipe(further).pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `127.0.0.1:${(server.address() as { readonly port: number }).port}`,
    fallSilent: () => {
      isSilent = true;
      for (const socket of sockets) socket.unpipe().pause();
    },
    speak: () => {
      isSilent = false;
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
