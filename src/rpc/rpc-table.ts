import { LineCounter, type Node, type Pair, isMap, isScalar, isSeq, parseDocument } from 'yaml';

import type { MethodDescriptor, Registry } from '../registry/descriptors.ts';

import { kindOf, type RpcKind } from './rpc-kind.ts';
import { compileRpcPattern } from './rpc-pattern.ts';
import { type StatusName, statusCode } from './status.ts';

/** What is known about one RPC beyond its proto. */
export interface RpcFacts {
  readonly method: MethodDescriptor;
  readonly kind: RpcKind;
  /** Why it is a read or a write, e.g. `verb Get`. */
  readonly kindReason: string;
  /** RPCs of one lane run one at a time per Cuebot; undefined: no lane. */
  readonly lane: string | undefined;
  /** Why it has its lane; empty without one. */
  readonly laneReason: string;
  /** `named`: a list of services opens it only by name, never by a bare `*`. */
  readonly expose: 'named' | 'any';
}

/** An error of the upstream that means something else than its status says. */
export interface DressedError {
  readonly status: StatusName;
  readonly startsWith: string;
  readonly means: StatusName;
}

/** The facts of every RPC of a registry, frozen at boot. */
export interface RpcTable {
  /** Every RPC, in the registry's order. */
  readonly rows: readonly RpcFacts[];
  /** The facts of a method of this table's registry. */
  readonly factsOf: (method: MethodDescriptor) => RpcFacts;
  readonly dressedErrors: readonly DressedError[];
}

/** All mistakes of a table at once, each with its line. */
export class RpcTableError extends Error {
  override readonly name = 'RpcTableError';

  constructor(fileName: string, problems: readonly string[]) {
    super([`${fileName} has ${problems.length} mistake(s):`, ...problems].join('\n  '));
  }
}

/** Where the table comes from, and how strictly it is held against the registry. */
export interface RpcTableSource {
  readonly text: string;
  /** For error messages. */
  readonly fileName: string;
  /**
   * Whether every row must match an RPC. True for our own protos; false when the gateway serves other ones, about which
   * OpenCue's table has nothing to say.
   */
  readonly mustMatch: boolean;
}

/** Reads the table (`schema/rpcs.yaml` explains its form) and holds it against the registry. Throws RpcTableError. */
export function compileRpcTable(registry: Registry, source: RpcTableSource): RpcTable {
  const document = readDocument(source);
  const facts = new Map<MethodDescriptor, RpcFacts>();
  for (const method of registry.methods.values()) {
    const { kind, reason } = kindOf(method);
    facts.set(method, { method, kind, kindReason: reason, lane: undefined, laneReason: '', expose: 'any' });
  }
  for (const row of document.rows) {
    const matches = row.pattern === undefined ? [] : [...facts.keys()].filter(row.pattern);
    if (row.pattern !== undefined && matches.length === 0 && source.mustMatch) {
      document.problems.push(`line ${row.line}: "${row.key}" matches no RPC of the loaded protos`);
    }
    for (const method of matches) facts.set(method, applyRow(facts.get(method)!, row));
  }
  if (document.problems.length > 0) throw new RpcTableError(source.fileName, document.problems);
  for (const fact of facts.values()) Object.freeze(fact);
  return Object.freeze({
    rows: Object.freeze([...facts.values()]),
    factsOf: (method: MethodDescriptor) => {
      const found = facts.get(method);
      if (found === undefined) throw new Error(`${method.fullName} is not of this table's registry`);
      return found;
    },
    dressedErrors: Object.freeze(document.errors),
  });
}

interface Row {
  readonly key: string;
  readonly line: number;
  readonly pattern: ReturnType<typeof compileRpcPattern>;
  readonly kind: RpcKind | undefined;
  readonly lane: string | undefined;
  readonly expose: RpcFacts['expose'] | undefined;
  readonly why: string;
}

