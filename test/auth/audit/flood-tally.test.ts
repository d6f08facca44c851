import { beforeEach, describe, expect, it } from 'vitest';

import type { AuditRecord } from '../../../src/auth/audit/audit-record.ts';
import { type RejectedRequest, RejectionTally } from '../../../src/auth/audit/rejection-tally.ts';

import { createTimeline } from '../timeline.ts';

let written: Omit<AuditRecord, 'time'>[];
let tally: RejectionTally;
let timeline: ReturnType<typeof createTimeline>;

beforeEach(() => {
  written = [];
  timeline = createTimeline(0);
  tally = new RejectionTally({ write: (record) => void written.push(record), schedule: timeline.schedule });
});

const rejected = (peer: string | undefined, more: Partial<RejectedRequest> = {}): RejectedRequest => ({
  event: 'unauthenticated',
  requestId: 'r-1',
  tokenId: '2d711642',
  surface: 'rest',
  path: '/show.ShowInterface/FindShow',
  peer,
  reason: 'SIGNATURE_INVALID',
  status: 'UNAUTHENTICATED',
  ...more,
});
const note = (peer: string | undefined, times: number, more: Partial<RejectedRequest> = {}) => {
  for (let time = 0; time < times; time += 1) tally.note(rejected(peer, more));
};

describe('a RejectionTally', () => {
  it('writes down what is rejected, with all that is known', () => {
    tally.note(rejected('203.0.113.9'));
    const { peer: _, ...unknown } = { ...rejected(undefined), decision: 'deny' };
    tally.note(rejected(undefined));
    expect(written).toEqual([{ ...rejected('203.0.113.9'), decision: 'deny' }, unknown]);
  });

  it('counts what comes from one address in a flood, by kind, and says so after a minute', async () => {
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
