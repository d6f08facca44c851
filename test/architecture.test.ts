import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/**
 * The house as data: which room may import which, and why not the others. ARCHITECTURE.md explains the picture; this
 * keeps it. Imports of types count as imports: a wall that types may cross is no wall.
 */
const rooms: Readonly<Record<string, { readonly uses: readonly string[]; readonly wall: string }>> = {
  base: { uses: [], wall: 'base/ knows nothing of the house' },
  registry: { uses: ['base'], wall: 'registry/ is what the schema is; it neither opens messages nor sockets' },
  codec: { uses: ['base', 'registry'], wall: 'codec/ opens messages and nothing else; it does no I/O' },
  rpc: { uses: ['base', 'registry'], wall: 'rpc/ holds the words of the waist and knows no vendor of transports' },
  upstream: { uses: ['base', 'registry', 'rpc'], wall: 'upstream/ carries bytes and never sees a message' },
  auth: { uses: ['base', 'registry', 'rpc'], wall: 'auth/ decides who and whether, and never reads HTTP bodies' },
  rest: {
    uses: ['base', 'registry', 'codec', 'rpc'],
    wall: 'rest/ is a surface: it does not know GraphQL, auth or sockets',
  },
  graphql: {
    uses: ['base', 'registry', 'codec', 'rpc'],
    wall: 'graphql/ is a surface: it never dials and does not know REST',
  },
  server: { uses: ['base'], wall: 'server/ serves sockets and does not know what an RPC is' },
  demo: { uses: ['base'], wall: 'demo/ is another implementation of the wire and shares none of our code' },
};

/** The hall composes: its files know every room, and only the command of its name may load the demo. */
const hall =
  /^(?:(?:cli|command-line|config|gateway|meters|operations|options|snapshot|surfaces|waist)\.ts|commands\/.*)$/;
const demoLoaders = new Set(['commands/demo.ts']);

/** One room per vendor. */
const vendors: readonly (readonly [vendor: RegExp, rooms: readonly string[]])[] = [
  [/^@grpc\/grpc-js$/, ['upstream', 'demo']],
  [/^protobufjs(?:\/|$)/, ['registry', 'demo']],
  [/^(?:graphql|graphql-yoga|@graphql-tools\/.*|@envelop\/.*|dataloader)(?:\/|$)/, ['graphql']],
  [/^(?:jose|oauth4webapi)$/, ['auth']],
  [/^yaml$/, ['rpc']],
  [/^prom-client$/, ['server']],
  [/^pino$/, ['hall']],
  [/^node:(?:https?|http2|net|cluster)$/, ['server']],
];

const source = fileURLToPath(new URL('../src/', import.meta.url));
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .map((path) => path.split(sep).join('/'))
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts') && !path.startsWith('graphql/graphiql/page/'))
  .sort();

interface Import {
  readonly from: string;
  readonly specifier: string;
  readonly isType: boolean;
}

