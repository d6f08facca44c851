import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

import { linkRegistry } from '../../src/registry/linking/link-registry.ts';
import { parseProtoFile } from '../../src/registry/parsing/parse-proto-file.ts';
import { loadProtoFiles } from '../../src/registry/sources/load-proto-files.ts';
import { undecidedFacts } from '../../src/rpc-table/rpc-facts.ts';
import { compileRpcTable } from '../../src/rpc-table/rpc-table.ts';
import { selectServices } from '../../src/rpc-table/select-services.ts';

const pathOf = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'cuegate-rpc-table-'));
writeFileSync(
  join(folder, 'shop.proto'),
  `syntax = "proto3";
   package shop;
   message Shelf { string id = 1; }
   message ByShelf { Shelf shelf = 1; }
   message ById { string id = 1; }
   service ShelfInterface {
     rpc GetShelf(ById) returns (Shelf);
     rpc Paint(ByShelf) returns (Shelf);
     rpc Issue(ById) returns (Shelf);
     rpc BatchGetShelves(ById) returns (Shelf);
     rpc ListBooks(ByShelf) returns (Shelf);
     rpc Peek(ById) returns (Shelf) { option idempotency_level = NO_SIDE_EFFECTS; }
     rpc GetAndLock(ById) returns (Shelf) { option idempotency_level = IDEMPOTENT; }
   }
   service Backroom { rpc GetKeys(ById) returns (Shelf); }
  `,
);
afterAll(() => rmSync(folder, { recursive: true }));

const shop = loadProtoFiles([folder]);
const compile = (text: string, mustMatch = true) => compileRpcTable(shop, { text, fileName: 'rpcs.yaml', mustMatch });
const factsOf = (table: ReturnType<typeof compile>, name: string) =>
  table.factsOf(shop.methods.get(`shop.ShelfInterface/${name}`)!);

describe('compileRpcTable()', () => {
  it('decides read or write by the option, else by the verb as a whole word', () => {
    const table = compile('rpcs: {}');
    const kinds = table.rows.map(({ method, kind, kindReason }) => `${method.name}: ${kind}, ${kindReason}`);
    expect(kinds).toEqual([
      'GetKeys: read, verb Get',
      'BatchGetShelves: read, verb Get',
      'GetAndLock: write, idempotency_level is IDEMPOTENT',
      'GetShelf: read, verb Get',
      'Issue: write, verb Issue',
      'ListBooks: read, verb List',
      'Paint: write, verb Paint',
      'Peek: read, idempotency_level is NO_SIDE_EFFECTS',
    ]);
  });

  it('lets a later row win, setting by setting', () => {
    const table = compile(`
      rpcs:
        shop.ShelfInterface/*: { lane: shelf, why: one at a time }
        shop.ShelfInterface/List*: { lane: none, kind: write, why: counts its readers }
    `);
    expect(factsOf(table, 'Paint')).toMatchObject({ lane: 'shelf', laneReason: 'one at a time', kind: 'write' });
    expect(factsOf(table, 'ListBooks')).toMatchObject({ lane: undefined, laneReason: '', kind: 'write' });
  });

  it('means by (field) the RPCs whose request carries a message there', () => {
    const table = compile('rpcs: { shop.ShelfInterface/*(shelf): { lane: shelf, why: keeps the shelf } }');
    const inLane = table.rows.filter(({ lane }) => lane === 'shelf').map(({ method }) => method.name);
    expect(inLane).toEqual(['ListBooks', 'Paint']);
  });

  it('names every mistake with its line', () => {
    const text = `rpcs:
  shop.ShelfInterface/Peek: { kind: read, why: asks }
  shop.ShelfInterface/Paint: { kind: maybe, why: because }
  shop.ShelfInterface/Issue: { lain: shelf, why: typo }
  shop.ShelfInterface/GetShelf: { kind: read }
  "shop Shelf": { kind: read, why: no pattern }
errors:
  - { status: GONE, startsWith: x, means: NOT_FOUND, why: no such status }
others: {}
`;
    expect(() => compile(text)).toThrow(
      [
        'rpcs.yaml has 6 mistakes:',
        'line 3, column 32: rpcs."shop.ShelfInterface/Paint".kind: is "maybe"; expected ("read" | "write")',
        'line 4, column 32: rpcs."shop.ShelfInterface/Issue".lain: is not known here; did you mean "lane"?',
        'line 5, column 3: rpcs."shop.ShelfInterface/GetShelf".why: is missing; expected "why"',
        'line 6, column 3: rpcs."shop Shelf": is "shop Shelf"; expected <service>/<method>, e.g. job.JobInterface/Get*',
        'line 8, column 7: errors[0].status: is "GONE"; expected ("OK" | ',
      ].join('\n  - '),
    );
    expect(() => compile(text)).toThrow(
      'line 9, column 1: others: is not known here; there are: rpcs, queued, levels,',
    );
  });

  it('names every row that matches nothing, once the form is right', () => {
    const text = `rpcs:
  shop.ShelfInterface/Pant: { kind: read, why: typo }
levels:
  shop.ShelfInterface: { read: Get* Peak, admin: Paint }
`;
    expect(() => compile(text)).toThrow(
      [
        'rpcs.yaml has 2 mistakes:',
        'line 2, column 3: rpcs."shop.ShelfInterface/Pant": "shop.ShelfInterface/Pant" matches no RPC of the loaded protos; did you mean "shop.ShelfInterface/Paint"?',
        'line 4, column 26: levels."shop.ShelfInterface".read: "shop.ShelfInterface/Peak" matches no RPC of the loaded protos; did you mean "shop.ShelfInterface/Peek"?',
      ].join('\n  - '),
    );
  });

  it('refuses a level that there is not', () => {
    expect(() => compile('levels: { shop.ShelfInterface: { reed: "*" } }')).toThrow(
      'levels."shop.ShelfInterface".reed: is not known here; did you mean "read"?',
    );
  });

  it('passes over rows that match nothing when the protos are foreign', () => {
    expect(() => compile('rpcs: { job.JobInterface/Kill: { lane: job, why: not here } }', false)).not.toThrow();
  });
});

