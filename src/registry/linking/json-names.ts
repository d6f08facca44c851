import type { ProtoField } from '../proto-file.ts';

/**
 * The JSON name of a field without an explicit `json_name`, by protoc's rule: every underscore goes, the ASCII lower-case
 * letter right after it becomes upper case, nothing else changes. (protobufjs' own rule differs for `_lead` and `x__1a`.)
 * Source: https://protobuf.dev/programming-guides/json/#field-names
 */
export function deriveJsonName(name: string): string {
  return name.replace(/_+([a-z]?)/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * The JSON names of a message's fields, in their order. Two fields of proto2 may want the same one, which protoc allows with
 * a warning. Then it belongs to the field that is called so in the `.proto` file, else to the first, and the others keep
 * their names from there, with their numbers behind where even those are taken.
 */
export function assignJsonNames(fields: readonly ProtoField[]): readonly string[] {
  const wanted = fields.map((field) => field.jsonName ?? deriveJsonName(field.name));
  const owners = new Map<string, ProtoField>();
  for (const [index, field] of fields.entries()) {
    const name = wanted[index]!;
    if (!owners.has(name) || field.name === name) owners.set(name, field);
  }
  if (owners.size === fields.length) return wanted;
  return fields.map((field, index) => {
    if (owners.get(wanted[index]!) === field) return wanted[index]!;
    return owners.has(field.name) ? `${field.name}_${field.number}` : field.name;
  });
}
