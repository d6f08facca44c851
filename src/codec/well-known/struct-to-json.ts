import type { CompileWellKnown } from '../json/json-compiler.ts';
import { writeAscii } from '../json/json-writer.ts';

import { compileSoleFieldToJson } from './sole-field-to-json.ts';

/** A google.protobuf.Struct becomes the object that it describes, its keys sorted as those of every map. */
export const compileStructToJson: CompileWellKnown = (message, compiler) =>
  compileSoleFieldToJson(message, message.fields.map(compiler.value), (writer) => writeAscii(writer, '{}'));
