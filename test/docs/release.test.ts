import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

/** Runs a script and tells how it ended, be it well or not. */
const releaseNotes = async (...words: readonly string[]) =>
  promisify(execFile)(process.execPath, ['.github/release-notes.mjs', ...words], { cwd: root }).then(
    ({ stdout }) => ({ code: 0, stdout, stderr: '' }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );

describe('npm run release-notes', () => {
  it('prints what CHANGELOG says of the packaged version', async () => {
    const { version } = JSON.parse(read('package.json'));
    const { code, stdout } = await releaseNotes(version);
    expect(code).toBe(0);
    expect(read('CHANGELOG.md')).toContain(stdout.trim());
    expect(stdout).not.toMatch(/^## /m);
    expect(stdout.length).toBeGreaterThan(500);
  });

  it.each([
    [[], 'usage: npm run release-notes -- VERSION\n'],
    [['99.0.0'], 'CHANGELOG.md has no section "## 99.0.0"\n'],
  ])('refuses %j', async (words, stderr) => {
    expect(await releaseNotes(...words)).toEqual({ code: 1, stdout: '', stderr });
  });
});

describe('the workflows', () => {
  const folder = '.github/workflows/';
  const workflows = readdirSync(new URL(folder, root)).map((name) => [name, parse(read(folder + name))] as const);

  it('run the gate of the repository, and none of their own', () => {
    for (const [, { jobs }] of workflows) expect(JSON.stringify(jobs)).toContain('bash .ci/run');
  });

  it.each(workflows)('%s asks for no more than it needs, ends by itself, and leaves no token behind', (_, workflow) => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    for (const job of Object.values<{ 'timeout-minutes'?: number; steps: readonly { uses?: string; with?: object }[] }>(
      workflow.jobs,
    )) {
      expect(job['timeout-minutes']).toBeGreaterThan(0);
      const checkouts = job.steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
      for (const checkout of checkouts) expect(checkout.with).toMatchObject({ 'persist-credentials': false });
    }
  });
});
