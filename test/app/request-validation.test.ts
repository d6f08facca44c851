import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { signToken } from '../../src/authentication/hmac/sign-token.ts';
import { secret, startGateway, type TestGateway } from './running-gateway.ts';

let ann: TestGateway;
let jobId: string;

beforeAll(async () => {
  ann = await startGateway({ subject: 'ann' });
  jobId = [...ann.cuebot.farm.jobs.keys()][0]!;
});
afterAll(() => ann.close());
beforeEach(() => ann.cuebot.resetCalls());

/** What reached Cuebot, by RPC. */
const arrived = () => ann.cuebot.callLog.map(({ method, request }) => [method, request] as const);

/** The first error of a GraphQL answer. */
const errorOf = async (query: string, variables: unknown = { id: jobId }) => {
  const { json } = await ann.graphql(query, variables);
  const [error] = json.errors ?? [];
  return error === undefined ? undefined : { code: error.extensions.code, message: error.message };
};

describe('a kill without a reason', () => {
  it('is refused by GraphQL', async () => {
    expect(await errorOf('mutation ($id: ID!) { jobKill(job: { id: $id }) { ok } }')).toEqual({
      code: 'BAD_USER_INPUT',
      message:
        '"reason" is empty, and must say something: Cuebot answers OK to a kill without a reason, and kills nothing.',
    });
    expect(arrived()).toEqual([]);
  });

  it('is passed on by REST, as ever', async () => {
    expect((await ann.rest('job.JobInterface/Kill', { job: { id: jobId } })).status).not.toBe(400);
    expect(arrived()).toMatchObject([['job.JobInterface/Kill', { job: { id: jobId } }]]);
  });
});

describe('a REST request that does nothing, or acts on everything', () => {
  const eat = ['job.JobInterface/EatFrames', () => ({ job: { id: jobId } })] as const;
  const kill = ['job.JobInterface/Kill', () => ({ job: { id: jobId } })] as const;

  it.each([
    ['nothing', ...kill],
    ['everything', ...eat],
  ] as const)('is passed on, and log and audit say %s', async (effect, rpc, body) => {
    const before = ann.log.length;
    expect((await ann.rest(rpc, body())).status).toBe(200);
    const lines = ann.log.slice(before).filter(({ fields }) => JSON.stringify(fields).includes(rpc));
    expect(lines.find(({ level }) => level === 'warn')?.fields).toMatchObject({ rpc, subject: 'ann', effect });
    const records = lines.flatMap(({ fields }) => (fields['audit'] === undefined ? [] : [fields['audit']]));
    expect(records).toMatchObject([{ event: 'write', rpc, effect, status: 'OK' }]);
  });

  it.each([
    ['FIELD_EMPTY', ...kill],
    ['UNBOUNDED', ...eat],
  ] as const)('is refused where REST_VALIDATION is on: %s', async (reason, rpc, body) => {
    const strict = await startGateway({ settings: { REST_VALIDATION: 'on' } });
    try {
      const { status, json } = await strict.rest(rpc, body());
      expect([status, json.code]).toEqual([400, 3]);
      expect(strict.log.some(({ fields }) => fields['reason'] === reason)).toBe(true);
      expect(strict.cuebot.callLog).toEqual([]);
    } finally {
      await strict.close();
    }
  });
});

describe('criteria that narrow nothing', () => {
  const eat = (args: string) => `mutation ($id: ID!) { jobEatFrames(job: { id: $id }${args}) { ok } }`;

  it.each([
    ['jobEatFrames(job: { id: $id })', 'it would act on every frame of the job'],
    [
      'jobKillFrames(job: { id: $id }, req: { states: { frameStates: [RUNNING] } })',
      'it would kill every running frame',
    ],
    ['jobRetryFrames(job: { id: $id }, req: {})', 'it would act on every frame of the job'],
    ['jobMarkDoneFrames(job: { id: $id }, req: { limit: 3 })', 'it would act on every frame of the job'],
    ['jobMarkAsWaiting(job: { id: $id }, all: false)', 'it would act on every frame of the job'],
  ])('are refused by GraphQL in %s', async (field, why) => {
    const error = await errorOf(`mutation ($id: ID!) { ${field} { ok } }`);
    expect(error?.code).toBe('BAD_USER_INPUT');
    expect(error?.message).toContain(`"req" narrows nothing: ${why}`);
    expect(arrived()).toEqual([]);
  });

  it.each([
    ['procUnbookProcs', ''],
    ['procUnbookToJob', ''],
    ['procUnbookToGroup', ', group: { id: "g" }'],
  ])('are refused in %s', async (field, others) => {
    const error = await errorOf(`mutation { ${field}(r: { maxResults: [5] }${others}) { numProcs } }`, {});
    expect(error?.message).toContain('"r" narrows nothing: it would take procs of the whole farm');
    expect(arrived()).toEqual([]);
  });

  it('pass when the caller says so, and what they said goes no further', async () => {
    expect(await errorOf(eat(', all: true'))).toBeUndefined();
    expect(arrived()).toEqual([['job.JobInterface/EatFrames', expect.objectContaining({ req: null })]]);
  });

  it('pass when they narrow', async () => {
    expect(await errorOf(eat(', req: { frameRange: "1" }'))).toBeUndefined();
    expect(arrived()).toHaveLength(1);
  });

  it('are passed on by REST, as ever', async () => {
    expect((await ann.rest('job.JobInterface/EatFrames', { job: { id: jobId } })).status).toBe(200);
    expect(arrived()).toHaveLength(1);
  });
});

