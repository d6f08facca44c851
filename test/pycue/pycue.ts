// The command behind `npm run pycue`: OpenCue's own Python tools (pycue, pyoutline, cueadmin) from PyPI, as people use them: at a demo
// Cuebot itself, through GRPC_PORT and through `cuegate agent`; with connections that are cut, and with many at once. A row for each step, and
// 1 where one failed. `npm run pycue -- lanes cut` tries some parts alone; `npm run pycue -- --cuebot host:8443` tries a gateway in
// front of that Cuebot, with `--show` and `--user` for the one job that it launches there. PYCUE_PYTHON: a Python that has the packages already.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { missingForTools, preparePythonTools } from './python-tools.ts';
import { createStepTable } from './step-table.ts';
import { tryCutLaunches } from './try-cut-launches.ts';
import { tryLanes } from './try-lanes.ts';
import { tryAgent, tryAnyCuebot, tryCuebotItself, tryGateway } from './try-tools.ts';

/** Fetching the packages on a slow line, and all that is done with them on a slow machine. */
const limitMs = 30 * 60_000;

const say = (line: string) => void process.stdout.write(`${line}\n`);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cuebot: { type: 'string' },
    show: { type: 'string', default: 'testing' },
    user: { type: 'string', default: 'kim' },
  },
});
const parts = { cuebot: tryCuebotItself, gateway: tryGateway, agent: tryAgent, cut: tryCutLaunches, lanes: tryLanes };
const names = Object.keys(parts);
const unknown = positionals.filter((name) => !names.includes(name));
const missing = await missingForTools();
if (unknown.length > 0) {
  say(`unknown: ${unknown.join(' ')}; expected some of ${names.join(', ')}`);
  process.exitCode = 2;
} else if (missing === undefined) process.exitCode = (await tryParts()) ? 0 : 1;
else say(`skipped: ${missing}`);

/** Whether all that was asked for holds. */
async function tryParts(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'cuegate-pycue-'));
  const table = createStepTable(say);
  try {
    const tools = await preparePythonTools(folder, AbortSignal.timeout(limitMs));
    const given = { tools, table, folder };
    const { cuebot, show, user } = values;
    if (cuebot !== undefined) await tryAnyCuebot({ ...given, cuebot, show, user });
    else {
      for (const [name, part] of Object.entries(parts)) {
        if (positionals.length === 0 || positionals.includes(name)) await part(given);
      }
    }
  } catch (error) {
    table.add({ way: '-', what: 'the steps end', problem: error instanceof Error ? error.message : String(error) });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return table.end();
}
