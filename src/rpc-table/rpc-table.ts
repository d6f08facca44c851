import { UserError } from '../errors/user-error.ts';
import type { MethodDescriptor, Registry } from '../registry/descriptors.ts';

import { readIdentityFields } from './read-identity-fields.ts';
import { readIdempotencyKeys } from './read-once.ts';
import { readRefetches } from './read-refetches.ts';
import { readValidations } from './read-validations.ts';
import type { Refetch } from './refetch.ts';
import type { FieldPath, Validation } from './validation.ts';
import { type PermissionLevel, permissionLevels } from './permission-level.ts';
import { kindOf, type RpcKind } from './rpc-kind.ts';
import { compileRpcPattern, type RpcPattern } from './rpc-pattern.ts';
import { type StatusName, statusCode } from '../call/status.ts';
import { readTableDocument, type TableDocument, type TableEntry } from './table-document.ts';

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
  /** Whether OK means accepted, not done. */
  readonly isQueued: boolean;
  /** What it asks of its caller; undefined: nobody has decided, so nobody may. */
  readonly level: PermissionLevel | undefined;
  /** The grant that it asks for on top of its level; undefined: none. */
  readonly grant: string | undefined;
  /** What its requests must be before they are sent. */
  readonly validations: readonly Validation[];
  /** The strings of its request that say who calls. They are filled in from the caller's identity. */
  readonly identityFields: readonly FieldPath[];
  readonly takesIdempotencyKey: boolean;
  /** What a write's request names that can be fetched again after it. */
  readonly refetches: readonly Refetch[];
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
export class RpcTableError extends UserError {
  override readonly name = 'RpcTableError';

