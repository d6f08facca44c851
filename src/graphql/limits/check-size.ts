import { type DocumentNode, type GraphQLError, getIntrospectionQuery, parse, visit } from 'graphql';

import { badUserInput } from '../execution/bad-user-input.ts';
import { type DocumentSize, measureDocument } from './measure-document.ts';

/** How large an operation may be, fragments written out; the reasons stand with the settings. */
export interface SizeLimits {
  /** Levels of fields (GRAPHQL_MAX_DEPTH). */
  readonly maxDepth: number;
  /** Fields with an alias (GRAPHQL_MAX_ALIASES). */
  readonly maxAliases: number;
  /** Words, numbers and punctuators of a text, and also the fields that it comes to (GRAPHQL_MAX_TOKENS). */
  readonly maxTokens: number;
}

/** What every tool asks must pass, however low the limit: the deepest introspection that graphql-js writes itself. */
const maxIntrospectionDepth = measureDocument(
  parse(getIntrospectionQuery({ inputValueDeprecation: true })),
).introspectionDepth;

/** Derived names have some dozens of letters. */
const longestName = 200;

/**
 * Says how a document is too large; empty when it is not. Made to stand before validation, some rules of which take time that
 * grows with the square of the fields.
 */
export function checkSize(document: DocumentNode, { maxDepth, maxAliases, maxTokens }: SizeLimits): GraphQLError[] {
  const nameLength = longestNameIn(document);
  // Validation looks for similar names, for which a long one takes many times its own memory.
  if (nameLength > longestName) {
    const text = `A name in this document has ${nameLength} letters; ${longestName} are allowed.`;
    return [badUserInput(text, { measure: 'nameLength', found: nameLength, limit: longestName })];
  }
  const size = measureDocument(document);
  const problems: GraphQLError[] = [];
  const limit = (measure: keyof DocumentSize, max: number, say: (found: string) => string) => {
    const found = size[measure];
    if (found <= max) return;
    const text = found < 1_000_000 ? String(found) : 'more than a million';
    problems.push(badUserInput(say(text), { measure, ...(found < 1_000_000 && { found }), limit: max }));
  };
  limit(
    'depth',
    maxDepth,
    (found) =>
      `The fields of this document are nested ${found} deep; ${maxDepth} levels are allowed. Ask in two steps.`,
  );
  limit(
    'introspectionDepth',
    maxIntrospectionDepth,
    (found) => `The introspection of this document is ${found} levels deep; ${maxIntrospectionDepth} are allowed.`,
  );
  limit(
    'aliases',
    maxAliases,
    (found) =>
      `This document has ${found} fields with an alias; ${maxAliases} are allowed. Ask for many objects by one field with ` +
      'a list of ids, or in several requests.',
  );
  limit(
    'fields',
    maxTokens,
    (found) => `This document comes to ${found} fields, fragments written out; ${maxTokens} are allowed.`,
  );
  return problems;
}

function longestNameIn(document: DocumentNode): number {
  let longest = 0;
  const measure = ({ value }: { readonly value: string }) => {
    if (value.length > longest) longest = value.length;
  };
  visit(document, { Name: measure, EnumValue: measure });
  return longest;
}