function applyRow(facts: RpcFacts, row: Row): RpcFacts {
  return {
    ...facts,
    ...(row.kind !== undefined && { kind: row.kind, kindReason: row.why }),
    ...(row.lane !== undefined && {
      lane: row.lane === 'none' ? undefined : row.lane,
      laneReason: row.lane === 'none' ? '' : row.why,
    }),
    ...(row.expose !== undefined && { expose: row.expose }),
  };
}

const settings = {
  kind: (value: string) => (value === 'read' || value === 'write' ? undefined : 'must be "read" or "write"'),
  lane: (value: string) => (/^[a-z][\w.-]*$/.test(value) ? undefined : 'must be a word, or "none"'),
  expose: (value: string) => (value === 'named' || value === 'any' ? undefined : 'must be "named" or "any"'),
  why: (value: string) => (value === '' ? 'must say something' : undefined),
} as const;

const statusSetting = (value: string) =>
  Object.hasOwn(statusCode, value) ? undefined : 'must be a gRPC status name, e.g. NOT_FOUND';

const errorSettings = {
  status: statusSetting,
  startsWith: settings.why,
  means: statusSetting,
  why: settings.why,
} as const;

function readDocument({ text }: RpcTableSource): { rows: Row[]; errors: DressedError[]; problems: string[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const lineOf = (node: unknown) => lines.linePos((node as Node | null)?.range?.[0] ?? 0).line;
  const problems = document.errors.map(({ message }) => message.split('\n')[0] ?? message);
  const rows: Row[] = [];
  const errors: DressedError[] = [];
  if (!isMap(document.contents)) return { rows, errors, problems: [...problems, 'line 1: expected a map with "rpcs"'] };
  for (const section of document.contents.items) {
    const name = keyOf(section);
    if (name === 'rpcs' && isMap(section.value)) {
      for (const pair of section.value.items) rows.push(readRow(pair, lineOf, problems));
    } else if (name === 'errors' && isSeq(section.value)) {
      for (const item of section.value.items) {
        errors.push(readSettings(item, errorSettings, lineOf, problems) as unknown as DressedError);
      }
    } else {
      problems.push(`line ${lineOf(section.key)}: unknown section "${name}"; there are: rpcs (a map), errors (a list)`);
    }
  }
  return { rows, errors, problems };
}

function readRow(pair: Pair, lineOf: (node: unknown) => number, problems: string[]): Row {
  const key = keyOf(pair);
  const line = lineOf(pair.key);
  const pattern = compileRpcPattern(key);
  if (pattern === undefined) {
    problems.push(`line ${line}: "${key}" is no pattern; expected <service>/<method>, e.g. job.JobInterface/Get*`);
  }
  const { kind, lane, expose, why } = readSettings(pair.value, settings, lineOf, problems);
  if (why === undefined) problems.push(`line ${line}: "${key}" gives no reason; add "why"`);
  return {
    key,
    line,
    pattern,
    kind: kind as RpcKind | undefined,
    lane,
    expose: expose as Row['expose'],
    why: why ?? '',
  };
}

function readSettings<Name extends string>(
  node: unknown,
  known: Readonly<Record<Name, (value: string) => string | undefined>>,
  lineOf: (node: unknown) => number,
  problems: string[],
): Partial<Record<Name, string>> {
  const values: Partial<Record<Name, string>> = {};
  if (!isMap(node)) {
    problems.push(`line ${lineOf(node)}: expected settings: ${Object.keys(known).join(', ')}`);
    return values;
  }
  for (const item of node.items) {
    const name = keyOf(item);
    const value = isScalar(item.value) ? String(item.value.value) : '';
    const check = Object.hasOwn(known, name) ? known[name as Name] : undefined;
    const problem = check === undefined ? `is no setting; there are: ${Object.keys(known).join(', ')}` : check(value);
    if (problem === undefined) values[name as Name] = value;
    else problems.push(`line ${lineOf(item.key)}: "${name}" ${problem}; found "${check === undefined ? name : value}"`);
  }
  return values;
}

function keyOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : '';
}
