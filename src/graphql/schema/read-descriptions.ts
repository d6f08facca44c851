import { minLength, optional, pipe, record, strictObject, string } from 'valibot';

import { didYouMean } from '../../errors/did-you-mean.ts';

import { type Mistake, readDocument, type SourceText } from '../../documents/read-document.ts';

import type { EnumDescriptor, EnumValueDescriptor, FieldDescriptor, Registry } from '../../registry/descriptors.ts';

/** Sentences for what has no comment in the protos. Empty: there is nothing to say. */
export interface Descriptions {
  readonly ofField: (field: FieldDescriptor) => string;
  readonly ofEnumValue: (enumeration: EnumDescriptor, value: EnumValueDescriptor) => string;
}

const sentences = optional(record(string(), pipe(string(), minLength(1))), {});
const schema = strictObject({ fields: sentences, values: sentences });

/** Without a document, there is nothing but what the protos say. */
export const noDescriptions: Descriptions = Object.freeze({
  ofField: inheritedOf,
  ofEnumValue: () => '',
});

/**
 * Reads `schema/descriptions.yaml`. A line for one message's field goes before what the message itself says of its only field,
 * and that before a line for all fields of the name.
 *
 * @param mustMatch whether each line must be about something in the registry: true for our own protos
 * @throws DocumentError with all mistakes at once
 */
export function readDescriptions(source: SourceText, registry: Registry, mustMatch: boolean): Descriptions {
  const { value, throwIfWrong } = readDocument(source, schema);
  const fields = new Map(Object.entries(value.fields));
  const values = new Map(Object.entries(value.values));
  if (mustMatch) throwIfWrong(findStale(fields, values, registry));
  return Object.freeze({
    ofField: (field: FieldDescriptor) =>
      fields.get(`${field.parent.fullName}.${field.name}`) ?? (inheritedOf(field) || (fields.get(field.name) ?? '')),
    ofEnumValue: ({ fullName }: EnumDescriptor, { name }: EnumValueDescriptor) =>
      values.get(`${fullName}.${name}`) ?? '',
  });
}

/** What a message says of itself, it says of its only field. Of requests that is how they find what they are about. */
function inheritedOf({ parent }: FieldDescriptor): string {
  return parent.fields.length === 1 && !parent.name.endsWith('Request') ? parent.comment : '';
}

/** Lines about nothing, and lines that a comment in the protos makes superfluous. */
function findStale(
  fields: ReadonlyMap<string, string>,
  values: ReadonlyMap<string, string>,
  { messages, enums }: Registry,
): readonly Mistake[] {
  const known = new Map<string, boolean>();
  for (const message of messages.values()) {
    for (const { name, comment } of message.fields) {
      known.set(`${message.fullName}.${name}`, comment === '');
      known.set(name, known.get(name) === true || comment === '');
    }
  }
  const knownValues = new Map<string, boolean>();
  for (const { fullName, values: all } of enums.values()) {
    for (const { name, comment } of all) knownValues.set(`${fullName}.${name}`, comment === '');
  }
  return [...staleIn('fields', fields, known), ...staleIn('values', values, knownValues)];
}

function staleIn(
  section: string,
  lines: ReadonlyMap<string, string>,
  known: ReadonlyMap<string, boolean>,
): readonly Mistake[] {
  return [...lines.keys()].flatMap((name): Mistake[] => {
    const isSilent = known.get(name);
    if (isSilent === true) return [];
    const text =
      isSilent === false
        ? `${name} has a comment in the protos already`
        : `the protos have no ${name}${didYouMean(name, known.keys())}`;
    return [{ path: [section, name], text }];
  });
}
