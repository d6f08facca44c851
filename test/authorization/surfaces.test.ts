import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { signToken } from '../../src/authentication/hmac/sign-token.ts';
import { createGateway } from '../../src/app/gateway.ts';
import { secret, startGateway, type TestGateway, testConfig } from '../app/running-gateway.ts';

/** What callers see of a refusal, by both surfaces. */

let running: TestGateway;
let folder: string;
const bearer = (claims: object) => ({
  authorization: `Bearer ${signToken({ secret, claims: { sub: 'ann', ...claims } })}`,
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cuegate-policy-'));
  const file = join(folder, 'policy.yaml');
  await writeFile(file, 'groups:\n  pausers: operate\n');
  running = await startGateway({ settings: { JWT_SECRET_LEVEL: 'read', POLICY_FILE: file } });
});
afterAll(async () => {
  await running.close();
  await rm(folder, { recursive: true });
});

const message = 'You need cue:operate to call job.JobInterface/Pause; your token has the level read.';

describe('a refusal', () => {
  it('is 403 to REST, and names the scope that would help', async () => {
    const { status, headers, json } = await running.rest('job.JobInterface/Pause', { job: { id: 'j' } });
    expect([status, json]).toEqual([403, { code: 7, message, details: [] }]);
    expect(headers['www-authenticate']).toBe('Bearer realm="cuegate", error="insufficient_scope", scope="cue:operate"');
  });

  it('names all scopes that the call takes', async () => {
    const { headers } = await running.rest('job.JobInterface/LaunchSpec', {}, bearer({ scope: 'cue:submit' }));
    expect(headers['www-authenticate']).toBe(
      'Bearer realm="cuegate", error="insufficient_scope", scope="cue:submit cue:grant:launch"',
    );
  });

  it('is FORBIDDEN to GraphQL, and names the scope as well', async () => {
    const { json } = await running.graphql('mutation { jobPause(job: { id: "j" }) { __typename } }');
    expect(json).toMatchObject({
      data: { jobPause: null },
      errors: [{ message, path: ['jobPause'], extensions: { code: 'FORBIDDEN', scope: 'cue:operate' } }],
    });
  });

  it('leaves the other fields of an operation alone', async () => {
    const { status, json } = await running.graphql(
      'mutation { jobPause(job: { id: "nowhere" }) { __typename } jobLaunchSpec { __typename } }',
      {},
      bearer({ scope: 'cue:operate' }),
    );
    expect(status).toBe(200);
    const codes = json.errors.map(({ path, extensions }: { path: string[]; extensions: { code: string } }) => [
      path[0],
      extensions.code,
    ]);
    expect(codes).toEqual([
      ['jobPause', 'NOT_FOUND'],
      ['jobLaunchSpec', 'FORBIDDEN'],
    ]);
  });

  it('is not told to somebody who has the right by their group', async () => {
    const { status, json } = await running.rest(
      'job.JobInterface/Pause',
      { job: { id: 'j' } },
      bearer({ groups: 'pausers' }),
    );
    expect([status, json.message]).toEqual([404, 'Job not found']);
  });
});

describe('a gateway', () => {
  const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const startWith = (settings: Readonly<Record<string, string>>) =>
    createGateway(testConfig({ CUEBOT_ENDPOINT: '127.0.0.1:1', ...settings }), logger);

  it('does not start with a policy that has mistakes', async () => {
    const file = join(folder, 'mistaken.yaml');
    await writeFile(file, 'groups:\n  pausers: operat\n');
    await expect(startWith({ POLICY_FILE: file })).rejects.toThrow(
      `  - POLICY_FILE: ${file} has a mistake:\n      - line 2, column 3: groups.pausers: is "operat"; "operat" is no right; ` +
        'did you mean "operate"?',
    );
  });

  it('does not start with an audit that it cannot write', async () => {
    const file = join(folder, 'diary.txt');
    await writeFile(file, 'dear diary\n');
    await expect(startWith({ AUDIT_FILE: file })).rejects.toThrow(
      `${file} holds something that is no audit; name another file, or move this one away`,
    );
  });
});
