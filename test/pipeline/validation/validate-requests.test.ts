import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { CallNotes } from '../../../src/call/call.ts';
import { GatewayError } from '../../../src/call/gateway-error.ts';
import { composePipeline } from '../../../src/pipeline/compose-pipeline.ts';
import type { Interceptor } from '../../../src/pipeline/interceptor.ts';
import { validateRequests, validateWhenSent } from '../../../src/pipeline/validation/validate-requests.ts';
import { callOf, pipe } from '../calls.ts';
import { close, open, pipeThrough, registry, type SentCall, tableOf, validationOptions } from './single-interceptor.ts';

const present = 1_800_000_000;

function validated(text: string, answer?: (call: SentCall) => unknown) {
  const table = tableOf(text);
  const { dressedErrors } = table;
  return pipeThrough(table, validateRequests({ ...validationOptions, dressedErrors }), answer);
}

/** The error of a refused call, in one line. */
const refusalOf = (work: Promise<unknown>) =>
  work.then(
    () => 'sent',
    (error: GatewayError) => `${error.status.name} ${error.reason}: ${error.message}`,
  );

const kill = 'job.JobInterface/Kill';
const eat = 'job.JobInterface/EatFrames';

describe('the validation "filled"', () => {
  const text = `validations: { filled: [{ rpcs: ${kill}, field: reason, on: graphql, why: nothing would happen }] }`;

  it.each(['', ' ', '\n\t'])('refuses %j', async (reason) => {
    const { send, sent } = validated(text);
    expect(await refusalOf(send(kill, { job: { id: 'j' }, reason }))).toBe(
      'INVALID_ARGUMENT FIELD_EMPTY: "reason" is empty, and must say something: nothing would happen.',
    );
    expect(sent).toEqual([]);
  });

  it('lets a reason pass', async () => {
    const { send, sent } = validated(text);
    await send(kill, { job: { id: 'j' }, reason: 'wrong frames' });
    expect(sent).toMatchObject([{ rpc: kill, request: { reason: 'wrong frames' } }]);
  });

  it.each(['rest', 'grpc', 'connect', 'grpc-web'] as const)(
    'lets a request by %s pass when it is for GraphQL only, and notes that it does nothing',
    async (surface) => {
      const { send, sent } = validated(text);
      const notes: CallNotes = {};
      await send(kill, {}, { surface, notes });
      expect(sent).toHaveLength(1);
      expect(notes).toEqual({ effect: 'nothing' });
    },
  );

  it('notes nothing of a request that does what it says', async () => {
    const { send } = validated(text);
    const notes: CallNotes = {};
    await send(kill, { reason: 'wrong frames' }, { surface: 'rest', notes });
    expect(notes).toEqual({});
  });

  it('refuses REST, too, where REST_VALIDATION is on', async () => {
    const table = tableOf(text);
    const { send, sent } = pipeThrough(table, validateRequests({ ...validationOptions, validatesRest: true }));
    expect(await refusalOf(send(kill, {}, { surface: 'rest' }))).toContain('FIELD_EMPTY');
    expect(sent).toEqual([]);
  });

  it('stands before both surfaces unless it says otherwise', async () => {
    const { send } = validated(text.replace('on: graphql, ', ''));
    expect(await refusalOf(send(kill, {}, { surface: 'rest' }))).toContain('FIELD_EMPTY');
  });
});

describe('the validation "bounded"', () => {
  const text = `validations: { bounded: [{ rpcs: ${eat}, field: req, apart: page limit, why: it would eat all } ] }`;

  it.each([
    ['no criteria', undefined],
    ['empty criteria', {}],
    ['empty lists', { ids: [], states: { frameStates: [] } }],
    ['only what narrows nothing', { page: 1, limit: 10 }],
    ['empty text', { frameRange: '' }],
  ])('refuses %s', async (_, req) => {
    const { send, sent } = validated(text);
    expect(await refusalOf(send(eat, { job: { id: 'j' }, ...(req && { req }) }))).toBe(
      'INVALID_ARGUMENT UNBOUNDED: "req" narrows nothing: it would eat all. Say what you mean by one of ids, frames, layers, ' +
        'states, frameRange, memoryRange, durationRange, changeDate, maxResults, offset, includeFinished; or, if you mean ' +
        'everything, add the argument all: true.',
    );
    expect(sent).toEqual([]);
  });

  it.each([
    ['an id', { ids: ['f'] }],
    ['a range', { frameRange: '1-3' }],
    ['a state, be it the one of number 0', { states: { frameStates: [0] } }],
    ['a list that matches nothing', { layers: [''] }],
  ])('lets %s pass', async (_, req) => {
    const { send, sent } = validated(text);
    await send(eat, { req });
    expect(sent).toHaveLength(1);
  });

  it('tells other surfaces than GraphQL nothing of its argument, and notes what acts on everything', async () => {
    const forGraphql = text.replace('why:', 'on: graphql, why:');
    const notes: CallNotes = {};
    await validated(forGraphql).send(eat, {}, { surface: 'rest', notes });
    expect(notes).toEqual({ effect: 'everything' });
    const refused = await refusalOf(validated(text).send(eat, {}, { surface: 'rest' }));
    expect(refused).toMatch(/^INVALID_ARGUMENT UNBOUNDED: .* offset, includeFinished\.$/);
  });

  it('lets pass whoever says that they mean everything', async () => {
    const { send, sent } = validated(text);
    await send(eat, {}, { meansEverything: true });
    expect(sent).toHaveLength(1);
  });
});

