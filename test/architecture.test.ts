import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/**
 * The house as data: which room may import which, and why not the others. ARCHITECTURE.md explains the picture; this
 * keeps it. Imports of types count as imports: a wall that types may cross is no wall.
 */
const rooms: Readonly<Record<string, { readonly uses: readonly string[]; readonly wall: string }>> = {
  errors: { uses: [], wall: 'errors/ is what people are told, and knows nothing of the house' },
  telemetry: { uses: [], wall: 'telemetry/ counts and logs what it is told, and knows nothing of the house' },
  registry: { uses: ['errors'], wall: 'registry/ is what the schema is; it neither opens messages nor sockets' },
  codec: { uses: ['errors', 'registry'], wall: 'codec/ opens messages and nothing else; it does no I/O' },
  clock: { uses: [], wall: 'clock/ is time, so that tests can replace it' },
  documents: { uses: ['errors'], wall: 'documents/ reads files that people write, whatever they are about' },
  call: { uses: ['telemetry', 'registry'], wall: 'call/ holds the words that every call is told in, and does nothing' },
  'rpc-table': { uses: ['errors', 'documents', 'registry', 'call'], wall: 'rpc-table/ says what is known of each RPC' },
  http: { uses: ['errors'], wall: 'http/ serves sockets and does not know what an RPC is' },
  pipeline: {
    uses: ['errors', 'telemetry', 'clock', 'registry', 'call', 'rpc-table'],
    wall: 'pipeline/ carries calls as bytes and knows neither surfaces nor transports',
  },
  coordination: {
    uses: ['errors', 'telemetry', 'clock', 'call', 'rpc-table', 'pipeline'],
    wall: 'coordination/ agrees with other gateways on who may send what, and sends nothing itself',
  },
  upstream: { uses: ['telemetry', 'registry', 'call'], wall: 'upstream/ carries bytes and never sees a message' },
  authentication: {
    uses: ['errors', 'documents', 'telemetry', 'clock', 'codec', 'call', 'http'],
    wall: 'authentication/ says who calls, and does not ask what they may do',
  },
  authorization: {
    uses: ['errors', 'documents', 'registry', 'call', 'rpc-table', 'http', 'pipeline', 'authentication'],
    wall: 'authorization/ says whether they may',
  },
  audit: {
    uses: ['errors', 'telemetry', 'clock', 'registry', 'codec', 'call', 'rpc-table', 'pipeline'],
    wall: 'audit/ writes down what was asked and what became of it',
  },
  rest: {
    uses: ['errors', 'clock', 'registry', 'codec', 'call', 'http'],
    wall: 'rest/ is a surface: it knows neither GraphQL, nor who may do what',
  },
  openapi: {
    uses: ['errors', 'documents', 'registry', 'call', 'rpc-table'],
    wall: 'openapi/ describes the routes of REST; it serves nothing and opens no message',
  },
  connect: {
    uses: ['errors', 'clock', 'registry', 'codec', 'call', 'http', 'rest'],
    wall: 'connect/ is a surface: Connect and gRPC-Web on the routes that REST has',
  },
  grpc: { uses: ['errors', 'registry', 'call'], wall: 'grpc/ is a surface: it carries bytes and never sees a message' },
  agent: {
    uses: ['errors', 'registry', 'call', 'http', 'authentication', 'grpc'],
    wall: 'agent/ runs on somebody’s own machine and knows the gateway by its address',
  },
  graphql: {
    uses: ['errors', 'documents', 'telemetry', 'clock', 'registry', 'codec', 'call', 'rpc-table', 'http'],
    wall: 'graphql/ is a surface: it never dials and does not know REST',
  },
  'web-pages': {
    uses: ['authentication', 'http'],
    wall: 'web-pages/ is what pages for browsers share, and knows none of them',
  },
  graphiql: {
    uses: ['authentication', 'http', 'web-pages'],
    wall: 'graphiql/ is a page; it knows GraphQL by its path',
  },
  'farm-page': {
    uses: ['authentication', 'http', 'web-pages'],
    wall: 'farm-page/ is a page; it knows GraphQL by its path',
  },
  'swagger-ui': {
    uses: ['http', 'web-pages'],
    wall: 'swagger-ui/ is a page; it knows the document of the routes by its path',
  },
  config: {
    uses: [
      'errors',
      'documents',
      'telemetry',
      'call',
      'http',
      'pipeline',
      'upstream',
      'coordination',
      'authentication',
      'web-pages',
    ],
    wall: 'config/ reads settings; it composes nothing',
  },
  doctor: {
    uses: [
      'errors',
      'telemetry',
      'registry',
      'call',
      'rpc-table',
      'http',
      'upstream',
      'coordination',
      'authentication',
      'config',
      'app',
    ],
    wall: 'doctor/ looks at what a gateway leans on, and changes nothing',
  },
  demo: { uses: [], wall: 'demo/ is another implementation of the wire and shares none of our code' },
  app: {
    uses: [
      'errors',
      'telemetry',
      'clock',
      'documents',
      'registry',
      'codec',
      'call',
      'rpc-table',
      'http',
      'pipeline',
      'coordination',
      'upstream',
      'authentication',
      'authorization',
      'audit',
      'rest',
      'openapi',
      'connect',
      'grpc',
      'graphql',
      'web-pages',
      'graphiql',
      'farm-page',
      'swagger-ui',
      'config',
    ],
    wall: 'app/ composes every room but the demo and the agent',
  },
};

