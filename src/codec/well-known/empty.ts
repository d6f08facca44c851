import type { BodyToJson, CompileWellKnown } from '../json/json-compiler.ts';
import { OPEN_OBJECT, readOpening } from '../json/json-frames.ts';
import type { BeginMessage } from '../json/json-plan.ts';
import { MAX_MESSAGE_DEPTH } from '../json/json-reader.ts';
import { writeAscii } from '../json/json-writer.ts';
import { layOutMessage } from '../wire/message-layout.ts';
import { checkMessage } from '../wire/wire-check.ts';

/** A google.protobuf.Empty becomes `{}`. It is in the table because an Any writes well-known types under `value`. */
export const compileEmptyToJson: CompileWellKnown = (message): BodyToJson => {
  const layout = layOutMessage(message);
  return (reader, writer, limit) => {
    checkMessage(layout, reader, limit);
    writeAscii(writer, '{}');
  };
};

/** Empty is an object; members are unknown fields and dropped. */
export function compileEmptyFromJson(): BeginMessage {
  return (transcoder, closes, level) => {
    const { reader } = transcoder;
    readOpening(reader, OPEN_OBJECT);
    while (reader.next()) {
      reader.readName();
      reader.skipValue(MAX_MESSAGE_DEPTH - level);
    }
    transcoder.close(closes);
  };
}
