import type { FieldDescriptor, MethodDescriptor } from '../registry/descriptors.ts';

import { parseFieldPath } from './field-path.ts';
import type { RpcTableDocument } from './rpc-table-schema.ts';
import type { TableReading } from './table-reading.ts';
import type { FieldPath } from './validation.ts';

/** Which of several Cuebots answers the calls of an RPC that depends on the memory of one process. */
export interface Affinity {
  /** Calls that say the same here go to the same one; undefined: all calls do. */
  readonly by: FieldPath | undefined;
  /** The row that says so: RPCs of one row that all go to the same one go there together. */
  readonly row: number;
  readonly why: string;
}

/** How several Cuebots are watched. */
export interface CuebotChecks {
  /** What is asked of a Cuebot to see whether it answers; undefined: nothing, a connection does. */
  readonly probe: MethodDescriptor | undefined;
  /** What shows which database a Cuebot works on; undefined: nothing does. */
  readonly database: DatabaseMark | undefined;
}

/** A read whose answer is the same for all Cuebots of one database. */
export interface DatabaseMark {
  readonly method: MethodDescriptor;
  /** Where the things are in its answer: fields that lead to a list, by JSON names. */
  readonly list: readonly string[];
  /** The field of a thing that names it, by its JSON name. */
  readonly key: string;
}

/** The affinity of each RPC that has one, held against the registry; an earlier row wins. Reports what does not fit. */
export function compileAffinities(
  rows: RpcTableDocument['affinity'],
  { methodsOf, report }: TableReading,
): ReadonlyMap<MethodDescriptor, Affinity> {
  const found = new Map<MethodDescriptor, Affinity>();
  for (const [index, { rpcs, by, why }] of rows.entries()) {
    const path = ['affinity', index];
    for (const method of methodsOf(rpcs, [...path, 'rpcs'])) {
      const parsed = by === undefined ? undefined : parseFieldPath(by, method.input);
      const problem = parsed === undefined ? undefined : 'problem' in parsed ? parsed.problem : textProblem(parsed);
      if (problem !== undefined) report([...path, 'by'], `${problem} (${method.fullName})`);
      else if (!found.has(method)) found.set(method, { by: parsed as FieldPath | undefined, row: index, why });
    }
  }
  return found;
}

/** How several Cuebots are watched, held against the registry. Reports what does not fit. */
export function compileCuebotChecks(
  { probe, database }: RpcTableDocument['several-cuebots'],
  { methodOf, report }: TableReading,
): CuebotChecks {
  const section = 'several-cuebots';
  const mark = (): DatabaseMark | undefined => {
    if (database === undefined) return undefined;
    const method = methodOf(database.rpc, [section, 'database', 'rpc']);
    if (method === undefined) return undefined;
    const list: string[] = [];
    let inside: FieldDescriptor['parent'] | undefined = method.output;
    for (const name of [...database.list.split('.'), database.key]) {
      const field: FieldDescriptor | undefined = inside?.fields.find((candidate) => candidate.name === name);
      if (field === undefined) return report([section, 'database'], `${method.output.fullName} leads to no "${name}"`);
      list.push(field.jsonName);
      inside = field.type.kind === 'message' ? field.type.message : undefined;
    }
    return { method, list: list.slice(0, -1), key: list.at(-1)! };
  };
  return { probe: probe && methodOf(probe.rpc, [section, 'probe', 'rpc']), database: mark() };
}

function textProblem(path: FieldPath): string | undefined {
  const { name, type } = path.at(-1)!;
  return type.kind === 'scalar' && type.scalar === 'string' ? undefined : `"${name}" is no string`;
}
