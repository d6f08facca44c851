import { describe, expect, it } from 'vitest';

import type { CallNotes } from '../../src/call/call.ts';
import type { GatewayError } from '../../src/call/gateway-error.ts';
import { compileTextField } from '../../src/codec/wire/text-field.ts';
import { fillIdentityFields } from '../../src/pipeline/fill-identity-fields.ts';
import { identityOf } from '../authentication/identity.ts';
import { pipeThrough, tableOf } from './validation/single-interceptor.ts';

const kill = 'job.JobInterface/Kill';
const comment = 'job.JobInterface/AddComment';
const table = tableOf(`identity-fields:
  - { rpcs: ${kill}, field: username, why: it is logged }
  - { rpcs: ${comment}, field: new_comment.user, why: people see it }
`);
const ann = identityOf('ann', { method: 'hmac' });
const cueweb = identityOf('user-id', { method: 'hmac' });

function filling(mismatch: 'replace' | 'refuse' = 'replace') {
  const options = {
    rpcs: table.rows,
    findText: compileTextField,
    mismatch,
    services: ['user-id'],
    forwardsMetadata: true,
  };
  return pipeThrough(table, fillIdentityFields(options));
}

describe('fillIdentityFields()', () => {
  it.each([
    ['nobody', {}],
    ['the caller', { username: 'ann' }],
    ['somebody else', { username: 'bob' }],
  ])('says who calls when the request names %s', async (_, said) => {
    const { send, sent } = filling();
    await send(kill, { job: { id: 'j' }, reason: 'why', pid: '7', ...said }, { identity: ann });
    expect(sent).toMatchObject([{ request: { job: { id: 'j' }, username: 'ann', reason: 'why', pid: '7' } }]);
  });

  it('reaches into a message, and keeps what else is in it', async () => {
    const { send, sent } = filling();
    const newComment = { subject: 'late', message: 'very', user: 'bob' };
    await send(comment, { job: { id: 'j' }, newComment }, { identity: ann });
    expect(sent).toMatchObject([{ request: { job: { id: 'j' }, newComment: { ...newComment, user: 'ann' } } }]);
  });

  it('refuses another name where that is set, and only then', async () => {
    const { send, sent } = filling('refuse');
    const error = await send(kill, { username: 'bob' }, { identity: ann }).catch((error: GatewayError) => error);
    expect(error).toMatchObject({
      status: { name: 'PERMISSION_DENIED' },
      reason: 'IDENTITY_MISMATCH',
      message: '"username" says "bob", and you are "ann". Leave it out: it is filled in from who you are.',
    });
    expect(sent).toEqual([]);
    await send(kill, { username: 'ann' }, { identity: ann });
    await send(kill, {}, { identity: ann });
    expect(sent.map(({ request }) => (request as { username: string }).username)).toEqual(['ann', 'ann']);
  });

  it('says no more of a long name than its beginning', async () => {
    const { send } = filling('refuse');
    const error = await send(kill, { username: 'b'.repeat(1_000_000) }, { identity: ann }).catch(
      (error: GatewayError) => error,
    );
    expect(error).toMatchObject({ message: expect.stringContaining(`"username" says "${'b'.repeat(200)}", and`) });
  });

  it.each(['replace', 'refuse'] as const)(
    'lets a service speak for others, and notes for whom (%s)',
    async (mismatch) => {
      const { send, sent } = filling(mismatch);
      const notes: CallNotes = {};
      await send(kill, { username: 'bob' }, { identity: cueweb, notes });
      expect(sent).toMatchObject([{ request: { username: 'bob' }, metadata: [['x-cuegate-user', 'user-id']] }]);
      expect(notes).toEqual({ onBehalfOf: 'bob' });
    },
  );

  it('lets nobody speak for others whom an OAuth issuer calls like a service', async () => {
    const { send, sent } = filling();
    const namesake = identityOf('user-id', { method: 'oidc', issuer: 'https://login.example' });
    await send(kill, { username: 'bob' }, { identity: namesake });
    expect(sent).toMatchObject([{ request: { username: 'user-id' } }]);
  });

  it('signs for a service that names nobody', async () => {
    const { send, sent } = filling();
    const notes: CallNotes = {};
    await send(kill, {}, { identity: cueweb, notes });
    expect(sent).toMatchObject([{ request: { username: 'user-id' } }]);
    expect(notes).toEqual({});
  });

  it('notes that the caller’s name takes the place of the one in the request, for the audit', async () => {
    const { send } = filling();
    const notes: CallNotes = {};
    await send(comment, { newComment: { user: 'bob' } }, { identity: ann, notes });
    expect(notes).toEqual({ replacesName: true });
  });

  describe('of a caller whose token names nobody', () => {
    const nobody = identityOf('unknown', { method: 'hmac', isNamed: false });

    it.each([
      ['bob', { username: 'bob' }, { onBehalfOf: 'bob' }],
      ['a user called unknown', { username: 'unknown' }, { onBehalfOf: 'unknown' }],
      ['nobody', {}, {}],
    ])('keeps what the request says, and notes it: %s', async (_, said, noted) => {
      const { send, sent } = filling();
      const notes: CallNotes = {};
      await send(kill, { job: { id: 'j' }, ...said }, { identity: nobody, notes });
      expect(sent).toMatchObject([{ request: { job: { id: 'j' }, username: '', ...said }, metadata: [] }]);
      expect(notes).toEqual(noted);
    });

    it('keeps the name in a message', async () => {
      const { send, sent } = filling();
      await send(comment, { newComment: { user: 'bob', message: 'very' } }, { identity: nobody });
      expect(sent).toMatchObject([{ request: { newComment: { user: 'bob', message: 'very' } } }]);
    });

    it('refuses any name where that is set, be the service called unknown', async () => {
      const { send, sent } = filling('refuse');
      const error = await send(kill, { username: 'bob' }, { identity: nobody }).catch((error: GatewayError) => error);
      expect(error).toMatchObject({
        reason: 'IDENTITY_MISMATCH',
        message: '"username" says "bob", and your token names nobody. Send a token that names you.',
      });
      await send(kill, {}, { identity: nobody });
      expect(sent).toHaveLength(1);
    });
  });

  it('says nothing of anonymous callers', async () => {
    const { send, sent } = filling();
    await send(kill, { username: 'bob' }, { identity: identityOf('anonymous') });
    expect(sent).toMatchObject([{ request: { username: 'bob' }, metadata: [] }]);
  });

  it('names the caller of a write in metadata, and of no read', async () => {
    const { send, sent } = filling();
    await send('job.JobInterface/Pause', {}, { identity: ann, metadata: [['x-show', 'a']] });
    await send('job.JobInterface/GetJobs', {}, { identity: ann });
    expect(sent.map(({ metadata }) => metadata)).toEqual([
      [
        ['x-show', 'a'],
        ['x-cuegate-user', 'ann'],
      ],
      [],
    ]);
  });

  it('says nothing to an upstream of which the table knows no identity fields', async () => {
    const foreign = tableOf('identity-fields: []');
    const { send, sent } = pipeThrough(
      foreign,
      fillIdentityFields({
        rpcs: foreign.rows,
        findText: compileTextField,
        mismatch: 'replace',
        services: [],
        forwardsMetadata: false,
      }),
    );
    await send(kill, { username: 'bob' }, { identity: ann });
    expect(sent).toMatchObject([{ request: { username: 'bob' }, metadata: [] }]);
  });

  it.each([
    ['ann@studio.example', 'ann@studio.example'],
    ['Ann Å', 'Ann%20%C3%85'],
    ['50%', '50%25'],
    ['a\r\nb', 'a%0D%0Ab'],
    ['😀', '%F0%9F%98%80'],
  ])('writes %j in ASCII', async (subject, encoded) => {
    const { send, sent } = filling();
    await send('job.JobInterface/Pause', {}, { identity: { ...ann, subject } });
    expect(sent).toMatchObject([{ metadata: [['x-cuegate-user', encoded]] }]);
  });

  it.each(['hmac', 'none'] as const)('lets no request header say it (%s)', async (method) => {
    const { send, sent } = filling();
    const identity = { ...ann, method };
    await send('job.JobInterface/GetJobs', {}, { identity, metadata: [['x-cuegate-user', 'root']] });
    expect(sent).toMatchObject([{ metadata: [] }]);
  });
});
