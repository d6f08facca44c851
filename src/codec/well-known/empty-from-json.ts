import { OPEN_OBJECT, readOpening } from '../json/json-frames.ts';
import type { BeginMessage } from '../json/json-plan.ts';
import { MAX_MESSAGE_DEPTH } from '../json/json-reader.ts';

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
