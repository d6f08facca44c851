import { didYouMean } from '../errors/did-you-mean.ts';

import type { FieldDescriptor, MessageDescriptor } from '../registry/descriptors.ts';

import type { FieldPath } from './validation.ts';

/**
 * Reads `new_comment.user`: every step a field that holds one value, by its name in the `.proto` file.
 *
 * @returns the fields, or what is wrong.
 */
export function parseFieldPath(text: string, message: MessageDescriptor): FieldPath | { readonly problem: string } {
  const path: FieldPath[number][] = [];
  let inside: MessageDescriptor | undefined = message;
  for (const name of text.split('.')) {
    if (inside === undefined) return { problem: `"${formatFieldPath(path)}" of ${message.fullName} has no fields` };
    const { fields, fullName }: MessageDescriptor = inside;
    const field = fields.find((candidate) => candidate.name === name);
    if (field === undefined) {
      const hint = didYouMean(
        name,
        fields.map((candidate) => candidate.name),
      );
      return { problem: `${fullName} has no field "${name}"${hint}` };
    }
    if (field.cardinality !== 'singular') return { problem: `"${name}" of ${fullName} holds more than one value` };
    path.push(field);
    inside = field.type.kind === 'message' ? field.type.message : undefined;
  }
  return path;
}

/** The string of that name that a message has, if it has one. */
export function findString({ fields }: MessageDescriptor, wanted: string): FieldDescriptor | undefined {
  return fields.find(
    ({ name, type, cardinality }) =>
      name === wanted && cardinality === 'singular' && type.kind === 'scalar' && type.scalar === 'string',
  );
}

/** As callers write it, in JSON: `newComment.user`. */
export function formatFieldPath(path: FieldPath): string {
  return path.map(({ jsonName }) => jsonName).join('.');
}

/** What stands there in an opened request; undefined where nothing does. */
export function valueAt(request: unknown, path: FieldPath): unknown {
  let value = request;
  for (const { jsonName } of path) value = (value as Readonly<Record<string, unknown>> | null | undefined)?.[jsonName];
  return value ?? undefined;
}

/** The same for strings; empty where nothing stands. */
export function textAt(request: unknown, path: FieldPath): string {
  const value = valueAt(request, path);
  return typeof value === 'string' ? value : '';
}