describe('a name that is taken', () => {
  it.each([
    ['show.ShowInterface/CreateShow', { name: 'TESTING' }, 'show.ShowInterface/FindShow'],
    ['limit.LimitInterface/Create', { name: 'LIMIT' }, 'limit.LimitInterface/Find'],
    ['limit.LimitInterface/Rename', { oldName: 'x', newName: 'LIMIT' }, 'limit.LimitInterface/Find'],
    ['facility.FacilityInterface/Create', { name: 'local' }, 'facility.FacilityInterface/Get'],
    [
      'department.DepartmentInterface/AddDepartmentName',
      { name: 'FX' },
      'department.DepartmentInterface/GetDepartmentNames',
    ],
  ])('is refused by REST in %s', async (rpc, body, lookUp) => {
    const [show] = ann.cuebot.farm.shows.values();
    const [limit] = ann.cuebot.farm.limits.values();
    const text = JSON.stringify(body).replace('TESTING', show!.name.toUpperCase()).replace('LIMIT', limit!.name);
    const { status, json } = await ann.rest(rpc, text);
    expect([status, json.code]).toEqual([409, 6]);
    expect(json.message).toContain('that name is taken');
    expect(arrived().map(([method]) => method)).toEqual([lookUp]);
  });

  it('is refused by GraphQL', async () => {
    const [limit] = ann.cuebot.farm.limits.values();
    const error = await errorOf('mutation ($name: String) { limitCreate(name: $name, maxValue: 1) { limit { id } } }', {
      name: limit!.name,
    });
    expect(error).toEqual({
      code: 'ALREADY_EXISTS',
      message: `"name" is "${limit!.name}", and that name is taken: with a second limit of a name, nobody could find either of them by it.`,
    });
  });

  it('is given once when many ask for it at once', async () => {
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() => ann.rest('limit.LimitInterface/Create', { name: 'fresh', maxValue: 1 })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
    expect(ann.cuebot.calls.get('limit.LimitInterface/Create')).toBe(1);
  });
});

describe('U+0000 in a string', () => {
  it('is refused by REST, and no SQL is heard of', async () => {
    const { status, json } = await ann.rest('show.ShowInterface/FindShow', { name: 'a\0' });
    expect([status, json.message]).toEqual([
      400,
      '"name" holds the character U+0000: the farm\'s database cannot hold it. Leave it out.',
    ]);
    expect(arrived()).toEqual([]);
  });

  it('is refused by GraphQL', async () => {
    const query = 'query ($name: String!) { jobGetJobs(r: { substr: [$name] }) { jobs { jobs { id } } } }';
    expect(await errorOf(query, { name: '\0' })).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(arrived()).toEqual([]);
  });
});

describe('GetUpdatedFrames', () => {
  it.each([0, 1_000_000_000])('is not asked what it would never answer (%d)', async (lastCheck) => {
    const body = { job: { id: jobId }, lastCheck };
    const { status, json } = await ann.rest('job.JobInterface/GetUpdatedFrames', body);
    expect(status).toBe(400);
    expect(json.message).toContain('Send a time in seconds since 1970 that is at most 55 seconds ago');
    expect(arrived()).toEqual([]);
  });

  it('is asked what it answers', async () => {
    const body = { job: { id: jobId }, lastCheck: Math.floor(Date.now() / 1000) };
    expect((await ann.rest('job.JobInterface/GetUpdatedFrames', body)).status).toBe(200);
  });
});

