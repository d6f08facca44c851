import { readDocument, type SourceText } from '../documents/read-document.ts';
import type { MethodDescriptor, Registry } from '../registry/descriptors.ts';

import type { StatusName } from '../call/status.ts';

import { type CuebotChecks, compileAffinities, compileCuebotChecks } from './affinity.ts';
import { compileValidations } from './compile-validations.ts';
import { compileEntityKeys, type EntityKeys } from './entity-keys.ts';
import { compileIdentityFields } from './identity-fields.ts';
import { compileRefetches } from './refetch.ts';
import { rpcChanges } from './rpc-changes.ts';
import { type RpcFacts, undecidedFacts } from './rpc-facts.ts';
import { rpcTableSchema } from './rpc-table-schema.ts';
import { beginReading } from './table-reading.ts';

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
  /** The facts of a method of this table's registry. Throws for any other. */
  readonly factsOf: (method: MethodDescriptor) => RpcFacts;
  readonly dressedErrors: readonly DressedError[];
  readonly cuebotChecks: CuebotChecks;
  /** By which RPCs a release of OpenCue is known, the newest first. */
  readonly releases: readonly ReleaseMark[];
  /** For a field of a request that holds an entity: the field of the entity that the upstream reads alone. */
  readonly keyOf: EntityKeys['keyOf'];
}

/** An RPC that a Cuebot has if it is of this release, or a later one. */
export interface ReleaseMark {
  readonly since: string;
  readonly method: MethodDescriptor;
}

/** Where the table comes from, and how strictly it is held against the registry. */
export interface RpcTableSource extends SourceText {
  /**
   * Whether every row must match an RPC. True for our own protos; false when the gateway serves other ones, about which
   * OpenCue's table has nothing to say.
   */
  readonly mustMatch: boolean;
}

/**
 * Reads the table (`schema/rpcs.yaml`) and holds it against the registry. Throws a DocumentError with all mistakes, each with
 * its line and column.
 */
export function compileRpcTable(registry: Registry, source: RpcTableSource): RpcTable {
  const { value: document, throwIfWrong } = readDocument(source, rpcTableSchema);
  const reading = beginReading(registry, source.mustMatch);
  const facts = new Map<MethodDescriptor, RpcFacts>();
  for (const method of registry.methods.values()) facts.set(method, undecidedFacts(method));
  for (const { path, pattern, change } of rpcChanges(document)) {
    for (const method of reading.methodsOf(pattern, path)) facts.set(method, { ...facts.get(method)!, ...change });
  }

  const validations = compileValidations(document.validations, reading);
  const identityFields = compileIdentityFields(document['identity-fields'], reading);
  const keyed = document['idempotency-keys'].flatMap(({ rpcs }, index) =>
    reading.methodsOf(rpcs, ['idempotency-keys', index, 'rpcs']),
  );
  const long = document.long.flatMap(({ rpcs }, index) => reading.methodsOf(rpcs, ['long', index, 'rpcs']));
  const entityKeys = compileEntityKeys(document.keys, reading);
  const refetchesAfter = compileRefetches(document.refetch, reading, (method) => facts.get(method)!);
  const affinities = compileAffinities(document.affinity, reading);
  const cuebotChecks = compileCuebotChecks(document['several-cuebots'], reading);
  const { named } = document['several-cuebots'];
  const naming = named === undefined ? [] : reading.methodsOf(named.rpcs, ['several-cuebots', 'named', 'rpcs']);
  const releases = document.releases.flatMap(({ since, rpc }, index) => {
    const method = reading.methodOf(rpc, ['releases', index, 'rpc']);
    return method === undefined ? [] : [{ since, method }];
  });
  throwIfWrong(reading.mistakes);

  const rows = [...facts.values()].map((row) =>
    Object.freeze({
      ...row,
      validations: validations.get(row.method) ?? [],
      identityFields: identityFields.get(row.method) ?? [],
      takesIdempotencyKey: keyed.includes(row.method),
      mayTakeLong: long.includes(row.method),
      affinity: affinities.get(row.method),
      namesCuebot: naming.includes(row.method),
      keys: entityKeys.of(row.method),
      refetches: refetchesAfter(row.method),
    }),
  );
  const byMethod = new Map(rows.map((row) => [row.method, row]));
  return Object.freeze({
    rows: Object.freeze(rows),
    factsOf: (method: MethodDescriptor) => {
      const found = byMethod.get(method);
      if (found === undefined) throw new Error(`${method.fullName} is not of this table's registry`);
      return found;
    },
    dressedErrors: Object.freeze(document.errors),
    cuebotChecks: Object.freeze(cuebotChecks),
    releases: Object.freeze(releases),
    keyOf: entityKeys.keyOf,
  });
}