describe('the validation "recent"', () => {
  const updated = 'job.JobInterface/GetUpdatedFrames';
  const text = `validations: { recent: [{ rpcs: ${updated}, field: last_check, seconds: 60, why: it would hang }] }`;
  const advice = 'Send a time in seconds since 1970 that is at most 55 seconds ago; now it is 1800000000.';

  it.each([
    [0, '0'],
    [present - 56, '1799999944, which is 56 seconds ago'],
    [-1, '-1, which is 1800000001 seconds ago'],
  ])('refuses %d', async (lastCheck, found) => {
    const { send, sent } = validated(text);
    expect(await refusalOf(send(updated, { lastCheck }, { surface: 'rest' }))).toBe(
      `INVALID_ARGUMENT TIME_TOO_OLD: "lastCheck" is ${found}: it would hang. ${advice}`,
    );
    expect(sent).toEqual([]);
  });

  it.each([present - 55, present, present + 5])('lets %d pass', async (lastCheck) => {
    const { send, sent } = validated(text);
    await send(updated, { lastCheck });
    expect(sent).toHaveLength(1);
  });
});

describe('a time that must be recent', () => {
  const updated = 'job.JobInterface/GetUpdatedFrames';
  const table = tableOf(`
rpcs: { ${updated}: { lane: job, why: so } }
validations: { recent: [{ rpcs: ${updated}, field: last_check, seconds: 60, why: it would hang }] }
`);

  it('is looked at again when the call is sent, after its wait', async () => {
    const clock = { ms: present * 1000 };
    const now = () => clock.ms;
    const waits: Interceptor = () => (next) => (call) => {
      clock.ms += 2_000;
      return next(call);
    };
    const sent: number[] = [];
    const interceptors = [validateRequests({ ...validationOptions, now }), waits, validateWhenSent({ open, now })];
    const invoke = pipe(table, interceptors, async () => {
      sent.push(clock.ms);
      return { message: new Uint8Array(), header: [], trailer: [] };
    });
    const method = registry.methods.get(updated)!;
    const ask = (lastCheck: number) => invoke(callOf(method, { request: close(method.input)({ lastCheck }) }));
    await ask(present - 53);
    expect(sent).toHaveLength(1);
    expect(await refusalOf(ask(present - 52))).toContain('"lastCheck" is 1799999948, which is 56 seconds ago');
    expect(sent).toHaveLength(1);
  });

  it('is looked at once where nobody waits for a lane', () => {
    const free = tableOf(
      `validations: { recent: [{ rpcs: ${updated}, field: last_check, seconds: 60, why: it would hang }] }`,
    );
    const named = { late: validateWhenSent({ open, now: Date.now }) };
    const pipeline = composePipeline(free.rows, named, () => () => Promise.reject(new Error('is not called')));
    expect(free.rows.filter(({ method }) => pipeline.interceptorsOf(method).length > 0)).toEqual([]);
  });
});

describe('the validation "no-nul"', () => {
  const text = 'validations: { no-nul: [{ rpcs: job.* show.*, why: it cannot be stored }] }';

  it.each([
    ['show.ShowInterface/FindShow', { name: 'a\0b' }, 'name'],
    ['job.JobInterface/GetJobs', { r: { substr: ['a', '\0'] } }, 'r.substr[1]'],
    ['job.JobInterface/AddComment', { newComment: { user: '', message: 'a\0' } }, 'newComment.message'],
  ])('refuses it in %s', async (rpc, value, where) => {
    const { send, sent } = validated(text);
    expect(await refusalOf(send(rpc, value, { surface: 'rest' }))).toBe(
      `INVALID_ARGUMENT NUL_IN_TEXT: "${where}" holds the character U+0000: it cannot be stored. Leave it out.`,
    );
    expect(sent).toEqual([]);
  });

  it('has nothing against zeros that are numbers', async () => {
    const { send, sent } = validated(text);
    await send('job.JobInterface/SetMinCores', { job: { id: 'j' }, val: 1 });
    await send('job.JobInterface/SetMaxCores', { job: { id: 'j', priority: 0 }, val: 100.5 });
    expect(sent).toHaveLength(2);
  });

  it('refuses exactly the names that hold it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: fc.constantFrom('\0', 'a', '1', 'é', '\u0100', '😀') }), async (name) => {
        const { send, sent } = validated(text);
        await send('show.ShowInterface/FindShow', { name }).catch(() => undefined);
        expect(sent.length).toBe(name.includes('\0') ? 0 : 1);
      }),
      { numRuns: 200 },
    );
  });

  it('leaves it to the upstream to refuse what is no message', async () => {
    const method = registry.methods.get('show.ShowInterface/FindShow')!;
    const arrived: Uint8Array[] = [];
    const invoke = pipe(tableOf(text), [validateRequests(validationOptions)], async ({ request }) => {
      arrived.push(request);
      return { message: new Uint8Array(), header: [], trailer: [] };
    });
    await invoke(callOf(method, { request: Uint8Array.of(10, 99, 0) }));
    expect(arrived).toEqual([Uint8Array.of(10, 99, 0)]);
  });
});