/** The program knows every room, and only the command of its name, with its options, may load the demo. */
const program = /^(?:cli\.ts|commands\/.*)$/;
const demoLoaders = new Set(['commands/demo.ts', 'commands/demo-options.ts']);

/** One room per vendor. */
const vendors: readonly (readonly [vendor: RegExp, rooms: readonly string[]])[] = [
  [/^(?:@grpc\/(?:grpc-js|reflection)|grpc-health-check)$/, ['upstream', 'grpc', 'demo']],
  [/^protobufjs(?:\/|$)/, ['demo']],
  [/^(?:graphql|graphql-yoga|@graphql-tools\/.*|@envelop\/.*|dataloader|ws|graphql-ws)(?:\/|$)/, ['graphql']],
  [/^jose$/, ['authentication']],
  [/^oauth4webapi$/, ['authentication', 'agent']],
  [/^yaml$/, ['documents', 'rpc-table']],
  [/^valibot$/, ['documents', 'rpc-table', 'authentication', 'authorization', 'openapi', 'graphql', 'config']],
  [/^ioredis$/, ['coordination']],
  [/^rate-limiter-flexible$/, ['authentication', 'coordination']],
  [/^prom-client$/, ['telemetry']],
  [/^@opentelemetry\//, ['telemetry']],
  [/^negotiator$/, ['http']],
  [/^saxes$/, ['demo']],
  [/^pino$/, ['program']],
  [/^node:(?:https?|cluster)$/, ['http', 'grpc', 'agent', 'doctor']],
  [/^node:(?:http2|net)$/, ['http', 'grpc', 'agent', 'doctor', 'upstream']],
];

const source = fileURLToPath(new URL('../src/', import.meta.url));
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .map((path) => path.split(sep).join('/'))
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts') && !/^[^/]+\/page\//.test(path))
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

const roomOf = (path: string): string => (program.test(path) ? 'program' : (path.split('/')[0] ?? ''));
const isLocal = ({ specifier }: Import) => specifier.startsWith('.');
const targetOf = ({ from, specifier }: Import) => posix.normalize(posix.join(posix.dirname(from), specifier));

describe('the house', () => {
  it('has no file outside its rooms', () => {
    expect(files.filter((path) => roomOf(path) !== 'program' && rooms[roomOf(path)] === undefined)).toEqual([]);
  });

  it('is described by ARCHITECTURE.md as it is', () => {
    const page = readFileSync(fileURLToPath(new URL('../ARCHITECTURE.md', import.meta.url)), 'utf8');
    const rows = [...page.matchAll(/^\| `([a-z-]+)\/` \|[^|]*\| ([^|]*) \|/gm)];
    const described = Object.fromEntries(rows.map(([, room = '', uses = '']) => [room, uses]));
    const { app: every, ...others } = rooms;
    expect(described).toEqual({
      ...Object.fromEntries(Object.entries(others).map(([room, { uses }]) => [room, uses.join(', ') || '–'])),
      app: 'every room but demo, agent and doctor',
    });
    expect([...every!.uses, 'agent', 'app', 'demo', 'doctor'].toSorted()).toEqual(Object.keys(rooms).toSorted());
  });

  it('lets data flow one way', () => {
    const wrong = imports.filter(isLocal).flatMap((found) => {
      const [from, to] = [roomOf(found.from), roomOf(targetOf(found))];
      if (from === to) return [];
      if (from === 'program')
        return to === 'demo' && !demoLoaders.has(found.from)
          ? [`${found.from}: only the demo command loads the demo`]
          : [];
      return rooms[from]?.uses.includes(to) ? [] : [`${found.from} imports ${targetOf(found)}: ${rooms[from]?.wall}`];
    });
    expect(wrong).toEqual([]);
  });

  it('has no import cycle, imports of types counted', () => {
    const graph = new Map<string, string[]>(files.map((path) => [path, []]));
    for (const found of imports.filter(isLocal)) graph.get(found.from)?.push(targetOf(found));
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
});

describe('a file', () => {
  const lengthOf = (path: string) => readFileSync(join(source, path), 'utf8').split('\n').length - 1;

  it('is neither a drawer nor a splinter, by the middle of all', () => {
    const lengths = files.map(lengthOf).toSorted((one, other) => one - other);
    const median = lengths[Math.floor(lengths.length / 2)]!;
    expect(median).toBeGreaterThanOrEqual(60);
    expect(median).toBeLessThanOrEqual(140);
    expect(lengths.filter((length) => length < 30).length).toBeLessThanOrEqual(lengths.length / 8);
  });

  it('is named in kebab case after its one thing', () => {
    expect(
      files.filter((path) => !path.split('/').every((part) => /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.ts)?$/.test(part))),
    ).toEqual([]);
  });

  /** Tables are as long as there are rows. */
  const tables: ReadonlySet<string> = new Set(['config/settings.ts']);

  it('has at most 400 lines, unless it is a table', () => {
    expect(files.filter((path) => lengthOf(path) > 400 && !tables.has(path))).toEqual([]);
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