describe('the table of OpenCue', () => {
  const cue = loadProtoFiles([pathOf('proto')]);
  const table = compileRpcTable(cue, {
    text: readFileSync(pathOf('schema/rpcs.yaml'), 'utf8'),
    fileName: 'schema/rpcs.yaml',
    mustMatch: true,
  });

  it('says nothing of packages whose names only begin like those of OpenCue', () => {
    const services = ['report.v1', 'rqd.v2', 'job.v1', 'show.inner'].map((name) => [name, 'Reports'] as const);
    const files = services.map(([name, service]) => {
      const text = `syntax = "proto3"; package ${name}; message M { string s = 1; } service ${service} { rpc GetM(M) returns (M); }`;
      return parseProtoFile(text, `${name}.proto`).file;
    });
    const foreign = linkRegistry(files);
    const text = readFileSync(pathOf('schema/rpcs.yaml'), 'utf8');
    const { rows } = compileRpcTable(foreign, { text, fileName: 'schema/rpcs.yaml', mustMatch: false });
    expect(rows).toEqual([...foreign.methods.values()].map(undecidedFacts));
  });

  it('keeps U+0000 out of every service', () => {
    const open = table.rows.filter(({ validations }) => !validations.some(({ kind }) => kind === 'no-nul'));
    const services = new Set(table.rows.map(({ method }) => method.service));
    for (const { method } of open) services.delete(method.service);
    expect(open.map(({ method }) => method.fullName)).toEqual([]);
    expect(services.size).toBe(28);
  });

  it('knows all 315 RPCs', () => {
    expect(table.rows).toHaveLength(315);
  });

  it('puts into lanes exactly the RPCs that take a job or a layer', () => {
    const inLanes = table.rows.filter(({ lane }) => lane !== undefined);
    const lanes = [...new Set(inLanes.map(({ lane, method }) => `${lane} ${method.service.fullName}`))].map((pair) =>
      pair.split(' '),
    );
    expect(inLanes).toHaveLength(69);
    const free = (service: string) =>
      table.rows.filter(({ method, lane }) => method.service.fullName === service && lane === undefined);
    expect(lanes).toEqual([
      ['job', 'job.JobInterface'],
      ['layer', 'job.LayerInterface'],
    ]);
    expect(free('job.JobInterface').map(({ method }) => method.name)).toEqual([
      'FindJob',
      'GetJob',
      'GetJobNames',
      'GetJobs',
      'IsJobPending',
      'LaunchSpec',
      'LaunchSpecAndWait',
    ]);
    expect(free('job.LayerInterface').map(({ method }) => method.name)).toEqual(['FindLayer', 'GetLayer']);
  });

  it('gives every RPC a level, and no caller those that commands to hosts go by', () => {
    expect(table.rows.filter(({ level }) => level === undefined)).toEqual([]);
    const never = table.rows.filter(({ level }) => level === 'never').map(({ method }) => method.service.fullName);
    expect([...new Set(never)]).toEqual(['report.RqdReportInterface', 'rqd.RqdInterface', 'rqd.RunningFrame']);
  });

  it('asks more than read for every write, and an explicit grant for the dangerous ones', () => {
    expect(table.rows.filter(({ kind, level }) => kind === 'write' && level === 'read')).toEqual([]);
    expect(table.rows.filter(({ grant }) => grant !== undefined)).toHaveLength(27);
  });

  it('reads and writes as Cuebot does', () => {
    const surprising = table.rows.filter(
      ({ method, kind }) => (kind === 'read') !== /^(?:Get|Find|Is)/.test(method.name),
    );
    expect(surprising.map(({ method, kind }) => `${method.fullName}: ${kind}`)).toEqual([
      'rqd.RqdInterface/ReportStatus: read',
      'rqd.RunningFrame/Status: read',
    ]);
  });
});

describe('selectServices()', () => {
  const table = compile('rpcs: { shop.Backroom: { expose: named, why: private } }');
  const select = (...patterns: string[]) => selectServices(shop.services, table, patterns).map(({ name }) => name);

  it('takes later patterns over earlier ones', () => {
    expect(select('shop.*', '!shop.Backroom')).toEqual(['ShelfInterface']);
    expect(select('!shop.Backroom', 'shop.*')).toEqual(['Backroom', 'ShelfInterface']);
  });

  it('does not open by a bare star what must be named', () => {
    expect(select('*')).toEqual(['ShelfInterface']);
    expect(select('*', 'shop.Backroom')).toEqual(['Backroom', 'ShelfInterface']);
  });

  it('refuses a list that selects nothing', () => {
    expect(() => select('show.*')).toThrow(
      '"show.*" selects no service; there are: shop.Backroom, shop.ShelfInterface',
    );
  });
});
