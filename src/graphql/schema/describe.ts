import type {
  EnumDescriptor,
  EnumValueDescriptor,
  FieldDescriptor,
  MessageDescriptor,
  MethodDescriptor,
} from '../../registry/descriptors.ts';

import type { Descriptions } from './read-descriptions.ts';
import type { Words } from './schema-nodes.ts';

/** The comment of a type. GraphQL cannot deprecate a type, so a deprecated one says it in words. */
export function describeType({ comment, deprecated }: MessageDescriptor | EnumDescriptor): Words {
  return { description: deprecated && !saysDeprecated(comment) ? paragraphs('Deprecated.', comment) : comment };
}

/** The comment of a field, or else what is known of it, and which other fields exclude it. */
export function describeField(field: FieldDescriptor, { ofField }: Descriptions): Words {
  const text = field.comment === '' ? ofField(field) : field.comment;
  return { description: paragraphs(text, explainOneof(field)), deprecated: deprecationOf(field) };
}

/** The comment of an enum value, or else what is known of it. */
export function describeEnumValue(
  value: EnumValueDescriptor,
  enumeration: EnumDescriptor,
  { ofEnumValue }: Descriptions,
): Words {
  const description = value.comment === '' ? ofEnumValue(enumeration, value) : value.comment;
  return { description, deprecated: deprecationOf(value) };
}

/** What one entry of a map field is. */
export function describeEntry({ parent, name }: FieldDescriptor): Words {
  return { description: `One entry of the map \`${parent.fullName}.${name}\`.` };
}

/**
 * The comment of an RPC, what it asks of its callers, and, as the last line, the RPC itself: what to search for in OpenCue's
 * sources and in REST.
 *
 * @param needs scopes, or rights in words; empty: nothing is known about that
 */
export function describeMethod(method: MethodDescriptor, needs: readonly string[]): Words {
  const needed = needs.length === 0 ? '' : `Needs: ${needs.map((need) => `\`${need}\``).join(' and ')}.`;
  return {
    description: paragraphs(method.comment, needed, `RPC: \`${method.fullName}\`.`),
    deprecated: deprecationOf(method) ?? deprecationOf(method.service),
  };
}

/** A oneof of one member is how protos spelled `optional` before they could; it excludes nothing. */
function explainOneof({ oneof, name }: FieldDescriptor): string {
  const others = oneof?.fields.filter((field) => field.name !== name) ?? [];
  if (others.length === 0) return '';
  return `At most one of these is set: ${oneof!.fields.map((field) => `\`${field.jsonName}\``).join(', ')}.`;
}

/** The comment is the reason when it says that the thing is deprecated; GraphQL's default wording otherwise. */
function deprecationOf({ comment, deprecated }: { comment: string; deprecated: boolean }): string | undefined {
  if (!deprecated) return undefined;
  if (!saysDeprecated(comment)) return 'No longer supported';
  const reason = comment
    .replace(/^\W*deprecated\W*/i, '')
    .replace(/\s+/g, ' ')
    .trim();
  return reason === '' ? 'No longer supported' : reason;
}

/** "Deprecated items are shown" is another matter. */
function saysDeprecated(comment: string): boolean {
  return /^\W*deprecated(?:\s*[:.]|\W*$)/i.test(comment);
}

function paragraphs(...texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join('\n\n');
}