  constructor(fileName: string, problems: readonly string[]) {
    const lineOf = (problem: string) => Number(/^line (\d+)/.exec(problem)?.[1] ?? 0);
    const inOrder = problems.toSorted((one, other) => lineOf(one) - lineOf(other));
    super([`${fileName} has ${problems.length} mistake(s):`, ...inOrder].join('\n  '));
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

const sections = [
  'rpcs',
  'queued',
  'levels',
  'grants',
  'errors',
  'validations',
  'identity-fields',
  'idempotency-keys',
  'refetch',
] as const;

/** Reads the table (`schema/rpcs.yaml` explains its form) and holds it against the registry. Throws RpcTableError. */
export function compileRpcTable(registry: Registry, source: RpcTableSource): RpcTable {
  const document = readTableDocument(source.text, sections);
  const facts = new Map<MethodDescriptor, RpcFacts>();
  for (const method of registry.methods.values()) facts.set(method, undecided(method));

  const apply = ({ pattern, key, line, change }: Row) => {
    const matches = [...facts.values()].filter(({ method }) => pattern(method));
    if (matches.length === 0 && source.mustMatch) {
      document.problems.push(`line ${line}: "${key}" matches no RPC of the loaded protos`);
    }
    for (const row of matches) facts.set(row.method, { ...row, ...change });
  };
  for (const row of readRows(document)) apply(row);
  for (const row of readQueued(document)) apply(row);
  for (const row of readLevels(document)) apply(row);
  for (const row of readGrants(document)) apply(row);
  const dressedErrors = readErrors(document);
  const reading = { document, registry, mustMatch: source.mustMatch };
  const validations = readValidations(reading);
  const identityFields = readIdentityFields(reading);
  const idempotencyKeys = readIdempotencyKeys(reading);
  const refetchesAfter = readRefetches(reading, (method) => facts.get(method)!);

  if (document.problems.length > 0) throw new RpcTableError(source.fileName, document.problems);
  for (const [method, row] of facts) {
    const complete: RpcFacts = {
      ...row,
      validations: validations.flatMap(({ method: meant, validation }) => (meant === method ? [validation] : [])),
      identityFields: identityFields.flatMap(({ method: meant, field }) => (meant === method ? [field] : [])),
      takesIdempotencyKey: idempotencyKeys.has(method),
      refetches: row.kind === 'write' ? refetchesAfter(method) : [],
    };
    facts.set(method, Object.freeze(complete));
  }
  return Object.freeze({
    rows: Object.freeze([...facts.values()]),
    factsOf: (method: MethodDescriptor) => {
      const found = facts.get(method);
      if (found === undefined) throw new Error(`${method.fullName} is not of this table's registry`);
      return found;
    },
    dressedErrors: Object.freeze(dressedErrors),
  });
}

/** What is known when the table says nothing. */
function undecided(method: MethodDescriptor): RpcFacts {
  const { kind, reason } = kindOf(method);
  return {
    method,
    kind,
    kindReason: reason,
    lane: undefined,
    laneReason: '',
    expose: 'any',
    isQueued: false,
    level: undefined,
    grant: undefined,
    validations: [],
    identityFields: [],
    takesIdempotencyKey: false,
    refetches: [],
  };
}

/** Some RPCs, and what changes about them. */
export interface Row {
  readonly key: string;
  readonly line: number;
  readonly pattern: RpcPattern;
  readonly change: Partial<RpcFacts>;
}

const isSaid = (text: string) => (text === '' ? 'must say something' : undefined);

const rowSettings = {
  kind: (text: string) => (text === 'read' || text === 'write' ? undefined : 'must be "read" or "write"'),
  lane: (text: string) => (/^[a-z][\w.-]*$/.test(text) ? undefined : 'must be a word, or "none"'),
  expose: (text: string) => (text === 'named' || text === 'any' ? undefined : 'must be "named" or "any"'),
  why: isSaid,
} as const;

/** `rpcs: { PATTERN: { kind, lane, expose, why } }` */
function* readRows(document: TableDocument): Iterable<Row> {
  for (const entry of document.entriesOf('rpcs')) {
    const { kind, lane, expose, why } = document.settingsOf(entry, rowSettings);
    if (why === undefined) document.problems.push(`line ${entry.line}: "${entry.key}" gives no reason; add "why"`);
    const reason = why ?? '';
    yield* rowOf(document, entry, entry.key, {
      ...(kind !== undefined && { kind: kind as RpcKind, kindReason: reason }),
      ...(lane !== undefined && (lane === 'none' ? { lane: undefined, laneReason: '' } : { lane, laneReason: reason })),
      ...(expose !== undefined && { expose: expose as RpcFacts['expose'] }),
    });
  }
}

/** `queued: { SERVICE: METHODS }` */
function* readQueued(document: TableDocument): Iterable<Row> {
  for (const entry of document.entriesOf('queued')) yield* listed(document, entry, entry.key, { isQueued: true });
}

/** The section `levels: { SERVICE: { LEVEL: METHODS } }` of this table, or of another document that has one. */
export function* readLevels(document: TableDocument): Iterable<Row> {
  for (const service of document.entriesOf('levels')) {
    for (const entry of document.membersOf(service)) {
      const level = permissionLevels.find((known) => known === entry.key);
      if (level !== undefined) yield* listed(document, entry, service.key, { level });
      else
        document.problems.push(
          `line ${entry.line}: "${entry.key}" is no level; there are: ${permissionLevels.join(', ')}`,
        );
    }
  }
}

/** The section `grants: { GRANT: { SERVICE: METHODS } }` of this table, or of another document that has one. */
export function* readGrants(document: TableDocument): Iterable<Row> {
  for (const grant of document.entriesOf('grants')) {
    for (const entry of document.membersOf(grant)) yield* listed(document, entry, entry.key, { grant: grant.key });
  }
}

/** The methods of a service that an entry lists, separated by spaces. */
function* listed(
  document: TableDocument,
  entry: TableEntry,
  service: string,
  change: Partial<RpcFacts>,
): Iterable<Row> {
  for (const name of document.textOf(entry).split(' ')) yield* rowOf(document, entry, `${service}/${name}`, change);
}

function* rowOf(document: TableDocument, { line }: TableEntry, key: string, change: Partial<RpcFacts>): Iterable<Row> {
  const pattern = compileRpcPattern(key);
  if (pattern !== undefined) yield { key, line, pattern, change };
  else
    document.problems.push(
      `line ${line}: "${key}" is no pattern; expected <service>/<method>, e.g. job.JobInterface/Get*`,
    );
}

const isStatus = (text: string) =>
  Object.hasOwn(statusCode, text) ? undefined : 'must be a gRPC status name, e.g. NOT_FOUND';

/** `errors: [{ status, startsWith, means, why }]` */
function readErrors(document: TableDocument): readonly DressedError[] {
  const known = { status: isStatus, startsWith: isSaid, means: isStatus, why: isSaid } as const;
  return document.entriesOf('errors').map((entry) => document.settingsOf(entry, known) as unknown as DressedError);
}
