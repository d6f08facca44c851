import { type AuditAnchor, readAnchors } from '../audit/audit-anchor.ts';
import { readAuditKey } from '../audit/audit-key.ts';
import { groupAudits, verifyAudit } from '../audit/verify-audit.ts';
import { CommandLineError } from './command-line.ts';

import type { Command } from './command.ts';

/**
 * `cuegate audit verify [--from NUMBER] [--key-file FILE] [--anchor NUMBER:HASH | --anchor LOGFILE] FILE…`: holds audit files
 * against their chain and names the first line that does not fit. The files may be given in any order, those of several
 * gateways together; lock files among them are passed over, so that `audit*` means everything. Ends with status 1 when a line
 * does not fit, or is missing.
 */
export const audit: Command = async ({ words, values }) => {
  const [verb, ...names] = words;
  const paths = names.filter((name) => !name.endsWith('.lock'));
  if (verb !== 'verify' || paths.length === 0) {
    throw new CommandLineError(
      '"audit" takes the word "verify" and files: cuegate audit verify audit.jsonl audit.jsonl.*',
    );
  }
  const from = values['from'] ?? '1';
  if (!/^[1-9]\d{0,14}$/.test(from)) {
    throw new CommandLineError(`--from is the number of a record, such as 1; found "${from}"`);
  }
  const { 'key-file': keyFile, anchor } = values;
  const key = keyFile === undefined ? undefined : await readAuditKey(keyFile, '--key-file');
  const anchors = anchor === undefined ? [] : await readAnchors(anchor);
  const audits = await groupAudits(paths).catch(refuseUnreadable);
  if (audits.length > 1 && (anchor !== undefined || values['from'] !== undefined)) {
    throw new CommandLineError(
      `--from and --anchor are about one audit, and these files are of ${audits.length}; verify each by itself`,
    );
  }
  for (const files of audits) {
    const name = audits.length === 1 ? '' : `${files[0]!.replace(/\.\d{1,9}$/, '')}: `;
    const verdict = await verifyAudit(files, { from: Number(from), key, anchors }).catch(refuseUnreadable);
    const { records, end, problem, unkeyed } = verdict;
    const counted = count(records, 'record');
    if (problem !== undefined) {
      process.stderr.write(`${name}broken after ${counted}: ${problem}\n`);
      process.exitCode = 1;
    } else if (end === undefined) {
      process.stdout.write(`${name}no records\n`);
    } else {
      const seals = key !== undefined && unkeyed > 0 ? `; ${count(unkeyed, 'record')} sealed without a key` : '';
      const compared = anchor === undefined ? '' : `; ${describeAnchors(verdict.anchors, anchors)}`;
      process.stdout.write(
        `${name}${counted}, number ${from} to ${end.seq}: unbroken${compared}${seals}; the last hash is ${end.hash}\n`,
      );
    }
  }
};

function refuseUnreadable(error: NodeJS.ErrnoException): never {
  throw new CommandLineError(`cannot read an audit file: ${error.message}`);
}

function describeAnchors(matched: number, anchors: readonly AuditAnchor[]): string {
  const named = new Set(anchors.map(({ seq }) => seq)).size;
  return matched === named
    ? `${count(matched, 'anchor')} fit`
    : `${matched} of ${count(named, 'anchor')} fit, the others name records before these`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
