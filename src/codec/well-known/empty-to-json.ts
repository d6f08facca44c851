import type { BodyToJson, CompileWellKnown } from '../json/json-compiler.ts';
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
