import { record, strictObject, string, unknown } from 'valibot';

import { type Mistake, readDocument, type SourceText } from '../documents/read-document.ts';
import { didYouMean } from '../errors/did-you-mean.ts';
import type { Registry } from '../registry/descriptors.ts';

/** Requests, by the full name of the RPC. They are shown as JSON. */
export type Examples = ReadonlyMap<string, unknown>;

const schema = record(string(), strictObject({ request: unknown() }));

/**
 * Reads `schema/examples.yaml`.
 *
 * @param mustMatch whether each RPC must be in the registry: true for our own protos
 * @throws DocumentError with all mistakes at once
 */
export function readExamples(source: SourceText, { methods }: Registry, mustMatch: boolean): Examples {
  const { value, throwIfWrong } = readDocument(source, schema);
  const strangers = Object.keys(value).filter((rpc) => mustMatch && !methods.has(rpc));
  throwIfWrong(
    strangers.map(
      (rpc): Mistake => ({ path: [rpc], text: `the protos have no ${rpc}${didYouMean(rpc, methods.keys())}` }),
    ),
  );
  return new Map(Object.entries(value).map(([rpc, { request }]) => [rpc, request]));
}
