import type { InferOutput } from 'valibot';

import type { DocumentPath } from '../documents/read-document.ts';

import type { PermissionLevel } from './permission-level.ts';
import type { RpcFacts } from './rpc-facts.ts';
import type { grantsSchema, levelsSchema, RpcTableDocument } from './rpc-table-schema.ts';

/** Some RPCs, and what a table or a policy says of them. */
export interface RpcChange {
  /** Where it is said. */
  readonly path: DocumentPath;
  /** Which RPCs are meant. */
  readonly pattern: string;
  readonly change: Partial<RpcFacts>;
}

/** The changes of the sections `rpcs`, `queued`, `levels` and `grants`, in the order in which they apply. */
export function* rpcChanges({ rpcs, queued, levels, grants }: RpcTableDocument): Iterable<RpcChange> {
  for (const [pattern, settings] of Object.entries(rpcs)) {
    yield { path: ['rpcs', pattern], pattern, change: changeOf(settings) };
  }
  for (const [service, methods] of Object.entries(queued)) {
    yield* listed(['queued', service], service, methods, { isQueued: true });
  }
  yield* levelChanges(levels);
  yield* grantChanges(grants);
}

function changeOf({ kind, lane, expose, why }: RpcTableDocument['rpcs'][string]): Partial<RpcFacts> {
  return {
    ...(kind !== undefined && { kind, kindReason: why, kindDoubt: undefined }),
    ...(lane === 'none' && { lane: undefined, laneReason: '' }),
    ...(lane !== undefined && lane !== 'none' && { lane, laneReason: why }),
    ...(expose !== undefined && { expose }),
  };
}

/** The section `levels` of this table, or of another document that has one. */
export function* levelChanges(levels: InferOutput<typeof levelsSchema>): Iterable<RpcChange> {
  for (const [service, byLevel] of Object.entries(levels)) {
    for (const [level, methods] of Object.entries(byLevel)) {
      if (methods !== undefined)
        yield* listed(['levels', service, level], service, methods, { level: level as PermissionLevel });
    }
  }
}

/** The section `grants` of this table, or of another document that has one. */
export function* grantChanges(grants: InferOutput<typeof grantsSchema>): Iterable<RpcChange> {
  for (const [grant, byService] of Object.entries(grants)) {
    for (const [service, methods] of Object.entries(byService)) {
      yield* listed(['grants', grant, service], service, methods, { grant });
    }
  }
}

function* listed(path: DocumentPath, service: string, methods: string, change: Partial<RpcFacts>): Iterable<RpcChange> {
  for (const method of methods.split(/\s+/)) yield { path, pattern: `${service}/${method}`, change };
}
