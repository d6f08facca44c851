import { createDemoCuebot, type DemoCuebot, type DemoCuebotOptions } from '../../src/demo/demo-cuebot.ts';

import { startGateway, type TestGateway } from './running-gateway.ts';

/** A gateway before several demo Cuebots that work on one farm. */
export interface SeveralCuebots extends TestGateway {
  readonly cuebots: readonly DemoCuebot[];
}

/** What each Cuebot is started with; all of them share the farm of the first. */
export interface SeveralCuebotsOptions {
  readonly cuebots: readonly DemoCuebotOptions[];
  readonly settings?: Readonly<Record<string, string>>;
  /** More names for CUEBOT_ENDPOINT. */
  readonly also?: readonly string[];
}

/** Starts them all on free ports of 127.0.0.1. */
export async function startSeveral({
  cuebots: [first, ...others],
  settings = {},
  also = [],
}: SeveralCuebotsOptions): Promise<SeveralCuebots> {
  const leader = first && (await createDemoCuebot(first));
  const followers = await Promise.all(
    others.map((options) => createDemoCuebot({ ...options, ...(leader && { sharedFarm: leader.farm }) })),
  );
  const cuebots = leader === undefined ? [] : [leader, ...followers];
  const names = [...cuebots.map(({ endpoint }) => endpoint), ...also].join(',');
  // A Cuebot that `startGateway` starts is not named, and is not used.
  const running = await startGateway({ settings: { ...settings, CUEBOT_ENDPOINT: names } });
  return {
    ...running,
    cuebots,
    close: async () => {
      await running.close();
      await Promise.all(cuebots.map((cuebot) => cuebot.close()));
    },
  };
}
