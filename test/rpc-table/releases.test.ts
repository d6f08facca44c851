import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { loadProtoFiles } from '../../src/registry/sources/load-proto-files.ts';
import { compileRpcTable } from '../../src/rpc-table/rpc-table.ts';

const registry = loadProtoFiles(['proto']);
const table = compileRpcTable(registry, {
  fileName: 'rpcs.yaml',
  text: readFileSync('schema/rpcs.yaml', 'utf8'),
  mustMatch: true,
});

describe('the releases of the RPC table', () => {
  it('are told apart by reads that need no lane', () => {
    const facts = table.releases.map(({ method }) => table.factsOf(method));
    expect(facts.map(({ kind, lane }) => [kind, lane])).toEqual(facts.map(() => ['read', undefined]));
  });

  it('stand from the newest to the oldest', () => {
    const numbers = table.releases.map(({ since }) => since.split('.').map(Number));
    const newestFirst = numbers.toSorted(([a = 0, b = 0], [c = 0, d = 0]) => c - a || d - b);
    expect(numbers).toEqual(newestFirst);
  });

  it('agree with what links say of the same RPC', () => {
    const links = readFileSync('schema/links.graphql', 'utf8').matchAll(/method: "([^"]+)"[^)]*since: "([^"]+)"/g);
    const since = new Map([...links].map(([, rpc = '', release = '']) => [rpc, release]));
    expect(since.size).toBeGreaterThan(0);
    const both = table.releases.filter(({ method }) => since.has(method.fullName));
    expect(both.length).toBeGreaterThan(0);
    for (const { method, since: release } of both) expect(since.get(method.fullName)).toBe(release);
  });
});
