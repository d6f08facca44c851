import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to a server of this machine, whose answers can be lost. */
export interface CutWay {
  /** `127.0.0.1:PORT`. */
  readonly endpoint: string;
  /** From now on no answer passes on the connections that there are. */
  holdAnswers(): void;
  /** Cuts them, and what was held is lost. New connections pass as before. */
  cut(): void;
  close(): void;
}

/** Opens a way to a server. @param target its address, as `127.0.0.1:PORT` */
export async function openCutWay(target: string): Promise<CutWay> {
  const port = Number(target.split(':').at(-1));
  const pairs = new Set<{ readonly near: Socket; readonly far: Socket }>();
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    const pair = { near, far };
    pairs.add(pair);
    const end = () => {
      near.destroy();
      far.destroy();
      pairs.delete(pair);
    };
    for (const socket of [near, far]) socket.on('error', end).on('close', end);
    near.pipe(far).pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    for (const { near, far } of [...pairs]) {
      near.destroy();
      far.destroy();
    }
  };
  return {
    endpoint: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    holdAnswers: () => {
      for (const { near, far } of pairs) far.unpipe(near).pause();
    },
    cut,
    close: () => {
      server.close();
      cut();
    },
  };
}
