import { connect, type Socket } from 'node:net';

import { createDemoCuebot } from '../../../src/demo/demo-cuebot.ts';
import { attackGateway, formatCall } from '../attacked-gateway.ts';
import type { ChaosCase } from '../chaos-case.ts';

const clients = 100;
/** How long before the signal the requests are sent, in milliseconds. */
const aheadMs = 20;

/** Nobody attacks here: the gateway is told to stop while requests are on their way. */
export const chaos: ChaosCase = {
  name: 'requests-before-stop',
  attack: `${clients} clients send a request on a connection that they have used before, and the gateway gets SIGTERM ${aheadMs} ms later.`,
  run: async () => {
    const cuebot = await createDemoCuebot();
    const gateway = await attackGateway({ CUEBOT_ENDPOINT: cuebot.endpoint });
    const request = formatCall('show.ShowInterface/GetActiveShows', 'ann', '{}').replace('Connection: close\r\n', '');
    const sockets = await Promise.all(Array.from({ length: clients }, () => ask(gateway.port, request)));
    const answers = sockets.map((socket) => isAnswered(socket, request));
    await new Promise((resolve) => setTimeout(resolve, aheadMs));
    const begin = performance.now();
    gateway.signal('SIGTERM');
    const answered = (await Promise.all(answers)).filter(Boolean).length;
    await gateway.ended;
    const stoppedAfter = (performance.now() - begin) / 1_000;
    await cuebot.close();
    return [
      { what: 'requests without an answer', value: clients - answered, unit: 'requests', limit: 0 },
      { what: 'until the process has ended', value: stoppedAfter, unit: 's' },
    ];
  },
};

/** Connects, and resolves when a first request is answered. */
async function ask(port: number, request: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  await isAnswered(socket, request);
  return socket;
}

function isAnswered(socket: Socket, request: string): Promise<boolean> {
  socket.write(request);
  return new Promise((resolve) => {
    socket.once('data', (data: Buffer) => resolve(data.toString('latin1').startsWith('HTTP/1.1 200 ')));
    socket.once('close', () => resolve(false));
  });
}
