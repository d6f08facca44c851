import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  Kind,
  type SelectionSetNode,
  getIntrospectionQuery,
  parse,
  visit,
} from 'graphql';

import { badUserInput } from '../execution/bad-user-input.ts';
import type { RefusalReason } from './refusal-reasons.ts';

/** How large an operation may be, fragments written out; the reasons stand with the settings. */
export interface SizeLimits {
  /** Levels of fields (GRAPHQL_MAX_DEPTH). */
  readonly maxDepth: number;
  /** Fields with an alias (GRAPHQL_MAX_ALIASES). */
  readonly maxAliases: number;
  /** Words, numbers and punctuators of a text, and also the fields that it comes to (GRAPHQL_MAX_TOKENS). */
  readonly maxTokens: number;
}

const reasonOf: Readonly<Record<keyof DocumentSize, RefusalReason>> = {
  depth: 'TOO_DEEP',
  introspectionDepth: 'TOO_DEEP',
  fields: 'TOO_MANY_FIELDS',
  aliases: 'TOO_MANY_ALIASES',
};

const nothing: DocumentSize = { depth: 0, introspectionDepth: 0, fields: 0, aliases: 0 };

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
    return [
      badUserInput(text, { reason: 'NAME_TOO_LONG', measure: 'nameLength', found: nameLength, limit: longestName }),
    ];
  }
  const size = measureDocument(document);
  const problems: GraphQLError[] = [];
  const limit = (measure: keyof DocumentSize, max: number, say: (found: string) => string) => {
    const found = size[measure];
    if (found <= max) return;
    const text = found < 1_000_000 ? String(found) : 'more than a million';
    problems.push(
      badUserInput(say(text), { reason: reasonOf[measure], measure, ...(found < 1_000_000 && { found }), limit: max }),
    );
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

/** How large an operation is when its fragments are written out. Numbers may be infinite. */
export interface DocumentSize {
  /** How deep its fields are nested, introspection apart. */
  readonly depth: number;
  /** How deep the fields of introspection are nested: `{ __schema { types { name } } }` has 3. */
  readonly introspectionDepth: number;
  /** How many fields it asks for. */
  readonly fields: number;
  /** How many of them have an alias. */
  readonly aliases: number;
}

/**
 * Measures the largest operation of a document in one pass: what fragments come to is computed once for each and added up, so
 * that a short text with fragments in fragments, which is exponentially large, is cheap to measure. Made for documents that
 * have not been validated: a fragment inside itself counts as nothing, and an unknown one too; validation refuses both.
 */
export function measureDocument({ definitions }: DocumentNode): DocumentSize {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of definitions) if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  const measured = new Map<string, DocumentSize>();
  const measureFragment = (name: string): DocumentSize => {
    const known = measured.get(name);
    if (known !== undefined) return known;
    const fragment = fragments.get(name);
    // Already there when the fragment spreads itself.
    measured.set(name, nothing);
    const size = fragment === undefined ? nothing : measure(fragment.selectionSet, measureFragment);
    measured.set(name, size);
    return size;
  };
  let largest = nothing;
  for (const node of definitions) {
    if (node.kind === Kind.OPERATION_DEFINITION) largest = larger(largest, measure(node.selectionSet, measureFragment));
  }
  return largest;
}

type MeasureFragment = (name: string) => DocumentSize;

function measure({ selections }: SelectionSetNode, measureFragment: MeasureFragment): DocumentSize {
  let total = nothing;
  for (const selection of selections) {
    if (selection.kind === Kind.FRAGMENT_SPREAD) total = plus(total, measureFragment(selection.name.value));
    else if (selection.kind === Kind.INLINE_FRAGMENT) {
      total = plus(total, measure(selection.selectionSet, measureFragment));
    } else {
      const { name, alias, selectionSet } = selection;
      const inside = selectionSet === undefined ? nothing : measure(selectionSet, measureFragment);
      // Introspection is a world of its own: what is below `__schema` is all of it, and `__typename` has nothing below.
      const isDoor = name.value.startsWith('__');
      total = plus(total, {
        depth: isDoor ? 0 : inside.depth + 1,
        introspectionDepth: isDoor ? inside.depth + 1 : inside.introspectionDepth,
        fields: inside.fields + 1,
        aliases: inside.aliases + (alias === undefined ? 0 : 1),
      });
    }
  }
  return total;
}

function plus(one: DocumentSize, other: DocumentSize): DocumentSize {
  return {
    depth: Math.max(one.depth, other.depth),
    introspectionDepth: Math.max(one.introspectionDepth, other.introspectionDepth),
    fields: one.fields + other.fields,
    aliases: one.aliases + other.aliases,
  };
}

function larger(one: DocumentSize, other: DocumentSize): DocumentSize {
  return {
    ...plus(one, other),
    fields: Math.max(one.fields, other.fields),
    aliases: Math.max(one.aliases, other.aliases),
  };
}
