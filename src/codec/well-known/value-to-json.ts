import type { CompileWellKnown } from '../json/json-compiler.ts';
import type { ValueToJson } from '../json/scalar-to-json.ts';
import { unmarshalable } from '../wire/wire-error.ts';
import { readDouble } from '../wire/wire-reader.ts';

import { compileSoleFieldToJson } from './sole-field-to-json.ts';

/** A google.protobuf.Value becomes the JSON value that it describes. One that describes none has no JSON. */
export const compileValueToJson: CompileWellKnown = (message, compiler) => {
  const values = message.fields.map((field) =>
    field.name === 'number_value' ? refuseNonFinite(compiler.value(field)) : compiler.value(field),
  );
  return compileSoleFieldToJson(message, values, () => {
    throw unmarshalable('google.protobuf.Value: none of the oneof fields is set');
  });
};

/** A double field may hold NaN and the infinities, written as strings; here they would turn into strings for good. */
function refuseNonFinite(write: ValueToJson): ValueToJson {
  return (reader, writer, limit) => {
    const { position } = reader;
    const value = readDouble(reader);
    if (!Number.isFinite(value)) {
      const name = Number.isNaN(value) ? 'NaN' : value < 0 ? '-Inf' : '+Inf';
      throw unmarshalable(`google.protobuf.Value.number_value: invalid ${name} value`);
    }
    reader.position = position;
    write(reader, writer, limit);
  };
}
