import type { ASTNode } from 'graphql';

import { didYouMean } from '../../errors/did-you-mean.ts';

import type { FieldDescriptor, MessageDescriptor } from '../../registry/descriptors.ts';

import { wellKnownScalarOf } from '../schema/scalar-names.ts';
import type { Report } from './mistakes.ts';
import { type Shape, shapeOf } from './shape.ts';

/** A decoded message: values by JSON name. Shared between everybody who asked the same, so nobody may change it. */
export type Row = Readonly<Record<string, unknown>>;

/** A way from a message to something inside it. */
export interface RowPath {
  readonly fields: readonly FieldDescriptor[];
  readonly shape: Shape;
  /** The value at the end; undefined when a message on the way is not set. */
  readonly read: (row: Row) => unknown;
}

/**
 * Compiles a path of JSON names with dots between them. Only its end may be a list. Reports what does not exist, and
 * answers undefined then.
 */
export function compileRowPath(
  path: string,
  message: MessageDescriptor,
  node: ASTNode,
  report: Report,
): RowPath | undefined {
  const fields: FieldDescriptor[] = [];
  let at: MessageDescriptor | undefined = message;
  for (const name of path.split('.')) {
    const last = fields.at(-1);
    if (at === undefined) {
      report(node, `"${path}" goes on behind "${last?.jsonName}", which is no single message`);
      return undefined;
    }
    const field = fieldOf(at, name, node, report);
    if (field === undefined) return undefined;
    fields.push(field);
    at = field.cardinality === 'singular' ? messageOf(field) : undefined;
  }
  const names = fields.map(({ jsonName }) => jsonName);
  return { fields, shape: shapeOf(fields.at(-1)!), read: compileRead(names) };
}

/** A message's field by JSON name; reports when there is none, or a map. */
export function fieldOf(
  { fields, fullName }: MessageDescriptor,
  name: string,
  node: ASTNode,
  report: Report,
): FieldDescriptor | undefined {
  const field = fields.find(({ jsonName }) => jsonName === name);
  if (field === undefined) {
    const names = fields.map(({ jsonName }) => jsonName);
    report(node, `${fullName} has no field "${name}"${didYouMean(name, names)}`);
  } else if (field.cardinality === 'map') {
    report(node, `"${name}" of ${fullName} is a map, which links cannot use`);
    return undefined;
  }
  return field;
}

function messageOf({ type }: FieldDescriptor): MessageDescriptor | undefined {
  return type.kind === 'message' && wellKnownScalarOf(type.message) === undefined ? type.message : undefined;
}

function compileRead(names: readonly string[]): (row: Row) => unknown {
  const [first, second, ...others] = names as [string, ...string[]];
  if (second === undefined) return (row) => row[first];
  if (others.length === 0) return (row) => (row[first] as Row | null)?.[second];
  return (row) => names.reduce<unknown>((value, name) => (value as Row | null | undefined)?.[name], row);
}