const imports: readonly Import[] = files.flatMap((from) => {
  const text = readFileSync(join(source, from), 'utf8');
  const statements = text.matchAll(
    /^\s*(?:import|export)\s+(type\s)?[^'"`;]*?\bfrom\s+'([^']+)'|\bimport\('([^']+)'\)|^import\s+'([^']+)'/gm,
  );
  return [...statements].map(([, type, fromClause, dynamic, bare]) => ({
    from,
    specifier: fromClause ?? dynamic ?? bare ?? '',
    isType: type !== undefined,
  }));
});

const roomOf = (path: string): string => (hall.test(path) ? 'hall' : (path.split('/')[0] ?? ''));
const isLocal = ({ specifier }: Import) => specifier.startsWith('.');
const targetOf = ({ from, specifier }: Import) => posix.normalize(posix.join(posix.dirname(from), specifier));

describe('the house', () => {
  it('has no file outside its rooms', () => {
    expect(files.filter((path) => roomOf(path) !== 'hall' && rooms[roomOf(path)] === undefined)).toEqual([]);
  });

  it('lets data flow one way', () => {
    const wrong = imports.filter(isLocal).flatMap((found) => {
      const [from, to] = [roomOf(found.from), roomOf(targetOf(found))];
      if (from === to) return [];
      if (from === 'hall')
        return to === 'demo' && !demoLoaders.has(found.from)
          ? [`${found.from}: only the demo command loads the demo`]
          : [];
      return rooms[from]?.uses.includes(to) ? [] : [`${found.from} imports ${targetOf(found)}: ${rooms[from]?.wall}`];
    });
    expect(wrong).toEqual([]);
  });

  it('has no import cycle', () => {
    const graph = new Map<string, string[]>(files.map((path) => [path, []]));
    for (const found of imports.filter(isLocal)) if (!found.isType) graph.get(found.from)?.push(targetOf(found));
    expect(findCycle(graph)).toEqual([]);
  });

  it('keeps each vendor in its room', () => {
    const wrong = imports
      .filter((found) => !isLocal(found))
      .flatMap((found) => {
        const rule = vendors.find(([vendor]) => vendor.test(found.specifier));
        const isTypeOfHttp = found.isType && found.specifier === 'node:http';
        if (rule === undefined || isTypeOfHttp || rule[1].includes(roomOf(found.from))) return [];
        return [`${found.from} imports ${found.specifier}, which belongs to ${rule[1].join(' and ')}/`];
      });
    expect(wrong).toEqual([]);
  });

  it('keeps in base/ only what two rooms use', () => {
    const users = (path: string) =>
      new Set(imports.filter((found) => isLocal(found) && targetOf(found) === path).map(({ from }) => roomOf(from)));
    const lonely = files.filter(
      (path) => roomOf(path) === 'base' && new Set([...users(path)].filter((room) => room !== 'base')).size < 2,
    );
    const onlyOfBase = lonely.filter((path) => !users(path).has('base'));
    expect(onlyOfBase).toEqual([]);
  });
});

describe('a file', () => {
  it('is named in kebab case after its one thing', () => {
    expect(
      files.filter((path) => !path.split('/').every((part) => /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.ts)?$/.test(part))),
    ).toEqual([]);
  });

  /** Tables are as long as there are rows. */
  const tables: ReadonlySet<string> = new Set(['options.ts']);

  it('has at most 400 lines, unless it is a table', () => {
    const lengths = files.map((path) => [path, readFileSync(join(source, path), 'utf8').split('\n').length] as const);
    expect(lengths.filter(([path, length]) => length > 400 && !tables.has(path))).toEqual([]);
  });

  it('explains every export', () => {
    const silent = files.flatMap((path) => {
      const lines = readFileSync(join(source, path), 'utf8').split('\n');
      return lines.flatMap((line, index) => {
        if (!/^export (?:default )?(?:async )?(?:abstract )?(?:function|class|const|interface|type)\b/.test(line))
          return [];
        return /\*\/\s*$/.test(lines[index - 1] ?? '') ? [] : [`${path}:${index + 1} ${line}`];
      });
    });
    expect(silent.filter((line) => !line.includes(' export type {'))).toEqual([]);
  });

  it('says nothing of the machine that it was written on', () => {
    const root = dirname(fileURLToPath(new URL('../package.json', import.meta.url)));
    const leaking = files.filter((path) => /\/(?:root|home|work|tmp)\//.test(readFileSync(join(source, path), 'utf8')));
    expect(leaking.map((path) => relative(root, path))).toEqual([]);
  });
});

/** The first cycle found, as the files along it; empty when there is none. */
function findCycle(graph: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): readonly string[] => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (done.has(path)) return [];
    for (const next of graph.get(path) ?? []) {
      const cycle = visit(next, [...trail, path]);
      if (cycle.length > 0) return cycle;
    }
    done.add(path);
    return [];
  };
  for (const path of graph.keys()) {
    const cycle = visit(path, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}
