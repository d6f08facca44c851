import { createHash } from 'node:crypto';

import { GraphQLError, type GraphQLSchema, Kind, parse, validate } from 'graphql';

import { UserError } from '../../errors/user-error.ts';

import { parseDocument } from '../limits/parse-document.ts';

/** Documents that callers name instead of sending them. */
export interface PersistedOperations {
  /** The text of each document, by the name that the file gives it. */
  readonly documents: ReadonlyMap<string, string>;
  /** Whether nothing else is executed (PERSISTED_OPERATIONS=only). */
  readonly isExclusive: boolean;
  /**
   * The text of a document, by its name in the file or by the SHA-256 of its text in hex, each with or without `sha256:` in front;
   * undefined: there is none.
   */
  readonly find: (id: string) => string | undefined;
  /** Whether a text is that of a document, letter by letter. */
  readonly has: (text: string) => boolean;
}

/** What the file is read with. */
export interface ReadPersistedOptions {
  readonly fileName: string;
  readonly text: string;
  readonly isExclusive: boolean;
  /** No document may have more words and punctuators (GRAPHQL_MAX_TOKENS). */
  readonly maxTokens: number;
}

/**
 * Reads persisted documents as graphql-codegen's client preset and Relay's compiler write them: a JSON object from hashes to
 * texts. Which function made the hashes does not matter.
 *
 * @throws UserError with every document that cannot be executed whatever the schema
 */
export function readPersistedOperations(options: ReadPersistedOptions): PersistedOperations {
  const { fileName, isExclusive, maxTokens } = options;
  const documents = new Map<string, string>();
  const mistakes: string[] = [];
  for (const [id, text] of Object.entries(readObject(options))) {
    const mistake = mistakeOf(id, text, maxTokens);
    if (mistake === undefined) documents.set(id, text as string);
    else mistakes.push(`${JSON.stringify(id)} ${mistake}`);
  }
  if (mistakes.length > 0) throw new UserError(`the file ${fileName} has documents that cannot be executed:`, mistakes);
  const texts = new Set(documents.values());
  const byHash = new Map([...texts].map((text) => [createHash('sha256').update(text).digest('hex'), text]));
  // What the file says counts first.
  for (const [id, text] of documents) byHash.set(bare(id), text);
  return {
    documents,
    isExclusive,
    find: (id) => documents.get(id) ?? byHash.get(bare(id)),
    has: (text) => texts.has(text),
  };
}

/** How the draft of GraphQL over HTTP marks a hash, and graphql-codegen from its version 7 on; APQ has none. */
const hashMark = 'sha256:';

function bare(id: string): string {
  return id.startsWith(hashMark) ? id.slice(hashMark.length) : id;
}

/** A document that does not fit the schema: clients of an older or a newer gateway may have it. */
export interface MisfittingDocument {
  readonly id: string;
  /** The first of what does not fit. */
  readonly problem: string;
}

/** The documents that this schema would refuse. No reason not to start: all others can be executed. */
export function findMisfittingDocuments(
  { documents }: PersistedOperations,
  schema: GraphQLSchema,
): readonly MisfittingDocument[] {
  return [...documents].flatMap(([id, text]) => {
    const [first] = validate(schema, parse(text), undefined, { maxErrors: 1 });
    return first === undefined ? [] : [{ id, problem: first.message }];
  });
}

function readObject({ fileName, text }: ReadPersistedOptions): Readonly<Record<string, unknown>> {
  const expected = 'expected an object of hashes and texts, such as {"9f8e…": "query Jobs { … }"}';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new UserError(`the file ${fileName} is not JSON (${(cause as Error).message}); ${expected}`, [], { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UserError(`the file ${fileName} holds no JSON object; ${expected}`);
  }
  if ((value as { format?: unknown }).format === 'apollo-persisted-query-manifest') {
    throw new UserError(
      `the file ${fileName} is a manifest of Apollo's; ${expected}: the "id" and "body" of each operation`,
    );
  }
  return value as Readonly<Record<string, unknown>>;
}

/** Why a document could never be executed; undefined: it can. */
function mistakeOf(id: string, text: unknown, maxTokens: number): string | undefined {
  if (id === '') return 'is no name; expected a hash';
  if (typeof text !== 'string') return 'is no text; expected a GraphQL document';
  try {
    const { definitions } = parseDocument(text, { noLocation: true }, maxTokens);
    const hasOperation = definitions.some(({ kind }) => kind === Kind.OPERATION_DEFINITION);
    return hasOperation ? undefined : 'has no operation; expected a query, a mutation or a subscription';
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const [place] = error.locations ?? [];
    return `is no document: ${error.message}${place === undefined ? '' : ` (line ${place.line}, column ${place.column})`}`;
  }
}
