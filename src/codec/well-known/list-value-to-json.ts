import type { CompileWellKnown } from '../json/json-compiler.ts';
import { writeAscii } from '../json/json-writer.ts';

import { compileSoleFieldToJson } from './sole-field-to-json.ts';

/** A google.protobuf.ListValue becomes the array that it describes. */
export const compileListValueToJson: CompileWellKnown = (message, compiler) =>
  compileSoleFieldToJson(message, message.fields.map(compiler.value), (writer) => writeAscii(writer, '[]'));
