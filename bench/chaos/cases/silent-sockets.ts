import { connect, type Socket } from 'node:net';

import { createDemoCuebot } from '../../../src/demo/demo-cuebot.ts';
import { attackGateway } from '../attacked-gateway.ts';
import type { ChaosCase } from '../chaos-case.ts';

const descriptors = 200;
const count = 400;
/** How long it is looked whether others are served. */
const watchMs = 20_000;

/** Connections that say nothing, more of them than there are file descriptors. */
export const chaos: ChaosCase = {
  name: 'silent-sockets',
  attack: `${count} connections that never send a byte, to a gateway that may have ${descriptors} files open. They connect again when they are closed.`,
  run: async () => {
    const cuebot = await createDemoCuebot();
    const gateway = await attackGateway({ CUEBOT_ENDPOINT: cuebot.endpoint }, descriptors);
    const silent = new Set<Socket>();
    let isOver = false;
    const stayConnected = () => {
      if (isOver) return;
      const socket = connect(gateway.port, '127.0.0.1');
      silent.add(socket);
      socket
        .on('error', () => {})
        .on('close', () => {
          silent.delete(socket);
          setTimeout(stayConnected, 1_000);
        });
    };
    for (let index = 0; index < count; index++) stayConnected();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const begin = performance.now();
    const secondsSince = () => (performance.now() - begin) / 1_000;
    let servedAfter = Number.POSITIVE_INFINITY;
    let asked = 0;
    let unanswered = 0;
    while (performance.now() - begin < watchMs) {
      const status = await gateway.call('show.ShowInterface/GetActiveShows', 'ann', 2_000);
      asked++;
      if (status !== 200) unanswered++;
      else if (servedAfter === Number.POSITIVE_INFINITY) servedAfter = secondsSince();
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    isOver = true;
    for (const socket of silent) socket.destroy();
    gateway.stop();
    await cuebot.close();
    return [
      { what: 'until another caller is served', value: servedAfter, unit: 's', limit: 15 },
      { what: `of ${asked} calls of another caller, not answered`, value: unanswered, unit: 'calls' },
    ];
  },
};
