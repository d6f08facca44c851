import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';

import { differences } from './differences.ts';
import { updatePage } from './migration-page.ts';
import { reportConformance } from './report.ts';
import { type Outcome, runConformance } from './run-conformance.ts';
import { loadVectors } from './vector.ts';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const pagePath = path('../../docs/migrating-from-rest-gateway.md');

describe('the recorded Go gateway', () => {
  let outcomes: readonly Outcome[] = [];
  beforeAll(async () => {
    outcomes = await runConformance(loadVectors(path('../recorded/vectors.jsonl')));
  });

  it('is matched byte for byte, but for the listed differences', () => {
    const { text, ok } = reportConformance(outcomes);
    expect(ok, text).toBe(true);
    expect(outcomes.length).toBeGreaterThan(1_000);
  });

  it.each(['t4', 't6', 't7', 't9', 't10', 't12', 't13', 't20', 't21'])(
    'is matched in set %s without a difference',
    (set) => {
      const verdicts = new Set(outcomes.filter(({ vector }) => vector.set === set).map(({ verdict }) => verdict));
      expect([...verdicts]).toEqual(['same']);
    },
  );

  it('differs from every recording that a difference speaks of', () => {
    const seen = new Set(outcomes.flatMap((outcome) => outcome.differences));
    const listed = differences.filter(({ recorded }) => recorded !== undefined);
    // These speak of recordings that are kept elsewhere.
    const unseen = listed.filter((difference) => !seen.has(difference)).map(({ topic }) => topic);
    expect(unseen.toSorted()).toEqual([
      'HTTP/2 without being asked (`PRI * HTTP/2.0`)',
      'Size of a request’s head',
      '`Content-Length` twice with the same value; lines that end in a bare LF',
    ]);
  });
});

describe('docs/migrating-from-rest-gateway.md', () => {
  it('lists every difference, and no other', () => {
    const page = readFileSync(pagePath, 'utf8');
    const expected = updatePage(page);
    if (process.env['UPDATE'] === '1') writeFileSync(pagePath, expected);
    expect(process.env['UPDATE'] === '1' ? expected : page).toBe(expected);
  });
});
