import { formatFindings, severities, worstOf } from '../doctor/finding.ts';
import { runDoctor } from '../doctor/run-doctor.ts';

import type { Command } from './command.ts';

/**
 * `cuegate doctor [--token TOKEN] [--json]`: looks at everything that `cuegate serve` with the same settings would lean on. Ends
 * with 0 when all is well, 2 when something is to be thought about, 1 when something is wrong.
 */
export const doctor: Command = async ({ environment, flags, values, switches }) => {
  const findings = await runDoctor({ environment, flags }, values['token']);
  const worst = worstOf(findings);
  process.stdout.write(
    switches.has('json') ? `${JSON.stringify({ worst, findings }, undefined, 2)}\n` : formatFindings(findings),
  );
  process.exitCode = exitCodes[severities.indexOf(worst)]!;
};

/** By severity. As with other programs, 1 is what stops; notes are for reading. */
const exitCodes = [0, 0, 2, 1];
