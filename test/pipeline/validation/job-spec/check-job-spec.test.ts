import { describe, expect, it } from 'vitest';

import type { CallNotes } from '../../../../src/call/call.ts';
import type { GatewayError } from '../../../../src/call/gateway-error.ts';
import { validateRequests, type ValidationOptions } from '../../../../src/pipeline/validation/validate-requests.ts';
import { identityOf } from '../../../authentication/identity.ts';
import { pipeThrough, tableOf, validationOptions } from '../single-interceptor.ts';

const launch = 'job.JobInterface/LaunchSpec';
const table = tableOf(
  `validations: { job-spec: [{ rpcs: ${launch}, field: spec, min-uid: 1000, grant: submit-as, why: it runs commands }] }`,
);
const ann = identityOf('ann', { method: 'hmac' });

/** A gateway at which Wanda may submit for others, and which may know numbers. */
const checked = (uidOf?: ValidationOptions['uidOf']) =>
  pipeThrough(
    table,
    validateRequests({
      ...validationOptions,
      uidOf,
      hasGrant: ({ subject }, grant) => subject === 'wanda' && grant === 'submit-as',
    }),
  );
const refusalOf = (work: Promise<unknown>) =>
  work.then(
    () => 'sent',
    (error: GatewayError) => `${error.status.name} ${error.reason}: ${error.message}`,
  );
const uidAdvice =
  'expected a number of at least 1000: ids below belong to system accounts. Put the id of its user into <uid>, or leave that out.';
const userAdvice = 'Put your own name into <user>; to submit for others takes the grant submit-as.';

describe('the validation "job-spec"', () => {
  it.each([
    ['<spec><user>ann</user></spec>', 'sent'],
    ['<spec><user> ann </user><uid>1000</uid></spec>', 'sent'],
    ['', 'sent'],
    [
      '<spec>\n<user>ann</user>\n&x;</spec>',
      'INVALID_ARGUMENT SPEC_FORBIDDEN_XML: the job spec, line 3: only &amp; &lt; &gt; &quot; &apos; and numbers may follow "&"',
    ],
    ['<spec>', 'INVALID_ARGUMENT SPEC_MALFORMED: the job spec, line 1: <spec> is not closed'],
    [
      '<spec><user>root</user></spec>',
      `PERMISSION_DENIED SPEC_USER: the job spec is for the user "root", and you are "ann". ${userAdvice}`,
    ],
    [
      '<spec><user>Ann</user></spec>',
      `PERMISSION_DENIED SPEC_USER: the job spec is for the user "Ann", and you are "ann". ${userAdvice}`,
    ],
    ['<spec/>', `PERMISSION_DENIED SPEC_USER: the job spec names no user, and you are "ann". ${userAdvice}`],
    ...['0', '999', '-1', '+1500', '1e9', '', '٣٤٥٦', '2147483648'].map((uid) => [
      `<spec><user>ann</user><uid>${uid}</uid></spec>`,
      `PERMISSION_DENIED SPEC_UID: the job spec asks for uid "${uid}"; ${uidAdvice}`,
    ]),
    [
      `<spec><!--${' '.repeat(2_000)}--></spec>`,
      'RESOURCE_EXHAUSTED SPEC_TOO_LARGE: the job spec has 2020 bytes; at most 2000 are accepted (MAX_SPEC_MB)',
    ],
  ])('judges %j', async (spec, expected) => {
    for (const surface of ['rest', 'graphql'] as const) {
      const { send, sent } = checked();
      expect(await refusalOf(send(launch, { spec }, { surface, identity: ann }))).toBe(expected);
      expect(sent).toHaveLength(expected === 'sent' ? 1 : 0);
    }
  });

  it.each([
    [undefined, 1004, 'sent'],
    ['1004', 1004, 'sent'],
    ['01004', 1004, 'sent'],
    [
      '1005',
      1004,
      'PERMISSION_DENIED SPEC_UID: the job spec asks for uid "1005", and yours is 1004. Put your own into <uid>, or leave that ' +
        'out; to submit for others takes the grant submit-as.',
    ],
    [
      '1005',
      undefined,
      'PERMISSION_DENIED SPEC_UID: the job spec asks for uid "1005", and your token does not say which is yours. Put your own ' +
        'into <uid>, or leave that out; to submit for others takes the grant submit-as.',
    ],
    [undefined, undefined, 'sent'],
  ])('for uid %s of somebody with %s', async (uid, own, expected) => {
    const { send } = checked(() => own);
    const spec = `<spec><user>ann</user>${uid === undefined ? '' : `<uid>${uid}</uid>`}</spec>`;
    expect(await refusalOf(send(launch, { spec }, { identity: ann }))).toBe(expected);
  });

  it('takes nobody whose token names nobody for a user called unknown', async () => {
    const { send } = checked();
    const identity = identityOf('unknown', { method: 'hmac', isNamed: false });
    expect(await refusalOf(send(launch, { spec: '<spec><user>unknown</user></spec>' }, { identity }))).toBe(
      `PERMISSION_DENIED SPEC_USER: the job spec is for the user "unknown", and your token names nobody. ${userAdvice}`,
    );
  });

  it('lets who has the grant ask for any number above those of the system', async () => {
    const { send, sent } = checked(() => 1004);
    const spec = '<spec><user>ann</user><uid>1005</uid></spec>';
    await send(launch, { spec }, { identity: identityOf('wanda', { method: 'hmac' }) });
    expect(sent).toHaveLength(1);
  });

  it('lets who has the grant submit for others, and notes for whom', async () => {
    const { send, sent } = checked();
    const notes: CallNotes = {};
    const wanda = identityOf('wanda', { method: 'hmac' });
    await send(launch, { spec: '<spec><user>ann</user></spec>' }, { identity: wanda, notes });
    expect(sent).toHaveLength(1);
    expect(notes).toEqual({ onBehalfOf: 'ann' });
    const system = send(launch, { spec: '<spec><user>ann</user><uid>0</uid></spec>' }, { identity: wanda });
    expect(await refusalOf(system)).toContain('SPEC_UID');
  });
});
