import { setTimeout as wait } from 'node:timers/promises';

import { createDemoCuebot, type DemoCuebot } from '../../src/demo/demo-cuebot.ts';

import { startDeviceProvider } from '../agent/device-provider.ts';
import { connectGrpc } from '../app/grpc-client.ts';
import { type CutWay, openCutWay } from '../cut-way.ts';
import type { PythonTools } from './python-tools.ts';
import type { TryToolsOptions } from './try-tools.ts';
import { openAgent, openGateway, settingsFor } from './ways.ts';

const name = 'cut_launch';

/**
 * A connection that is cut when a launch has reached Cuebot, and before its answer is back. pycue launches again what Cuebot may not
 * have got, and makes a second job where the first one is over by then, as it is here. Through cuegate there is one.
 */
export async function tryCutLaunches({ tools, table, folder }: TryToolsOptions): Promise<void> {
  await tryCase('pycue at Cuebot itself', async ({ cuebot, cut, opened }) => {
    const way = await openCutWay(cuebot.endpoint);
    opened.push(way.close);
    const told = await cut({ way, cuebotHosts: way.endpoint, user: 'kim' });
    // For comparison: without this the steps below would show nothing.
    return {
      what: `cut in the middle of a launch, to compare: ${told}`,
      isRight: launchesIn(cuebot) > 1,
      expected: 'expected more than one launch',
    };
  });
  await tryCase('GRPC_PORT', async ({ cuebot, cut, opened }) => {
    const way = await openCutWay(cuebot.endpoint);
    const gateway = await openGateway(folder, way.endpoint);
    opened.push(way.close, gateway.close);
    const told = await cut({ way, cuebotHosts: gateway.cuebotHosts, user: 'kim' });
    return { what: `Cuebot cut off in the middle of a launch: ${told}`, isRight: launchesIn(cuebot) === 1, expected };
  });
  await tryCase('cuegate agent', async ({ cuebot, cut, opened }) => {
    const provider = await startDeviceProvider();
    opened.push(provider.stop);
    const gateway = await openGateway(folder, cuebot.endpoint, settingsFor(provider));
    const way = await openCutWay(new URL(gateway.url).host);
    opened.push(gateway.close, way.close);
    const agent = await openAgent(folder, `http://${way.endpoint}`, provider);
    opened.push(agent.close);
    await agent.logIn('ann');
    const told = await cut({ way, cuebotHosts: agent.cuebotHosts, user: 'ann' });
    return { what: `gateway cut off in the middle of a launch: ${told}`, isRight: launchesIn(cuebot) === 1, expected };
  });

  /** Runs one case before a Cuebot of its own, and adds its row. */
  async function tryCase(way: string, run: (parts: CaseParts) => Promise<Outcome>): Promise<void> {
    const cuebot = await createDemoCuebot();
    const opened: (() => unknown)[] = [cuebot.close];
    try {
      const cut = (options: CutOptions) => launchAndCut(tools, cuebot, options);
      const { what, isRight, expected: problem } = await run({ cuebot, cut, opened });
      table.add({ way, what, problem: isRight ? undefined : problem });
    } catch (error) {
      table.add({ way, what: 'cut in the middle of a launch', problem: String(error) });
    } finally {
      for (const close of opened.reverse()) await close();
    }
  }
}

const expected = 'expected one launch';

interface CaseParts {
  readonly cuebot: DemoCuebot;
  readonly cut: (options: CutOptions) => Promise<string>;
  /** What is closed in the end, the last one first. */
  readonly opened: (() => unknown)[];
}

interface Outcome {
  readonly what: string;
  readonly isRight: boolean;
  readonly expected: string;
}

interface CutOptions {
  readonly way: CutWay;
  readonly cuebotHosts: string;
  readonly user: string;
}

/** Lets pycue launch, and cuts the way while the answer is on it. @returns how often there was a launch, and what pycue said */
async function launchAndCut(
  tools: PythonTools,
  cuebot: DemoCuebot,
  { way, cuebotHosts, user }: CutOptions,
): Promise<string> {
  const script = tools.start('cut_launch.py', [name, user], cuebotHosts);
  await script.nextLine();
  way.holdAnswers();
  script.send('go');
  let isOver = false;
  const said = script.nextLine().finally(() => {
    isOver = true;
  });
  // Told where it is awaited.
  said.catch(() => undefined);
  while (launchesIn(cuebot) === 0 && !isOver) await wait(10);
  // Its job is over soon; while it is pending, Cuebot refuses another one of the name.
  const past = connectGrpc(cuebot.port);
  for (const { id } of launchedIn(cuebot)) {
    await past.call('job.JobInterface/Kill', { job: { id }, reason: 'over' });
  }
  past.close();
  way.cut();
  const words = await said;
  const launches = launchesIn(cuebot);
  return `${launches} ${launches === 1 ? 'launch' : 'launches'}; pycue ${words}`;
}

const launchedIn = ({ farm }: DemoCuebot) => [...farm.jobs.values()].filter((job) => job.name.endsWith(`_${name}`));
const launchesIn = (cuebot: DemoCuebot) => launchedIn(cuebot).length;
