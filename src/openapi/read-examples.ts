import { type InferOutput, record, strictObject, string, unknown } from 'valibot';

import { type Mistake, readDocument, type SourceText } from '../documents/read-document.ts';
import { didYouMean } from '../errors/did-you-mean.ts';
import type { MethodDescriptor, Registry } from '../registry/descriptors.ts';

/** A request to show as JSON; undefined: none is known. */
export type ExampleOf = (method: MethodDescriptor) => unknown;

const jsonObject = record(string(), unknown());
const schema = strictObject({
  /** What fills in the fields of a type. */
  messages: record(string(), jsonObject),
  /** The other fields of a request, by RPC. */
  rpcs: record(string(), jsonObject),
});

/**
 * Reads `schema/examples.yaml`.
 *
 * @param mustMatch whether each RPC and each message must be in the registry: true for our own protos
 * @throws DocumentError with all mistakes at once
 */
export function readExamples(source: SourceText, registry: Registry, mustMatch: boolean): ExampleOf {
  const { value, throwIfWrong } = readDocument(source, schema);
  throwIfWrong(mustMatch ? findUnknownNames(value, registry) : []);
  const messages = new Map(Object.entries(value.messages));
  const rpcs = new Map(Object.entries(value.rpcs));
  return ({ fullName, input }) => {
    const row = rpcs.get(fullName);
    const filled = input.fields.flatMap(({ jsonName, type, cardinality, oneof }) => {
      const isOne = cardinality === 'singular' && oneof === undefined;
      const example = isOne && type.kind === 'message' ? messages.get(type.message.fullName) : undefined;
      return example === undefined ? [] : [[jsonName, example] as const];
    });
    // A request that needs nothing is an example as well.
    const isKnown = row !== undefined || filled.length > 0 || input.fields.length === 0;
    return isKnown ? { ...Object.fromEntries(filled), ...row } : undefined;
  };
}

function findUnknownNames({ rpcs, messages }: InferOutput<typeof schema>, registry: Registry): readonly Mistake[] {
  const find = (section: string, names: object, known: ReadonlyMap<string, unknown>) =>
    Object.keys(names)
      .filter((name) => !known.has(name))
      .map((name) => ({ path: [section, name], text: `the protos have no ${name}${didYouMean(name, known.keys())}` }));
  return [...find('rpcs', rpcs, registry.methods), ...find('messages', messages, registry.messages)];
}