describe('who calls', () => {
  it('is what Cuebot hears, whatever the request says', async () => {
    await ann.rest('job.JobInterface/Kill', { job: { id: jobId }, username: 'root', reason: 'no' });
    await ann.graphql(
      'mutation ($id: ID!) { jobAddComment(job: { id: $id }, newComment: { user: "bob", subject: "s", message: "m" }) { ok } }',
      { id: jobId },
    );
    expect(arrived()).toMatchObject([
      ['job.JobInterface/Kill', { username: 'ann', reason: 'no' }],
      ['job.JobInterface/AddComment', { newComment: { user: 'ann', subject: 's', message: 'm' } }],
    ]);
    expect(ann.cuebot.callLog.map(({ metadata }) => metadata['x-cuegate-user'])).toEqual(['ann', 'ann']);
  });

  it('is refused to be somebody else where that is set', async () => {
    const strict = await startGateway({ subject: 'ann', settings: { IDENTITY_MISMATCH: 'refuse' } });
    try {
      const { status, json } = await strict.rest('job.JobInterface/Kill', { username: 'root', reason: 'no' });
      expect([status, json.message]).toEqual([
        403,
        '"username" says "root", and you are "ann". Leave it out: it is filled in from who you are.',
      ]);
      expect(strict.cuebot.callLog).toEqual([]);
    } finally {
      await strict.close();
    }
  });

  it('is whom CueWeb names, since it speaks for many', async () => {
    const cueweb = await startGateway({ subject: 'user-id' });
    try {
      await cueweb.rest('job.JobInterface/Kill', { job: { id: jobId }, username: 'bob', reason: 'no' });
      expect(cueweb.cuebot.callLog).toMatchObject([{ request: { username: 'bob' } }]);
    } finally {
      await cueweb.close();
    }
  });
});

describe('the name in a request of a token', () => {
  const exp = Math.floor(Date.now() / 1000) + 600;
  const named = async (claims: object): Promise<readonly unknown[]> => {
    const headers = { authorization: `Bearer ${signToken({ secret, claims: { exp, ...claims } })}` };
    const newComment = { user: 'bob', subject: 'late', message: 'very' };
    ann.cuebot.resetCalls();
    await ann.rest('job.JobInterface/AddComment', { job: { id: jobId }, new_comment: newComment }, headers);
    await ann.rest('job.JobInterface/Kill', { job: { id: jobId }, username: 'bob', reason: 'no' }, headers);
    const [comment, kill] = ann.cuebot.callLog.map(({ request }) => request) as {
      newComment?: { user: string };
      username?: string;
    }[];
    return [comment?.newComment?.user, kill?.username];
  };

  it.each([
    ['{user, exp}, as OpenCue documents it, is that user', { user: 'ann' }, 'ann'],
    ['{username, exp} is that user', { username: 'ann' }, 'ann'],
    ['{sub, user, exp} is the subject', { sub: 'ann', user: 'eve' }, 'ann'],
    ['{exp}, which names nobody, stays as the Go gateway would send it', {}, 'bob'],
  ])('%s', async (_, claims, user) => expect(await named(claims)).toEqual([user, user]));
});

