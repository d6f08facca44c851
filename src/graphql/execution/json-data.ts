import type { ExecutionResult } from 'graphql';

/** The data of an answer that is JSON already, in the envelope of an answer without errors and extensions. */
export class JsonData {
  /** `{"data":…}` in UTF-8. */
  readonly envelope: Buffer;

  constructor(envelope: Buffer) {
    this.envelope = envelope;
  }

  /** The data alone, in UTF-8. */
  get bytes(): Buffer {
    return this.envelope.subarray(envelopeStart.length, -envelopeEnd.length);
  }

  /** For whoever looks into an answer after all. */
  toJSON(): unknown {
    return JSON.parse(this.bytes.toString());
  }
}

/** What stands in front of the data in an envelope. */
export const envelopeStart = '{"data":';
/** What stands behind it. */
export const envelopeEnd = '}';

/**
 * What graphql-yoga calls in place of JSON.stringify for a result that has it as `stringify`. It expects a text, and hands
 * on whatever it gets: as the body of a response, or put into an event of a stream, where a Buffer becomes its text.
 */
export function stringifyResult({ data, errors, extensions }: ExecutionResult): string {
  return joinResult(data as unknown as JsonData, errors, extensions) as unknown as string;
}

function joinResult(
  data: JsonData,
  errors: ExecutionResult['errors'],
  extensions: ExecutionResult['extensions'],
): Buffer {
  if (errors === undefined && extensions === undefined) return data.envelope;
  const rest = JSON.stringify({ errors, extensions });
  // An object without members: what there was to say has no JSON.
  if (rest === '{}') return data.envelope;
  return Buffer.concat([data.envelope.subarray(0, -envelopeEnd.length), Buffer.from(`,${rest.slice(1)}`)]);
}
