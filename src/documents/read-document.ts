import { type GenericIssue, type GenericSchema, type InferOutput, safeParse } from 'valibot';
import { type Document, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from 'yaml';

import { didYouMean } from '../errors/did-you-mean.ts';
import { UserError } from '../errors/user-error.ts';

/** A text, and the name of the file that it came from. */
export interface SourceText {
  readonly fileName: string;
  readonly text: string;
}

/** The way to a value from the top of a document, e.g. `['rpcs', 'job.JobInterface/Kill', 'lane']`. */
export type DocumentPath = readonly (string | number)[];

/** What somebody has to mend in a document, and where it is. */
export interface Mistake {
  readonly path: DocumentPath;
  readonly text: string;
}

/** Everything that is wrong with one document, in the order of its lines. */
export class DocumentError extends UserError {
  override readonly name = 'DocumentError';
}

/** A document that has the form of its schema. */
export interface ReadDocument<Value> {
  readonly value: Value;
  /**
   * Throws a DocumentError when there are mistakes: those that only a reader who knows more than the schema can see. Each is
   * told with the line and column of its path, or of the nearest path above it that the document has.
   */
  readonly throwIfWrong: (mistakes: readonly Mistake[]) => void;
}

/**
 * Reads a YAML 1.2 text and holds it against a schema. Keys that the schema does not name, keys that stand twice, and values
 * of another form are mistakes; an empty document is an empty map. Throws a DocumentError that names them all.
 */
export function readDocument<Schema extends GenericSchema>(
  { fileName, text }: SourceText,
  schema: Schema,
): ReadDocument<InferOutput<Schema>> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, stringKeys: true, prettyErrors: false });
  const fail = (found: readonly { readonly offset: number; readonly text: string }[]) => {
    if (found.length === 0) return;
    const inOrder = found.toSorted((one, other) => one.offset - other.offset);
    throw new DocumentError(
      `${fileName} has ${found.length === 1 ? 'a mistake' : `${found.length} mistakes`}:`,
      inOrder.map(({ offset, text: said }) => {
        const { line, col } = lines.linePos(offset);
        return `line ${line}, column ${col}: ${said}`;
      }),
    );
  };
  const throwIfWrong = (mistakes: readonly Mistake[]) =>
    fail(mistakes.map(({ path, text: said }) => ({ offset: offsetOf(document, path), text: said })));

  fail(document.errors.map(({ pos, message }) => ({ offset: pos[0], text: message })));
  const { contents } = document;
  if (contents !== null && !isMap(contents))
    fail([{ offset: 0, text: 'the document must be a map of keys to values' }]);
  // They would let a short text become a long one.
  const aliases: number[] = [];
  visit(document, { Alias: (_, { range }) => void aliases.push(range?.[0] ?? 0) });
  fail(aliases.map((offset) => ({ offset, text: 'aliases are not taken here; write the value out' })));
  const result = safeParse(schema, contents === null ? {} : document.toJS());
  if (!result.success) throwIfWrong(result.issues.map((issue) => mistakeOf(issue, schema)));
  return { value: result.output, throwIfWrong };
}

function mistakeOf(issue: GenericIssue, schema: GenericSchema): Mistake {
  const path = (issue.path ?? []).map(({ key }) => key as string | number);
  return {
    path,
    text: `${formatPath(path)}: ${wordIssue(issue, () => keysAt(schema as SchemaParts, path.slice(0, -1)))}`,
  };
}

/** `rpcs."job.JobInterface/Kill".lane`, `keys[2]` */
export function formatPath(path: DocumentPath): string {
  const steps = path.map((step) => {
    if (typeof step === 'number') return `[${step}]`;
    return /^[\w-]+$/.test(step) ? `.${step}` : `."${step}"`;
  });
  return steps.length === 0 ? 'the document' : steps.join('').replace(/^\./, '');
}

/** Schemas word their own checks; what valibot words by itself is said here as everywhere else. */
function wordIssue({ kind, expected, received, message }: GenericIssue, keys: () => readonly string[]): string {
  if (kind !== 'schema') return `is ${received}; ${message}`;
  if (expected === 'never') {
    const known = keys();
    return `is not known here${didYouMean(JSON.parse(received), known) || `; there are: ${known.join(', ')}`}`;
  }
  return `is ${received === 'undefined' ? 'missing' : received}; expected ${expected}`;
}

/** What valibot's schemas hold inside, by its own names. */
interface SchemaParts {
  readonly wrapped?: SchemaParts;
  readonly item?: SchemaParts;
  readonly value?: SchemaParts;
  readonly entries?: Readonly<Record<string, SchemaParts>>;
}

/** The keys that a schema names at a path. */
function keysAt(schema: SchemaParts, path: DocumentPath): readonly string[] {
  let at: SchemaParts | undefined = schema;
  for (const step of path) {
    while (at?.wrapped !== undefined) at = at.wrapped;
    at = at?.entries?.[step] ?? at?.item ?? at?.value;
  }
  while (at?.wrapped !== undefined) at = at.wrapped;
  return Object.keys(at?.entries ?? {});
}

/** Where the key of a path stands; that of the nearest path above it when the document has no such key. */
function offsetOf(document: Document.Parsed, path: DocumentPath): number {
  let offset = 0;
  for (let length = 1; length <= path.length; length += 1) {
    const parent = document.getIn(path.slice(0, length - 1), true);
    const found = childOf(parent, path[length - 1]!);
    if (found === undefined) break;
    offset = found;
  }
  return offset;
}

function childOf(parent: unknown, key: string | number): number | undefined {
  if (isSeq(parent)) return (parent.items[Number(key)] as Node | undefined)?.range?.[0];
  if (!isMap(parent)) return undefined;
  const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === key);
  return (pair?.key as Node | undefined)?.range?.[0];
}
