import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { startGateway, type TestGateway } from '../../app/running-gateway.ts';

let ann: TestGateway;
let jobId: string;
let layerId: string;
let ownerId: string;
let show: { id: string; name: string };

beforeAll(async () => {
  ann = await startGateway({ settings: { GRPC_TIMEOUT: '1s' }, cuebot: { latencyMs: latencyOf } });
  jobId = [...ann.cuebot.farm.jobs.keys()][0]!;
  layerId = [...ann.cuebot.farm.layers.keys()][0]!;
  ownerId = [...ann.cuebot.farm.owners.keys()][0]!;
  show = [...ann.cuebot.farm.shows.values()][0]!;
});
afterAll(() => ann.close());
beforeEach(() => ann.cuebot.resetCalls());

/** Cuebot answers this one too late. */
function latencyOf(method: string): number {
  return method === 'job.JobInterface/SetPriority' || method === 'host.HostInterface/GetHost' ? 5_000 : 0;
}

const calls = () => ann.cuebot.callLog.map(({ method }) => method.split('/')[1]);

describe('the answer of a write', () => {
  it('leads back to what it was about, as it is now', async () => {
    const { json } = await ann.graphql(
      `mutation ($id: ID!) {
        jobPause(job: { id: $id }) { ok queued job { id isPaused } }
        again: jobResume(job: { id: $id }) { job { isPaused } }
      }`,
      { id: jobId },
    );
    expect(json).toEqual({
      data: {
        jobPause: { ok: true, queued: false, job: { id: jobId, isPaused: true } },
        again: { job: { isPaused: false } },
      },
    });
    expect(calls()).toEqual(['Pause', 'GetJob', 'Resume', 'GetJob']);
  });

  it('reads nothing again when nobody asks', async () => {
    await ann.graphql('mutation ($id: ID!) { jobPause(job: { id: $id }) { ok } }', { id: jobId });
    expect(calls()).toEqual(['Pause']);
  });

  it.each([
    ['layerSetTags(layer: { id: "LAYER" }, tags: ["a"]) { layer { id } }', { layer: { id: 'LAYER' } }],
    ['showSetActive(show: { id: "SHOW" }, value: true) { show { name } }', { show: { name: 'NAME' } }],
    ['showSetActive(show: { id: "none" }, value: true) { ok show { name } }', undefined],
    ['ownerSetShow(owner: { id: "OWNER" }, show: "NAME") { owner { id } }', { owner: { id: 'OWNER' } }],
    ['jobPause(job: { id: "" }) { job { id } }', undefined],
  ])('follows what the request named: %s', async (field, expected) => {
    const fill = (text: string) =>
      text.replace('LAYER', layerId).replace('OWNER', ownerId).replace('SHOW', show.id).replace('NAME', show.name);
    const { json } = await ann.graphql(fill(`mutation { answer: ${field} }`));
    if (expected === undefined) expect(json.errors).toHaveLength(1);
    else expect(json).toEqual({ data: { answer: JSON.parse(fill(JSON.stringify(expected))) } });
  });

  it('says that it was only accepted', async () => {
    const { json } = await ann.graphql(
      'mutation ($id: ID!) { jobEatFrames(job: { id: $id }, req: { frameRange: "1" }) { ok queued job { id } } }',
      { id: jobId },
    );
    expect(json.data.jobEatFrames).toEqual({ ok: true, queued: true, job: { id: jobId } });
  });

  it('stays although the reading fails', async () => {
    const { json } = await ann.graphql(
      'mutation ($id: ID!) { hostAddComment(host: { id: $id }, newComment: { subject: "s" }) { ok host { id } } }',
      { id: [...ann.cuebot.farm.hosts.keys()][0] },
    );
    expect(json.data).toEqual({ hostAddComment: { ok: true, host: null } });
    expect(json.errors).toMatchObject([
      { path: ['hostAddComment', 'host'], extensions: { code: 'DEADLINE_EXCEEDED' } },
    ]);
    expect(json.errors[0].extensions).not.toHaveProperty('mayHaveHappened');
  });

  it('keeps answers apart that come at the same time', async () => {
    const ids = [...ann.cuebot.farm.layers.keys()].slice(0, 8);
    const answers = await Promise.all(
      ids.map((id) =>
        ann.graphql('mutation ($id: ID!) { layerSetTags(layer: { id: $id }, tags: ["a"]) { layer { id } } }', {
          id,
        }),
      ),
    );
    expect(answers.map(({ json }) => json.data.layerSetTags.layer.id)).toEqual(ids);
  });
});

describe('a write without an answer in time', () => {
  const setPriority = 'mutation ($id: ID!) { jobSetPriority(job: { id: $id }, val: 7) { ok } }';

  it('is said to have happened, perhaps', async () => {
    const { json } = await ann.graphql(setPriority, { id: jobId });
    expect(json.errors).toMatchObject([{ extensions: { code: 'DEADLINE_EXCEEDED', mayHaveHappened: true } }]);
    expect(json.errors[0].message).toMatch(/\w\. It may have happened all the same: look before you send it again\.$/);
  });

  it('is told to REST in the words that it knows', async () => {
    const { json } = await ann.rest('job.JobInterface/SetPriority', { job: { id: jobId }, val: 7 });
    expect(json.message).toBe('context deadline exceeded');
  });
});

describe('the schema', () => {
  it('has no way back from what is deleted, nor from a read', async () => {
    const fieldsOf = async (type: string) => {
      const { json } = await ann.graphql(`{ __type(name: "${type}") { fields { name } } }`);
      return json.data.__type.fields.map(({ name }: { name: string }) => name);
    };
    expect(await fieldsOf('HostDeleteResponse')).toEqual(['ok', 'queued']);
    expect(await fieldsOf('JobGetLayersResponse')).toEqual(['layers']);
    expect(await fieldsOf('GroupSetGroupResponse')).toEqual(['ok', 'group', 'parentGroup', 'queued']);
    expect(await fieldsOf('GroupCreateSubGroupResponse')).toEqual(['group', 'queued']);
  });
});
