import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { killFrame } from '../../../src/demo/farm/frame-changes.ts';
import type { FrameRow } from '../../../src/demo/farm/rows.ts';
import { type TestGateway, startGateway } from '../../app/running-gateway.ts';
import type { Json } from '../../json.ts';

/** What a frame tells of its last run, when there was one: through the whole gateway. */
let served: TestGateway;
beforeAll(async () => {
  served = await startGateway();
});
afterAll(() => served.close());

const FIELDS = `
  name state startedAt stoppedAt submittedAt logUpdatedAt hostName lastCores lastGpus usedMemoryBytes lastResource
`;
const ask = async (row: FrameRow): Promise<Json> => {
  const { json } = await served.graphql(`query ($id: ID!) { frame(id: $id) { ${FIELDS} } }`, { id: row.id });
  if (json.errors) throw new Error(JSON.stringify(json.errors));
  return json.data.frame;
};
const find = (test: (row: FrameRow) => boolean) => {
  const row = [...served.cuebot.farm.frames.values()].find(test);
  if (row === undefined) throw new Error('the farm has no such frame');
  return row;
};
const dateOf = (seconds: number) => new Date(seconds * 1000).toISOString();

describe('a frame that never ran', () => {
  it.each(['WAITING', 'DEPEND'])('tells nothing of a run, whatever Cuebot fills in: %s', async (state) => {
    const row = find((one) => one.state === state && one.startTime === 0);
    const { frame } = (await served.rest('job.FrameInterface/GetFrame', { id: row.id })).json;
    expect(frame).toMatchObject({ lluTime: frame.submissionTime, startTime: 0, lastResource: '/0.00/0' });
    expect(await ask(row)).toMatchObject({
      startedAt: null,
      stoppedAt: null,
      logUpdatedAt: null,
      hostName: null,
      lastCores: null,
      lastGpus: null,
      usedMemoryBytes: '0',
      submittedAt: dateOf(frame.submissionTime),
    });
  });
});

describe('a frame that runs', () => {
  it('has the cores and GPUs of its host, and a log', async () => {
    const row = find(({ proc }) => proc !== undefined && proc.gpus > 0);
    expect(await ask(row)).toMatchObject({
      startedAt: dateOf(row.startTime),
      stoppedAt: null,
      logUpdatedAt: expect.stringMatching(/^\d{4}-/),
      hostName: row.hostName,
      lastCores: row.cores,
      lastGpus: row.gpus,
      lastResource: `${row.hostName}/${row.cores.toFixed(2)}/${row.gpus}`,
    });
  });
});

describe('a frame that has ended', () => {
  it('keeps its memory, its host with cores and GPUs, and when its log was last written to', async () => {
    const row = find(({ proc }) => proc?.silentSince !== undefined);
    const running = await ask(row);
    expect(running.logUpdatedAt).toBe(dateOf(row.proc!.silentSince!));
    killFrame(served.cuebot.farm, row);
    const ended = await ask(row);
    expect(ended.state).not.toBe('RUNNING');
    const { logUpdatedAt, hostName, lastCores, lastGpus, usedMemoryBytes } = running;
    expect(ended).toMatchObject({ logUpdatedAt, hostName, lastCores, lastGpus, usedMemoryBytes });
    expect(Number(usedMemoryBytes)).toBeGreaterThan(0);
  });

  it.each(['SUCCEEDED', 'DEAD'])('and so does one that ended before the farm began: %s', async (state) => {
    const row = find((one) => one.state === state && one.startTime > 0);
    expect(await ask(row)).toMatchObject({
      logUpdatedAt: dateOf(row.stopTime),
      usedMemoryBytes: String(row.usedMemory * 1024),
      hostName: row.hostName,
      lastCores: row.cores,
    });
  });
});
