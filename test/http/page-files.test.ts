import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createHashedFile, createPageFile, readPage, writePage } from '../../src/http/page-files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cuegate-page-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const byName = (one: { name: string }, other: { name: string }) => (one.name < other.name ? -1 : 1);

describe('readPage()', () => {
  it('finds what the build wrote, and nothing from an earlier build', () => {
    writeFileSync(join(folder, 'page-outdated.js'), '');
    const files = [createPageFile('page-12345678.js', 'export {};'), createHashedFile('page.css', 'p {}')];
    writePage(folder, files);
    expect([...readPage(folder)!].sort(byName)).toEqual([...files].sort(byName));
    expect(readdirSync(folder)).toHaveLength(6);
  });

  it('finds nothing where nothing was built', () => {
    expect(readPage(join(folder, 'assets'))).toBeUndefined();
  });
});

describe('createHashedFile()', () => {
  it('gives each content a name of its own', () => {
    const [one, same, other] = ['p {}', 'p {}', 'a {}'].map((text) => createHashedFile('page.css', text));
    expect(one!.name).toMatch(/^page-[\w-]{8}\.css$/);
    expect(same!.name).toBe(one!.name);
    expect(other!.name).not.toBe(one!.name);
    expect(gunzipSync(one!.packed.gzip).toString()).toBe('p {}');
  });
});
