import { type Frame, isTypeName, stepMembersOfAny } from '../json/json-frames.ts';
import type { BeginMessage } from '../json/json-plan.ts';
import { MAX_MESSAGE_DEPTH } from '../json/json-reader.ts';
import type { JsonTranscoder } from '../json/json-transcoder.ts';
import { WIRE_TYPE } from '../wire/scalar-types.ts';
import { tagOf } from '../wire/wire-writer.ts';

/**
 * An Any is the object of the message in it, with one member more that names the type; a type with a JSON form of its own
 * stands under `value` instead. Without `@type` all members are unknown, and the Any is empty.
 */
export function compileAnyFromJson(): BeginMessage {
  return (transcoder, closes, level) => {
    const { reader, writer } = transcoder;
    if (reader.peek() !== OPEN_OBJECT) throw reader.unexpectedToken(reader.position);
    const typeAt = transcoder.findType(level);
    const start = reader.position;
    if (typeAt === undefined) {
      reader.position++;
      if (reader.next()) {
        reader.position = start;
        reader.skipValue(MAX_MESSAGE_DEPTH - level);
      }
      transcoder.close(closes);
      return;
    }
    const plan = transcoder.resolve(readTypeName(transcoder, typeAt));
    if (plan === undefined) throw reader.error(typeAt, `unable to resolve ${reader.rawToken(typeAt)}: "not found"`);
    reader.position = start;
    writer.tag(VALUE_TAG);
    writer.open();
    if (plan.wellKnown === undefined) {
      transcoder.beginObject(plan, stepMembersOfAny, closes + 1, level + 1, undefined);
    } else {
      transcoder.beginObject(plan, stepValueOfAny, closes + 1, level, new Set());
    }
  };
}

/** Writes the type URL that stands at `at` and returns the full name in it: what is behind the last slash. */
function readTypeName({ reader, writer }: JsonTranscoder, at: number): string {
  reader.position = at;
  reader.readString();
  const { text, textStart, textEnd } = reader;
  writer.source = text;
  writer.from = textStart;
  writer.to = textEnd;
  writer.tag(TYPE_URL_TAG);
  writer.scalar(WIRE_TYPE.bytes);
  const url = text.toString('utf8', textStart, textEnd);
  return url.slice(url.lastIndexOf('/') + 1);
}

/** Reads the members of an Any that holds a type with a JSON form of its own; all but `value` are unknown. */
function stepValueOfAny(transcoder: JsonTranscoder, { plan, level, keys }: Frame): void {
  const { reader } = transcoder;
  while (reader.next()) {
    const at = reader.position;
    reader.readName();
    if (isTypeName(reader)) {
      reader.skipValue(0);
    } else if (reader.text.toString('latin1', reader.textStart, reader.textEnd) !== 'value') {
      reader.skipValue(MAX_MESSAGE_DEPTH - level);
    } else {
      if (keys!.has('value')) throw reader.error(at, 'duplicate "value" field');
      keys!.add('value');
      plan.wellKnown!(transcoder, 0, level);
      return;
    }
  }
  // Only an Empty may do without: some writers take it for an ordinary message, which has no members.
  if (!keys!.has('value') && plan.message.fullName !== 'google.protobuf.Empty') {
    throw reader.error(reader.position - 1, 'missing "value" field');
  }
  transcoder.end();
}

const TYPE_URL_TAG = tagOf(1, WIRE_TYPE.bytes);
const VALUE_TAG = tagOf(2, WIRE_TYPE.bytes);
const OPEN_OBJECT = 0x7b;
