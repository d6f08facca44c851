import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

const rows = read('docs/threat-model.md')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| threat ') && !line.startsWith('| ---'));
const proofs = rows.map((row) => /\| `(test\/[^`]+\.test\.ts)`: "([^"]+)" \|$/.exec(row)?.slice(1) as [string, string]);

describe('docs/threat-model.md', () => {
  it('names a test for every threat', () => {
    expect(rows.length).toBeGreaterThan(30);
    expect(rows.filter((_, index) => proofs[index] === undefined)).toEqual([]);
  });

  it.each(proofs.filter((proof) => proof !== undefined))('is proved by %s: %s', (path, title) => {
    expect(existsSync(new URL(path, root))).toBe(true);
    // As the title of a test that is not skipped by name, and not just a phrase somewhere.
    const calls = read(path)
      .split('\n')
      .filter((line) => line.includes(`('${title}'`) || line.trim() === `'${title}',`);
    expect(calls).toHaveLength(1);
    expect(calls[0]).not.toMatch(/\.(?:skip|todo|skipIf)\b/);
  });
});

describe('SECURITY.md and docs/auth.md', () => {
  it.each(['SECURITY.md', 'docs/auth.md', 'docs/threat-model.md'])('%s links to files that there are', (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link]) => link!);
    expect(links.filter((link) => !existsSync(new URL(link, new URL(page, root))))).toEqual([]);
  });

  it('speak of settings that there are', async () => {
    const { options } = await import('../../src/config/settings.ts');
    const known = new Set<string>(options.map(({ name }) => name));
    const text = read('SECURITY.md') + read('docs/auth.md') + read('docs/threat-model.md');
    const named = [...text.matchAll(/\b(?:[A-Z]+_)+[A-Z]+\b/g)].map(([name]) => name.replace(/_FILE$/, ''));
    const others = new Set([
      'RENDER_HOSTS',
      'REQUEST_BLOCKED',
      'ADMIN_PASSWORD',
      'ANN_PASSWORD',
      'TENANT_ID',
      'APPLICATION_ID',
      'APPLICATION_ID_OF_GRAPHIQL',
    ]);
    const unknown = named.filter((name) => !known.has(name) && !known.has(`${name}_FILE`) && !others.has(name));
    expect(unknown).toEqual([]);
  });
});
