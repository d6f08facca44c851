import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';

import { WELL_KNOWN_TYPES } from '../../src/codec/well-known/well-known-types.ts';
import { deriveOpenapi, type OpenapiOptions } from '../../src/openapi/derive-openapi.ts';
import { wellKnownSchemas } from '../../src/openapi/well-known-schemas.ts';
import { loadProtoFiles } from '../../src/registry/sources/load-proto-files.ts';
import { compileRpcTable } from '../../src/rpc-table/rpc-table.ts';
import type { Json } from '../json.ts';

const registry = loadProtoFiles(['test/openapi/kinds.proto']);
const table = compileRpcTable(registry, {
  fileName: 'rpcs.yaml',
  text: 'queued: { kinds.Garden: CutTree }\nidempotency-keys: [{ rpcs: kinds.Garden/CutTree, why: so }]',
  mustMatch: true,
});

const derive = (options: Partial<OpenapiOptions> = {}): Json =>
  deriveOpenapi({
    services: registry.services,
    table,
    sentences: { ofField: ({ name }) => (name === 'seed' ? 'From the sentences.' : ''), ofEnumValue: () => '' },
    rightsOf: () => ({ level: 'operate', grant: 'axe', scopes: ['cue:operate', 'cue:grant:axe'] }),
    exampleOf: ({ fullName }) => (fullName === 'kinds.Garden/FindTree' ? { like: { size: '3' } } : undefined),
    needsCredentials: true,
    publicUrl: undefined,
    ...options,
  });

const { paths, components } = derive();
const { schemas } = components;
const leaf = { $ref: '#/components/schemas/kinds.Leaf' };

const parameters = (...names: readonly string[]) => names.map((name) => ({ $ref: `#/components/parameters/${name}` }));

describe('deriveOpenapi()', () => {
  it('makes a valid document of every kind of field and method', async () => {
    expect(await new Validator().validate(derive())).toMatchObject({ valid: true });
  });

  it.each([
    ['leaf', { anyOf: [leaf, { type: 'null' }] }],
    ['leaves', { type: 'array', items: leaf }],
    ['byName', { type: 'object', additionalProperties: leaf }],
    ['color', { $ref: '#/components/schemas/kinds.Color' }],
    ['age', { type: 'integer', format: 'int32' }],
    ['person', { type: 'string', description: 'Excludes `number`.' }],
    ['planted', { anyOf: [{ type: 'string', format: 'date-time' }, { type: 'null' }] }],
    ['note', { anyOf: [{ type: 'string' }, { type: 'null' }] }],
    ['seed', { type: 'string', contentEncoding: 'base64', description: 'From the sentences.' }],
    ['height', { type: 'number', format: 'double' }],
    ['nothing', { type: 'null' }],
    ['oldName', { type: 'string', description: 'Deprecated: trees have no names.', deprecated: true }],
  ])('describes the field %s as replies have it', (name, schema) => {
    expect(schemas['kinds.Tree'].properties[name]).toEqual(schema);
  });

  it('requires of replies every field but what is left out when it is not set', () => {
    const { properties, required } = schemas['kinds.Tree'];
    expect(Object.keys(properties).filter((name) => !required.includes(name))).toEqual(['age', 'person', 'number']);
  });

  it('tells a message in a request from the same one in a reply', () => {
    expect(schemas['kinds.FindRequest'].properties.like).toEqual({ $ref: '#/components/schemas/kinds.Leaf-input' });
    expect(schemas['kinds.Leaf-input']).toEqual({
      type: 'object',
      description: 'A leaf.',
      properties: {
        size: { type: 'string', format: 'int64', description: 'Its size, in mm.' },
        next: { $ref: '#/components/schemas/kinds.Leaf-input' },
      },
    });
    expect(schemas['kinds.Leaf'].required).toEqual(['size', 'next']);
  });

  it('lists the values of an enum with what they mean', () => {
    expect(schemas['kinds.Color']).toEqual({
      type: 'string',
      description: 'A colour.\n\n- `NONE`\n- `RED`: Like a fire engine.',
      enum: ['NONE', 'RED'],
    });
  });

  it('describes an operation with its rights, its example and its words', () => {
    expect(paths['/kinds.Garden/FindTree'].post).toEqual({
      operationId: 'kinds.Garden.FindTree',
      tags: ['kinds.Garden'],
      parameters: parameters('Grpc-Timeout', 'X-Request-Id'),
      summary: 'Finds the tree of a leaf, e.g. 1.5 m high.',
      description: 'Finds the tree of a leaf, e.g. 1.5 m high. Slowly.',
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: { $ref: '#/components/schemas/kinds.FindRequest' },
            example: { like: { size: '3' } },
          },
        },
      },
      responses: {
        200: {
          description: 'kinds.Tree.',
          content: { 'application/json': { schema: { $ref: '#/components/schemas/kinds.Tree' } } },
        },
        401: { $ref: '#/components/responses/Unauthenticated' },
        default: { $ref: '#/components/responses/Error' },
      },
      security: [{ bearer: ['cue:operate', 'cue:grant:axe'] }, { 'api-key': ['cue:operate', 'cue:grant:axe'] }],
      'x-cuegate-kind': 'read',
      'x-cuegate-level': 'operate',
      'x-cuegate-grant': 'axe',
    });
  });

  it('says what is deprecated, queued and takes an idempotency key', () => {
    expect(paths['/kinds.Garden/CutTree'].post).toMatchObject({
      deprecated: true,
      parameters: parameters('Grpc-Timeout', 'X-Request-Id', 'Idempotency-Key'),
      'x-cuegate-kind': 'write',
      'x-cuegate-queued': true,
    });
  });

  it('describes a stream as lines of results, the last of which may be an error', () => {
    const { content } = paths['/kinds.Garden/WatchTrees'].post.responses[200];
    expect(content['application/json'].schema.properties).toEqual({
      result: { $ref: '#/components/schemas/kinds.Tree' },
      error: { $ref: '#/components/schemas/google.rpc.Status' },
    });
  });

  it('asks for no credentials where the gateway does not', async () => {
    const open = derive({ needsCredentials: false });
    expect(open.components).not.toHaveProperty('securitySchemes');
    expect(open.paths['/kinds.Garden/FindTree'].post.security).toEqual([]);
    expect(await new Validator().validate(open)).toMatchObject({ valid: true });
  });

  it('names the address that the settings name', () => {
    expect(derive().servers).toEqual([{ url: '/' }]);
    expect(derive({ publicUrl: 'https://cuegate.studio.example/' }).servers).toEqual([
      { url: 'https://cuegate.studio.example' },
    ]);
  });

  it('knows every message that the codec writes in a form of its own', () => {
    expect([...wellKnownSchemas.keys()].toSorted()).toEqual([...WELL_KNOWN_TYPES.keys()].toSorted());
  });
});
