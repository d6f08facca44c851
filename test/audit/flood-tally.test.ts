import { beforeEach, describe, expect, it } from 'vitest';

import type { UntimedRecord } from '../../src/audit/audit-record.ts';
import { FloodTally } from '../../src/audit/flood-tally.ts';

import { createTimeline } from '../authentication/timeline.ts';

let written: UntimedRecord[];
let tally: FloodTally;
let timeline: ReturnType<typeof createTimeline>;

beforeEach(() => {
  written = [];
  timeline = createTimeline(0);
  tally = new FloodTally({
    write: async (record) => void written.push(record),
    schedule: timeline.schedule,
    source: ['peer'],
    kind: ['event', 'surface', 'decision', 'reason', 'status'],
    maxFromOne: 20,
    maxInAll: 200,
  });
});

const rejected = (peer: string | undefined, more: Partial<UntimedRecord> = {}): UntimedRecord => ({
  event: 'unauthenticated',
  requestId: 'r-1',
  tokenId: '2d711642',
  surface: 'rest',
  path: '/show.ShowInterface/FindShow',
  ...(peer !== undefined && { peer }),
  decision: 'deny',
  reason: 'SIGNATURE_INVALID',
  status: 'UNAUTHENTICATED',
  ...more,
});
const note = (peer: string | undefined, times: number, more: Partial<UntimedRecord> = {}) => {
  for (let time = 0; time < times; time += 1) void tally.note(rejected(peer, more));
};

describe('a FloodTally', () => {
  it('has a record written, with all that is known', async () => {
    await tally.note(rejected('203.0.113.9'));
    await tally.note(rejected(undefined));
    expect(written).toEqual([rejected('203.0.113.9'), rejected(undefined)]);
  });

  it('counts what one source sends in a flood, by kind, and says so after a minute', async () => {
    note('203.0.113.9', 25);
    note('203.0.113.9', 3, { reason: 'TOKEN_EXPIRED' });
    note('203.0.113.10', 1);
    expect(written).toHaveLength(21);
    written.length = 0;
    await timeline.advance(60_000);
    const flood = { event: 'unauthenticated', peer: '203.0.113.9', surface: 'rest', decision: 'deny' };
    expect(written).toEqual([
      { ...flood, reason: 'SIGNATURE_INVALID', status: 'UNAUTHENTICATED', count: 5 },
      { ...flood, reason: 'TOKEN_EXPIRED', status: 'UNAUTHENTICATED', count: 3 },
    ]);
  });

  it('begins anew every minute', async () => {
    note('203.0.113.9', 25);
    await timeline.advance(60_000);
    written.length = 0;
    note('203.0.113.9', 25);
    expect(written).toHaveLength(20);
    tally.flush();
    expect(written.at(-1)).toMatchObject({ count: 5 });
    await timeline.advance(120_000);
    expect(written).toHaveLength(21);
  });

  it('stays small when a flood comes from everywhere', () => {
    for (let address = 0; address < 1_000; address += 1) note(`10.0.${address >> 8}.${address & 255}`, 2);
    expect(written).toHaveLength(200);
    tally.flush();
    const summaries = written.slice(200);
    expect(summaries).toHaveLength(101);
    expect(summaries.reduce((total, { count = 0 }) => total + count, 0)).toBe(1_800);
    expect(summaries.at(-1)).toMatchObject({ reason: 'SIGNATURE_INVALID', count: 1_600 });
    expect(summaries.at(-1)).not.toHaveProperty('peer');
  });

  it('has nothing to say when nothing happens', async () => {
    await timeline.advance(600_000);
    tally.flush();
    expect(written).toEqual([]);
  });
});
