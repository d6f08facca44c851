import { createDemoCuebot } from '../../src/demo/demo-cuebot.ts';

import { startDeviceProvider } from '../agent/device-provider.ts';
import type { PythonTools } from './python-tools.ts';
import type { StepTable } from './step-table.ts';
import { openAgent, openDemoProgram, openGateway, settingsFor } from './ways.ts';

/** What is tried with, and where it is told. */
export interface TryToolsOptions {
  readonly tools: PythonTools;
  readonly table: StepTable;
  readonly folder: string;
}

/** A Cuebot of somebody's, and who launches the one job there. */
export interface AnyCuebotOptions extends TryToolsOptions {
  /** `host:port`. */
  readonly cuebot: string;
  readonly show: string;
  readonly user: string;
}

/** The tools at `cuegate demo --cuebot-only`, as docs/demo.md has it. */
export async function tryCuebotItself({ tools, table }: TryToolsOptions): Promise<void> {
  const way = 'cuegate demo';
  const { cuebotHosts, close } = await openDemoProgram('--still');
  try {
    await tools.runSteps({ table, way, script: 'demo_farm.py', words: ['admin'], cuebotHosts });
    await tools.runSteps({ table, way, script: 'own_outline.py', words: ['testing', 'kim'], cuebotHosts });
  } finally {
    await close();
  }
}

/** The tools through GRPC_PORT, with the rights of their network; and then in front of a Cuebot that lives, as anybody's does. */
export async function tryGateway(options: TryToolsOptions): Promise<void> {
  const { tools, table, folder } = options;
  const way = 'GRPC_PORT';
  const cuebot = await createDemoCuebot();
  const { cuebotHosts, close } = await openGateway(folder, cuebot.endpoint);
  try {
    await tools.runSteps({ table, way, script: 'demo_farm.py', words: ['admin'], cuebotHosts });
  } finally {
    await close();
    await cuebot.close();
  }
  const living = await openDemoProgram();
  try {
    await tryAnyCuebot({ ...options, cuebot: living.cuebotHosts, show: 'testing', user: 'kim' });
  } finally {
    await living.close();
  }
}

/** The tools through GRPC_PORT in front of a Cuebot that is not ours: they read, and change nothing but what they launch. */
export async function tryAnyCuebot({ tools, table, folder, cuebot, show, user }: AnyCuebotOptions): Promise<void> {
  const { cuebotHosts, close } = await openGateway(folder, cuebot);
  try {
    await tools.runSteps({ table, way: 'GRPC_PORT', script: 'own_outline.py', words: [show, user], cuebotHosts });
  } finally {
    await close();
  }
}

/** The tools at the socket of `cuegate agent`, with the rights of whoever has logged in there. */
export async function tryAgent({ tools, table, folder }: TryToolsOptions): Promise<void> {
  const way = 'cuegate agent';
  const user = 'ann';
  const opened: (() => Promise<void>)[] = [];
  try {
    const cuebot = await createDemoCuebot();
    opened.push(cuebot.close);
    const provider = await startDeviceProvider();
    opened.push(provider.stop);
    const gateway = await openGateway(folder, cuebot.endpoint, settingsFor(provider));
    opened.push(gateway.close);
    const agent = await openAgent(folder, gateway.url, provider);
    opened.push(agent.close);
    const { cuebotHosts } = agent;
    await tools.runSteps({ table, way, script: 'before_log_in.py', words: [], cuebotHosts });
    await agent.logIn(user);
    await tools.runSteps({ table, way, script: 'demo_farm.py', words: ['operate'], cuebotHosts });
    await tools.runSteps({ table, way, script: 'own_outline.py', words: ['testing', user], cuebotHosts });
    // pycue says in its requests whoever runs it.
    const kills = cuebot.callLog.filter(({ method }) => method === 'job.JobInterface/Kill');
    const killers = new Set(kills.map(({ request }) => (request as { readonly username: string }).username));
    table.add({
      way,
      what: 'Cuebot hears of whoever has logged in',
      problem: killers.size === 1 && killers.has(user) ? undefined : `kills are those of ${[...killers]}`,
    });
  } finally {
    for (const close of opened.reverse()) await close();
  }
}
