import { GraphQLError } from 'graphql';

/** What one answer may come to. */
export interface AnswerLimits {
  /** Bytes of an answer's data (GRAPHQL_MAX_RESPONSE_MB). */
  readonly maxResponseBytes: number;
  /** Objects, scalars and elements of lists in an answer (GRAPHQL_MAX_RESPONSE_VALUES). */
  readonly maxResponseValues: number;
  /** Errors that an answer tells; the others are counted in `extensions.omittedErrors`. */
  readonly maxErrors: number;
}

/** What the settings say when nobody changes them. */
export const standardAnswerLimits: AnswerLimits = Object.freeze({
  maxResponseBytes: 64 * 1024 * 1024,
  maxResponseValues: 5_000_000,
  maxErrors: 100,
});

/** An answer came to more values than it may. */
export class TooManyValues extends Error {
  override readonly name = 'TooManyValues';
}

/** Counts the values of one answer, whichever executor makes it: they take memory long before they are bytes. */
export class ValueCount {
  readonly #max: number;
  #count = 0;

  constructor({ maxResponseValues }: AnswerLimits) {
    this.#max = maxResponseValues;
  }

  /** @throws TooManyValues */
  add(count: number): void {
    this.#count += count;
    if (this.#count > this.#max) throw new TooManyValues(`more than ${this.#max} values`);
  }
}

/** The one error of an operation whose answer would be too long; `field` is the root field at which it grew beyond. */
export function tooLong({ maxResponseBytes: limit }: AnswerLimits, field?: string | undefined): GraphQLError {
  return tooLarge(`is longer than ${limit} bytes (GRAPHQL_MAX_RESPONSE_MB)`, 'RESPONSE_TOO_LARGE', limit, field);
}

/** The same for one that would hold too many values. */
export function tooManyValues({ maxResponseValues: limit }: AnswerLimits, field?: string | undefined): GraphQLError {
  const what = `holds more than ${limit} values (GRAPHQL_MAX_RESPONSE_VALUES)`;
  return tooLarge(what, 'RESPONSE_TOO_MANY_VALUES', limit, field);
}

function tooLarge(what: string, reason: string, limit: number, field: string | undefined): GraphQLError {
  const where = field === undefined ? '' : `, and "${field}" is where it grew beyond that`;
  const message = `The answer ${what}${where}. Ask for fewer objects at once, or for less about each.`;
  const extensions = { code: 'RESPONSE_TOO_LARGE', reason, limit, ...(field !== undefined && { field }) };
  return new GraphQLError(message, { extensions });
}
