import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';

import { type AuditKey, type ChainEnd, type OpenedSeal, openSeal } from './audit-chain.ts';
import type { AuditAnchor } from './audit-anchor.ts';

/** What looking through files of records found. */
export interface AuditVerdict {
  readonly records: number;
  /** Of the last record that fits; undefined when there is none. */
  readonly end: ChainEnd | undefined;
  /** The first line that does not fit, with its file and number; undefined: all fit. */
  readonly problem: string | undefined;
  /** How many anchors named a record of these files, and were right. */
  readonly anchors: number;
  /** How many records a bare hash seals, which anybody could have made. */
  readonly unkeyed: number;
}

/** What records are held against, beyond their own chain. */
export interface VerifyOptions {
  /** The number of the record with which the files begin; 1 unless those before were put away elsewhere. */
  readonly from?: number;
  /** Checks seals that were made with it. With a key, no record after the first that has such a seal may lack one. */
  readonly key?: AuditKey;
  /** Ends of the chain that were kept elsewhere. */
  readonly anchors?: readonly AuditAnchor[];
}

/**
 * Holds the records of some files against their chain, in the chain's order, whatever the order of the names. Finds lines
 * that were changed, removed, inserted or moved, at the beginning too; what was cut off at the very end, or written anew by
 * somebody who can make the seals, only anchors tell. Rejects when a file cannot be read.
 */
export async function verifyAudit(paths: readonly string[], options: VerifyOptions = {}): Promise<AuditVerdict> {
  const { from = 1, key, anchors = [] } = options;
  const anchored = new Map(anchors.map((anchor) => [anchor.seq, anchor]));
  let end: OpenedSeal | undefined;
  let [records, matched, unkeyed] = [0, 0, 0];
  const conclude = (problem: string | undefined): AuditVerdict => ({
    records,
    end: end && { seq: end.seq, hash: end.hash },
    problem,
    anchors: matched,
    unkeyed,
  });
  for (const path of await inChainOrder(paths)) {
    let number = 0;
    for await (const line of linesOf(path)) {
      number += 1;
      const sealed = openSeal(line, key);
      const anchor = typeof sealed === 'string' ? undefined : anchored.get(sealed.seq);
      const problem = typeof sealed === 'string' ? sealed : (misfit(sealed, end, from) ?? misses(sealed, anchor));
      if (typeof sealed === 'string' || problem !== undefined) return conclude(`${path}, line ${number}: ${problem}`);
      end = sealed;
      records += 1;
      if (anchor !== undefined) matched += 1;
      if (!sealed.isKeyed) unkeyed += 1;
    }
  }
  return conclude(missingEnd(end, anchors));
}

function misfit({ seq, prev, isKeyed }: OpenedSeal, end: OpenedSeal | undefined, from: number): string | undefined {
  if (end === undefined) return seq === from ? undefined : missingBeginning(seq, from);
  if (seq !== end.seq + 1) return `it is record ${seq}; after record ${end.seq} comes ${end.seq + 1}`;
  if (prev !== end.hash) return 'it was not written after the record before it';
  return end.isKeyed && !isKeyed ? 'it is sealed without the key that sealed the record before it' : undefined;
}

function misses({ seq, hash }: OpenedSeal, anchor: AuditAnchor | undefined): string | undefined {
  if (anchor === undefined || anchor.hash === hash) return undefined;
  return `record ${seq} ends with the hash ${hash}, and its anchor says ${anchor.hash}: it was written anew`;
}

/** What was cut off at the end is missing only by the word of an anchor. */
function missingEnd(end: ChainEnd | undefined, anchors: readonly AuditAnchor[]): string | undefined {
  const last = Math.max(0, ...anchors.map(({ seq }) => seq));
  if (last <= (end?.seq ?? 0)) return undefined;
  const found = end === undefined ? 'there are none here' : `the last one here is record ${end.seq}`;
  return `an anchor names record ${last}, and ${found}: the end is missing`;
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

/**
 * The files of each audit, where several gateways have written some. A file that begins with record 1 begins an audit; what
 * was put away under a number belongs to the file of that name without it. Rejects when a file cannot be read.
 */
export async function groupAudits(paths: readonly string[]): Promise<readonly (readonly string[])[]> {
  const firsts = await Promise.all(paths.map(firstSeqOf));
  if (firsts.filter((seq) => seq === 1).length < 2) return [paths];
  const audits = new Map<string, string[]>();
  for (const path of paths) {
    const name = path.replace(/\.\d{1,9}$/, '');
    const found = audits.get(name);
    if (found === undefined) audits.set(name, [path]);
    else found.push(path);
  }
  return [...audits.values()];
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