describe('the validation "unique"', () => {
  const create = 'show.ShowInterface/CreateShow';
  const find = 'show.ShowInterface/FindShow';
  const text = `validations: { unique: [{ rpcs: ${create}, field: name, look-up: ${find}, by: name, why: nobody could find it,
    spelling: lower-case-underscores }] }`;
  const missing = () => {
    throw new GatewayError('NOT_FOUND', 'Incorrect result size: expected 1, actual 0', { origin: 'upstream' });
  };

  it('refuses a name that is found, as it would be stored', async () => {
    const { send, sent } = validated(text);
    expect(await refusalOf(send(create, { name: 'My-Show' }, { surface: 'rest' }))).toBe(
      'ALREADY_EXISTS NAME_TAKEN: "name" is "My-Show", which is stored as "my_show", and that name is taken: nobody could find it.',
    );
    expect(await refusalOf(send(create, { name: 'x' }))).toContain('"name" is "x", and that name is taken');
    expect(sent.map(({ rpc, request }) => [rpc, request])).toEqual([
      [find, { name: 'my_show' }],
      [find, { name: 'x' }],
    ]);
  });

  it('sends what nobody has found', async () => {
    const { send, sent } = validated(text, ({ rpc }) => (rpc === find ? missing() : {}));
    await send(create, { name: 'My-Show' });
    expect(sent.map(({ rpc }) => rpc)).toEqual([find, create]);
    expect(sent[1]).toMatchObject({ request: { name: 'My-Show' } });
  });

  it('lets one through when two come at once', async () => {
    const shows = new Set<unknown>();
    const { send, sent } = validated(text, async ({ rpc, request }) => {
      await new Promise(setImmediate);
      const { name } = request as { name: string };
      if (rpc === create) shows.add(name);
      else if (!shows.has(name)) missing();
      return {};
    });
    const ends = await Promise.all([1, 2, 3].map(() => refusalOf(send(create, { name: 'dragon' }))));
    expect(ends.map((end) => end.split(':')[0])).toEqual([
      'sent',
      'ALREADY_EXISTS NAME_TAKEN',
      'ALREADY_EXISTS NAME_TAKEN',
    ]);
    expect(sent.filter(({ rpc }) => rpc === create)).toHaveLength(1);
  });

  it('leaves an empty name to the upstream', async () => {
    const { send, sent } = validated(text);
    await send(create, {});
    expect(sent.map(({ rpc }) => rpc)).toEqual([create]);
  });

  it('sends nothing when the look-up fails', async () => {
    const { send, sent } = validated(text, () => {
      throw new GatewayError('UNAVAILABLE', 'no connection', { origin: 'upstream' });
    });
    expect(await refusalOf(send(create, { name: 'dragon' }))).toBe('UNAVAILABLE UNAVAILABLE: no connection');
    expect(sent.map(({ rpc }) => rpc)).toEqual([find]);
  });

  it('knows an error that only looks like something else', async () => {
    const limits = `errors: [{ status: INTERNAL, startsWith: Empty, means: NOT_FOUND, why: dressed }]
validations: { unique: [{ rpcs: limit.LimitInterface/Create, field: name, look-up: limit.LimitInterface/Find, by: name, why: so }] }`;
    const { send, sent } = validated(limits, ({ rpc }) => {
      if (rpc.endsWith('Find')) throw new GatewayError('INTERNAL', 'Empty result', { origin: 'upstream' });
      return {};
    });
    await send('limit.LimitInterface/Create', { name: 'nuke' });
    expect(sent).toHaveLength(2);
  });

  it('looks a name up in a list, too', async () => {
    const department = 'department.DepartmentInterface';
    const names = `validations: { unique: [{ rpcs: ${department}/AddDepartmentName, field: name,
      look-up: ${department}/GetDepartmentNames, in: names, why: so }] }`;
    const { send, sent } = validated(names, ({ rpc }) => (rpc.endsWith('Names') ? { names: ['FX', 'Hair'] } : {}));
    expect(await refusalOf(send(`${department}/AddDepartmentName`, { name: 'Hair' }))).toContain('NAME_TAKEN');
    await send(`${department}/AddDepartmentName`, { name: 'Crowd' });
    expect(sent.map(({ rpc }) => rpc.split('/')[1])).toEqual([
      'GetDepartmentNames',
      'GetDepartmentNames',
      'AddDepartmentName',
    ]);
  });
});
