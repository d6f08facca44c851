import { fileURLToPath } from 'node:url';
import { graphql, isObjectType, parse, validateSchema } from 'graphql';
import { describe, expect, it } from 'vitest';

import { createOperation } from '../../../src/graphql/execution/create-operation.ts';
import { checkVariables } from '../../../src/graphql/limits/check-variables.ts';
import { deriveSchema } from '../../../src/graphql/schema/derive-schema.ts';
import { loadProtoFiles } from '../../../src/registry/sources/load-proto-files.ts';
import { compileRpcTable } from '../../../src/rpc-table/rpc-table.ts';

import { identityOf } from '../../authentication/identity.ts';

const registry = loadProtoFiles([fileURLToPath(new URL('.', import.meta.url))]);
const table = compileRpcTable(registry, { text: '', fileName: 'odd.yaml', mustMatch: false });
const schema = deriveSchema({ registry, table, services: registry.services, extensions: [] });

/** What an operation gives whose calls are answered by their own requests. */
async function run(source: string, variableValues: Record<string, unknown> = {}) {
  const misfits = await checkVariables(schema, { document: parse(source), variableValues });
  expect(misfits).toEqual([]);
  const contextValue = {
    identity: identityOf('ada'),
    signal: new AbortController().signal,
    requestId: 'r-1',
    operation: createOperation({
      invoke: async ({ request }) => ({ message: request, header: [], trailer: [] }),
      table,
      maxCalls: 10,
    }),
    unknownEnumValues: [],
    truncated: [],
    unsupported: [],
  };
  return graphql({ schema, source, contextValue, variableValues });
}

/** The answer of the only field, which must have gone well. */
async function ask(source: string, variableValues: Record<string, unknown> = {}) {
  const { data, errors } = await run(source, variableValues);
  expect(errors).toBeUndefined();
  return JSON.parse(JSON.stringify(Object.values(data ?? {})[0]));
}

describe('fields that every JavaScript object has', () => {
  it('are fields like others, in arguments and answers', async () => {
    const fields = '{ constructor tyre toString hasOwnProperty { constructor } }';
    expect(await ask(`{ seasonGetEntry(constructor: "red", tyre: HARD, toString: "s") ${fields} }`)).toEqual({
      constructor: 'red',
      tyre: 'HARD',
      toString: 's',
      hasOwnProperty: null,
    });
    expect(await ask(`{ seasonGetEntry(tyre: HARD) ${fields} }`)).toMatchObject({
      constructor: '',
      toString: '',
    });
  });

  it('are left out where a variable has none of them', async () => {
    const query = `mutation ($e: [EntryInput!]) { seasonSetEntries(entries: $e) { entries { constructor toString } } }`;
    expect(await ask(query, { e: [{ tyre: 'HARD' }] })).toEqual({ entries: [{ constructor: '', toString: '' }] });
    expect(await ask(query, { e: [{ toString: 'x' }] })).toEqual({ entries: [{ constructor: '', toString: 'x' }] });
  });

  it('are left out where they have other names', async () => {
    expect(await ask('{ seasonGetRenamed(_type: "a") { _type constructor } }')).toEqual({
      _type: 'a',
      constructor: '',
    });
  });
});

describe('well-known types that are any JSON', () => {
  it.each([
    ['Struct', '{ storeGetStruct(value: { a: [1, null] }) }', {}, { a: [1, null] }],
    ['Struct', 'query ($v: JSON) { storeGetStruct(value: $v) }', { v: { a: 1 } }, { a: 1 }],
    ['ListValue', 'query ($v: JSON) { storeGetList(value: $v) }', { v: ['a', null] }, ['a', null]],
    ['Value', 'query ($v: JSON) { storeGetValue(value: $v) }', { v: 'x' }, 'x'],
    ['nothing', '{ storeGetStruct }', {}, {}],
    [
      'Any',
      'query ($v: Any) { storeGetAny(value: $v) }',
      { v: { '@type': 'type.googleapis.com/google.protobuf.Duration', value: '1.5s' } },
      { '@type': 'type.googleapis.com/google.protobuf.Duration', value: '1.500s' },
    ],
    [
      'Struct in a message',
      'query ($v: JSON) { storeGetHolder(struct: $v) { struct } }',
      { v: { a: {} } },
      { struct: { a: {} } },
    ],
  ])('are requests and variables: %s by %s', async (_, query, variables, expected) => {
    expect(await ask(query, variables)).toEqual(expected);
  });
});

describe('null', () => {
  it.each([
    ['a list of well-known types', '{ storeGetHolder(durations: null) { durations } }', { durations: [] }],
    ['a list of values', '{ storeGetHolder(values: null) { values } }', { values: [] }],
    ['a map of values', '{ storeGetHolder(valueByWord: null) { valueByWord { key } } }', { valueByWord: [] }],
    ['a map', '{ storeGetHolder(words: null) { words { key } } }', { words: [] }],
    ['a list of messages', '{ storeGetHolder(inner: null) { inner { list } } }', { inner: [] }],
    [
      'a list in a message',
      '{ storeGetHolder(inner: [{ durations: null, words: null, list: null }]) { inner { durations list } } }',
      { inner: [{ durations: [], list: null }] },
    ],
  ])('is left out for %s', async (_, query, expected) => {
    expect(await ask(query)).toEqual(expected);
  });
});

describe('fields of proto2', () => {
  it('are null when they are not set, whatever their type', async () => {
    expect(await ask('{ deskGetOrder(b: 0) { a b e p } }')).toEqual({ a: null, b: 0, e: null, p: null });
  });

  it('are told when they are required and not given', async () => {
    const { data, errors } = await run('{ deskGetOrder(a: "x") { a } }');
    expect(data).toEqual({ deskGetOrder: null });
    expect(errors?.map(({ message, extensions }) => [message, extensions['code']])).toEqual([
      ['The arguments are incomplete: the required field odd.needs.Order.b is not set', 'BAD_USER_INPUT'],
    ]);
  });
});

describe('packages that differ by a dot and an underscore', () => {
  const namesWithHash = Object.keys(schema.getTypeMap()).filter((name) => /_[0-9a-f]{8}/.test(name));

  it('have names of their own, which no other file changes', () => {
    expect(validateSchema(schema)).toEqual([]);
    expect(namesWithHash.filter((name) => !/Entry|Input/.test(name)).sort()).toEqual([
      'odd_twin_Thing_b521dedc',
      'odd_twin_Thing_b824c496',
    ]);
  });
});

describe('a comment that begins with "Deprecated"', () => {
  it('is a reason only where it says so', () => {
    const field = Object.values(schema.getTypeMap())
      .filter(isObjectType)
      .flatMap((type) => type.getFields()['shown'] ?? []);
    expect(field.map(({ deprecationReason }) => deprecationReason)).toEqual(['No longer supported']);
  });
});
