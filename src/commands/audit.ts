import { verifyAudit } from '../audit/verify-audit.ts';
import { CommandLineError } from './command-line.ts';

import type { Command } from './command.ts';

/**
 * `cuegate audit verify [--from NUMBER] FILE…`: holds audit files against their chain and names the first line that does not fit.
 * The files may be given in any order. Ends with status 1 when a line does not fit.
 */
export const audit: Command = async ({ words, values }) => {
  const [verb, ...paths] = words;
  if (verb !== 'verify' || paths.length === 0) {
    throw new CommandLineError(
      '"audit" takes the word "verify" and files: cuegate audit verify audit.jsonl audit.jsonl.*',
    );
  }
  const from = values['from'] ?? '1';
  if (!/^[1-9]\d{0,14}$/.test(from)) {
    throw new CommandLineError(`--from is the number of a record, such as 1; found "${from}"`);
  }
  const { records, end, problem } = await verifyAudit(paths, Number(from)).catch((error: NodeJS.ErrnoException) => {
    throw new CommandLineError(`cannot read an audit file: ${error.message}`);
  });
  const counted = `${records} ${records === 1 ? 'record' : 'records'}`;
  if (problem !== undefined) {
    process.stderr.write(`broken after ${counted}: ${problem}\n`);
    process.exitCode = 1;
  } else if (end === undefined) {
    process.stdout.write('no records\n');
  } else {
    process.stdout.write(`${counted}, number ${from} to ${end.seq}: unbroken; the last hash is ${end.hash}\n`);
  }
};
