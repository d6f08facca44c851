import type { JsonReader } from './json-reader.ts';

/** An object's `@type`: where its value stands, or what is wrong with it and where. */
export interface AnyType {
  readonly at: number;
  readonly problem: string | undefined;
}

/**
 * Finds the `@type` of the object that comes next and of all objects inside it, by where each begins; the reader then
 * stands behind it. All at once because an Any may hold an Any, thousands of times: looking through the rest of the text
 * for each of them anew would take quadratic time. `depth` is how many brackets may open inside the object.
 * Throws JsonError for what is wrong with the outer object; inside, it may yet turn out that an object is no Any. Stops now and
 * then; nothing else may be read from the reader meanwhile.
 */
export function* findAnyTypes(reader: JsonReader, depth: number): Generator<void, ReadonlyMap<number, AnyType>> {
  const types = new Map<number, AnyType>();
  const open: number[] = [];
  let stop = reader.position + bytesPerStep;
  do {
    if (reader.position > stop) {
      stop = reader.position + bytesPerStep;
      yield;
    }
    const c = reader.peek();
    if (c === QUOTE) {
      const at = reader.position;
      reader.readString();
      const isType = isTypeName(reader);
      if (reader.peek() === COLON && isType) {
        reader.position++;
        const object = open[open.length - 1]!;
        const type = types.has(object) ? repeated(types.get(object)!, at) : readType(reader);
        if (type.problem !== undefined && open.length === 1) throw reader.error(type.at, type.problem);
        types.set(object, type);
      }
    } else if (c === OPEN_OBJECT || c === OPEN_ARRAY) {
      open.push(reader.position++);
      if (open.length - 1 > depth) throw reader.tooDeep();
    } else if (c === CLOSE_OBJECT || c === CLOSE_ARRAY) {
      open.pop();
      reader.position++;
    } else if (c === COMMA || c === COLON) {
      reader.position++;
    } else {
      reader.position = reader.scalarEnd();
    }
  } while (open.length > 0);
  return types;
}

/** How much is looked through before others may have their turn: a millisecond or two. */
const bytesPerStep = 256 * 1024;

/** Whether the name that was read last is `@type`. */
export function isTypeName({ text, textStart, textEnd }: JsonReader): boolean {
  return (
    textEnd - textStart === 5 && text[textStart] === 0x40 && text.toString('latin1', textStart + 1, textEnd) === 'type'
  );
}

/** The first thing that is wrong with an object's types is what counts. */
function repeated(first: AnyType, at: number): AnyType {
  return first.problem === undefined ? { at, problem: 'duplicate "@type" field' } : first;
}

function readType(reader: JsonReader): AnyType {
  const c = reader.peek();
  const at = reader.position;
  if (c !== QUOTE) return { at, problem: `@type field value is not a string: ${reader.rawToken(at)}` };
  reader.readString();
  return { at, problem: reader.textStart === reader.textEnd ? '@type field contains empty value' : undefined };
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