describe('a job spec', () => {
  const spec = (user: string) => `<spec><show>testing</show><user>${user}</user></spec>`;
  const launch =
    'mutation ($spec: String, $key: String) { jobLaunchSpec(spec: $spec, idempotencyKey: $key) { names queued } }';
  let narrow: TestGateway;

  beforeAll(async () => {
    narrow = await startGateway({ subject: 'ann', settings: { JWT_SECRET_LEVEL: 'none' } });
  });
  afterAll(() => narrow.close());
  beforeEach(() => narrow.cuebot.resetCalls());

  /** The header of a token that may submit, and has more grants if need be. */
  const bearer = (...grants: readonly string[]) => ({
    authorization: `Bearer ${signToken({
      secret,
      claims: {
        sub: 'ann',
        exp: Math.floor(Date.now() / 1000) + 600,
        scope: ['cue:submit', 'cue:grant:launch', ...grants].join(' '),
      },
    })}`,
  });

  it('for somebody else is refused by both surfaces', async () => {
    const rest = await narrow.rest('job.JobInterface/LaunchSpec', { spec: spec('root') }, bearer());
    const graphql = await narrow.graphql(launch, { spec: spec('root') }, bearer());
    const message =
      'the job spec is for the user "root", and you are "ann". Put your own name into <user>; to submit for others takes ' +
      'the grant submit-as.';
    expect([rest.status, rest.json.message]).toEqual([403, message]);
    expect(graphql.json.errors).toMatchObject([{ message, extensions: { code: 'FORBIDDEN' } }]);
    expect(narrow.cuebot.callLog).toEqual([]);
  });

  it('for somebody else goes through with the grant', async () => {
    await narrow.rest('job.JobInterface/LaunchSpec', { spec: spec('bob') }, bearer('cue:grant:submit-as'));
    expect(narrow.cuebot.callLog).toMatchObject([{ request: { spec: spec('bob') } }]);
  });

  it('for somebody else’s number is refused where tokens say which is whose', async () => {
    const numbered = await startGateway({
      subject: 'ann',
      settings: { JWT_SECRET_LEVEL: 'none', UID_CLAIM: 'uidNumber' },
    });
    const claims = { sub: 'ann', uidNumber: 1004, scope: 'cue:submit cue:grant:launch' };
    const authorization = `Bearer ${signToken({ secret, claims })}`;
    const submit = (uid: number) =>
      numbered.rest(
        'job.JobInterface/LaunchSpec',
        { spec: `<spec><show>testing</show><user>ann</user><uid>${uid}</uid></spec>` },
        { authorization },
      );
    try {
      const refused = await submit(1005);
      expect([refused.status, refused.json.message]).toEqual([
        403,
        'the job spec asks for uid "1005", and yours is 1004. Put your own into <uid>, or leave that out; to submit for ' +
          'others takes the grant submit-as.',
      ]);
      expect(numbered.cuebot.callLog).toEqual([]);
      await submit(1004);
      expect(numbered.cuebot.callLog).toHaveLength(1);
    } finally {
      await numbered.close();
    }
  });

  it('that would have Cuebot read a file is refused, whoever sends it', async () => {
    const xxe = '<!DOCTYPE spec [<!ENTITY x SYSTEM "file:///etc/passwd">]><spec><user>ann</user>&x;</spec>';
    for (const path of ['job.JobInterface/LaunchSpec', 'job.JobInterface/LaunchSpecAndWait']) {
      const { status, json } = await ann.rest(path, { spec: xxe });
      expect([status, json.message]).toEqual([
        400,
        'the job spec, line 1: the DOCTYPE must have no internal subset; leave out what is between [ and ]',
      ]);
    }
    expect(arrived()).toEqual([]);
  });

  it('is refused beyond the size that is set', async () => {
    const small = await startGateway({ settings: { MAX_SPEC_MB: '1' } });
    try {
      const { status, json } = await small.rest('job.JobInterface/LaunchSpec', { spec: 'x'.repeat(1024 * 1024 + 1) });
      expect([status, json.message]).toEqual([
        429,
        'the job spec has 1048577 bytes; at most 1048576 are accepted (MAX_SPEC_MB)',
      ]);
    } finally {
      await small.close();
    }
  });

  it('is submitted once by a key, however often it is sent', async () => {
    const slow = await startGateway({ cuebot: { latencyMs: 100 } });
    const complete = (user: string, job: string) =>
      '<!DOCTYPE spec PUBLIC "SPI Cue" "http://localhost:8080/spcue/dtd/cjsl-1.15.dtd">' +
      `<spec><facility>local</facility><show>testing</show><shot>sh010</shot><user>${user}</user><job name="${job}">` +
      '<layers><layer name="render" type="Render"><cmd>true</cmd><range>1-3</range><chunk>1</chunk></layer></layers>' +
      '</job></spec>';
    const submit = (user: string) =>
      slow.rest('job.JobInterface/LaunchSpec', { spec: complete(user, 'rest') }, { 'idempotency-key': 'first' });
    const query = () => slow.graphql(launch, { spec: complete('ann', 'graphql'), key: 'second' });
    try {
      const [one, two, other] = await Promise.all([submit('ann'), submit('ann'), submit('bob')]);
      expect(one.json).toEqual({ names: ['testing-sh010-ann_rest'] });
      expect(two.text).toBe(one.text);
      expect([other.status, other.json.message]).toEqual([
        400,
        'the idempotency key "first" was used for another request; take a new one for each new request',
      ]);
      expect(slow.cuebot.calls.get('job.JobInterface/LaunchSpec')).toBe(1);
      const answers = await Promise.all([query(), query(), query()]);
      const launched = { data: { jobLaunchSpec: { names: ['testing-sh010-ann_graphql'], queued: true } } };
      expect(answers.map(({ json }) => json)).toEqual([launched, launched, launched]);
      expect(slow.cuebot.calls.get('job.JobInterface/LaunchSpec')).toBe(2);
    } finally {
      await slow.close();
    }
  });
});
