import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';

import { type ChainEnd, openSeal } from './audit-chain.ts';

/** What looking through files of records found. */
export interface AuditVerdict {
  readonly records: number;
  /** Of the last record that fits; undefined when there is none. */
  readonly end: ChainEnd | undefined;
  /** The first line that does not fit, with its file and number; undefined: all fit. */
  readonly problem: string | undefined;
}

/**
 * Holds the records of some files against their chain, in the chain's order, whatever the order of the names. Finds lines
 * that were changed, removed, inserted or moved, at the beginning too; what was cut off at the very end it cannot find: compare
 * `end` with what was sent elsewhere. Rejects when a file cannot be read.
 *
 * @param from the number of the record with which the files begin; 1 unless those before were put away elsewhere
 */
export async function verifyAudit(paths: readonly string[], from = 1): Promise<AuditVerdict> {
  let end: ChainEnd | undefined;
  let records = 0;
  for (const path of await inChainOrder(paths)) {
    let number = 0;
    for await (const line of linesOf(path)) {
      number += 1;
      const sealed = openSeal(line);
      const problem = typeof sealed === 'string' ? sealed : misfit(sealed, end, from);
      if (problem !== undefined) return { records, end, problem: `${path}, line ${number}: ${problem}` };
      if (typeof sealed !== 'string') end = { seq: sealed.seq, hash: sealed.hash };
      records += 1;
    }
  }
  return { records, end, problem: undefined };
}

function misfit(
  { seq, prev }: ChainEnd & { readonly prev: string },
  end: ChainEnd | undefined,
  from: number,
): string | undefined {
  if (end === undefined) return seq === from ? undefined : missingBeginning(seq, from);
  if (seq !== end.seq + 1) return `it is record ${seq}; after record ${end.seq} comes ${end.seq + 1}`;
  return prev === end.hash ? undefined : `it was not written after the record before it`;
}

function missingBeginning(seq: number, from: number): string {
  const advice = `add the files that hold those before, or say --from ${seq} when they are kept elsewhere`;
  return `it is record ${seq}, and the first one must be ${from}; ${advice}`;
}

/** Lines end with a line feed and nothing else: readline also ends them at characters that may stand in JSON. */
async function* linesOf(path: string): AsyncIterable<string> {
  let rest = '';
  for await (const text of createReadStream(path, 'utf8') as AsyncIterable<string>) {
    rest += text;
    if (!text.includes('\n')) continue;
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

async function inChainOrder(paths: readonly string[]): Promise<readonly string[]> {
  const firsts = await Promise.all(paths.map(async (path) => ({ path, seq: await firstSeqOf(path) })));
  return firsts.toSorted((one, other) => one.seq - other.seq).map(({ path }) => path);
}

/** Of a file that begins with something else than a record: 0, so that it is looked at first. */
async function firstSeqOf(path: string): Promise<number> {
  const file = await open(path, 'r');
  try {
    const bytes = Buffer.alloc(100);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    return Number(/^\{"v":1,"seq":(\d{1,15})/.exec(bytes.toString('latin1', 0, bytesRead))?.[1] ?? 0);
  } finally {
    await file.close();
  }
}
