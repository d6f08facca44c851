import { describe, expect, it } from 'vitest';

import { findDifference, type GatewayDescription } from '../../src/coordination/gateway-description.ts';

const own: GatewayDescription = {
  name: 'here:1',
  endpoints: ['cuebot-a:8443', 'cuebot-b:8443'],
  lanes: { job: ['job.JobInterface/Kill', 'job.JobInterface/Pause'], layer: ['job.LayerInterface/Kill'] },
  orphanHoldMs: 5_000,
};
const there = (overrides: Partial<GatewayDescription> = {}) =>
  JSON.stringify({ ...own, name: 'there:2', ...overrides });

describe('findDifference()', () => {
  it('finds none between gateways that agree, whatever the order', () => {
    expect(findDifference(own, there())).toBeUndefined();
    const lanes = { layer: own.lanes['layer']!, job: own.lanes['job']!.toReversed() };
    expect(findDifference(own, there({ endpoints: own.endpoints.toReversed(), lanes }))).toBeUndefined();
  });

  it.each([
    [
      'another Cuebot',
      there({ endpoints: ['cuebot-c:8443'] }),
      'CUEBOT_ENDPOINT',
      'CUEBOT_ENDPOINT=cuebot-c:8443; this one has cuebot-a:8443,cuebot-b:8443',
    ],
    ['lanes that are off', there({ lanes: {} }), 'LANES', 'LANES=false; this one has LANES=true'],
    [
      'an RPC without its lane',
      there({ lanes: { ...own.lanes, layer: ['job.LayerInterface/Other'] } }),
      'the lane of job.LayerInterface/Other and 1 more',
      'the lane layer for it; this one has the lane (none) for it',
    ],
    [
      'an RPC in another lane',
      there({ lanes: { job: own.lanes['job']!, other: ['job.LayerInterface/Kill'] } }),
      'the lane of job.LayerInterface/Kill',
      'the lane other for it; this one has the lane layer for it',
    ],
    [
      'another time for orphans',
      there({ orphanHoldMs: 1_000 }),
      'LANE_ORPHAN_HOLD',
      'LANE_ORPHAN_HOLD=1000ms; this one has 5000ms',
    ],
  ])('tells %s', (_name, text, summary, detail) => {
    expect(findDifference(own, text)).toEqual({ summary, detail: `there:2, which was there first, has ${detail}` });
  });

  it.each(['', '{}', 'null', '{"endpoints":"x"}'])('tells what another version says, such as %j', (text) => {
    expect(findDifference(own, text)?.summary).toBe('its version');
  });
});
