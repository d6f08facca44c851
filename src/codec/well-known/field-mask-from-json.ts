import type { BeginMessage } from '../json/json-plan.ts';
import { quoteBytes } from '../json/json-quote.ts';
import { WIRE_TYPE } from '../wire/scalar-types.ts';
import { tagOf } from '../wire/wire-writer.ts';

/** A FieldMask is a string: paths in lower camel case, separated by commas. */
export function compileFieldMaskFromJson(): BeginMessage {
  return (transcoder, closes) => {
    const { reader, writer } = transcoder;
    if (reader.peek() !== QUOTE) throw reader.unexpectedToken(reader.position);
    const at = reader.position;
    reader.readString();
    const text = reader.text.toString('utf8', reader.textStart, reader.textEnd).trim();
    for (const path of text === '' ? [] : text.split(',')) {
      if (!PATH.test(path)) {
        const found = quoteBytes(Buffer.from(path));
        throw reader.error(at, `google.protobuf.FieldMask.paths contains invalid path: ${found}`);
      }
      writer.source = Buffer.from(toSnakeCase(path));
      writer.from = 0;
      writer.to = writer.source.length;
      writer.tag(PATHS_TAG);
      writer.scalar(WIRE_TYPE.bytes);
    }
    transcoder.close(closes);
  };
}

/** Names and dots; an underscore would not survive the way to camel case and back. */
const PATH = /^[a-zA-Z][a-zA-Z0-9]*(?:\.[a-zA-Z][a-zA-Z0-9]*)*$/;

function toSnakeCase(path: string): string {
  return path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

const PATHS_TAG = tagOf(1, WIRE_TYPE.bytes);
const QUOTE = 0x22;
