import { describe, expect, it } from 'vitest';

import { linkRegistry } from '../../../src/registry/linking/link-registry.ts';
import { loadProtoFiles } from '../../../src/registry/sources/load-proto-files.ts';
import { parseProtoFile } from '../../../src/registry/parsing/parse-proto-file.ts';
import { RegistryError } from '../../../src/registry/registry-error.ts';

/** Links files that are given by name and text; their syntax must be right. */
function link(files: Readonly<Record<string, string>>) {
  return linkRegistry(
    Object.entries(files).map(([name, text]) => {
      const { file, problems } = parseProtoFile(text, name);
      expect(problems).toEqual([]);
      return file;
    }),
  );
}

/** The problems of one proto3 file in package `p`, whose first line is line 1. */
function problemsOf(declarations: string): string[] {
  try {
    link({ 'p.proto': `syntax = "proto3"; package p; ${declarations}` });
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    return error.problems.map(({ file, line, message }) => `${file}:${line}: ${message}`);
  }
  return [];
}

describe('linkRegistry()', () => {
  const wrong: readonly (readonly [what: string, declarations: string, ...problems: string[]])[] = [
    [
      'a field name twice',
      'message A { int32 a = 1;\nint32 a = 2; }',
      '2: message p.A has two fields named "a" (line 1)',
    ],
    [
      'a field number twice',
      'message A { int32 a = 1;\noneof o { int32 b = 1; } }',
      '2: message p.A gives number 1 to "b" and to "a" (line 1)',
    ],
    [
      'a field twice, reported once',
      'message A { int32 a = 1;\nint32 a = 1; }',
      '2: message p.A has two fields named "a" (line 1)',
    ],
    [
      'clashing JSON names',
      'message A { int32 a_b = 1;\nint32 aB = 2; }',
      '2: message p.A has two fields with the JSON name "aB", "aB" and "a_b" (line 1); give one a json_name',
    ],
    [
      'a json_name that clashes',
      'message A { int32 a = 1;\nint32 b = 2 [json_name = "a"]; }',
      '2: message p.A has two fields with the JSON name "a", "b" and "a" (line 1); give one a json_name',
    ],
    ['number zero', 'message A { int32 a = 0; }', '1: field a of message p.A has number 0, expected 1 to 536870911'],
    [
      'a negative number',
      'message A { int32 a = -1; }',
      '1: field a of message p.A has number -1, expected 1 to 536870911',
    ],
    [
      'too large a number',
      'message A { int32 a = 536870912; }',
      '1: field a of message p.A has number 536870912, expected 1 to 536870911',
    ],
    [
      'a number of protobuf itself',
      'message A { int32 a = 19000; }',
      '1: field a of message p.A has number 19000; 19000 to 19999 are reserved for protobuf itself',
    ],
    [
      'a map with bad keys',
      'message A { map<float, string> a = 1; }',
      '1: map a of message p.A has keys of type float, expected an integer type, bool or string',
    ],
    [
      'a oneof twice',
      'message A { oneof o { int32 a = 1; }\noneof o { int32 b = 2; } }',
      '2: message p.A has two oneofs named "o" (line 1)',
    ],
    [
      'an empty oneof',
      'message A { oneof o {} }',
      '1: oneof o of message p.A has no fields; protobuf asks for one at least',
    ],
    ['an empty enum', 'enum E {}', '1: enum p.E has no values; protobuf asks for one at least'],
    ['an enum without zero', 'enum E { A = 1; }', '1: the first value of enum p.E is A = 1, expected the number 0'],
    ['an enum value name twice', 'enum E { A = 0;\nA = 1; }', '2: enum p.E has two values named "A" (line 1)'],
    [
      'an enum number twice',
      'enum E { A = 0;\nB = 0; }',
      '2: enum p.E gives number 0 to "B" and to "A" (line 1); if that is meant, set option allow_alias = true',
    ],
    [
      'a large enum number',
      'enum E { A = 0;\nB = 2147483648; }',
      '2: value B of enum p.E has number 2147483648, expected a 32-bit integer',
    ],
    [
      'a method twice',
      'message A {} service S { rpc Get(A) returns (A);\nrpc Get(A) returns (A); }',
      '2: service p.S has two methods named "Get" (line 1)',
    ],
    ['a message twice', 'message A {}\nmessage A {}', '2: message p.A is declared twice; the first is in p.proto:1'],
    [
      'a service with the name of a message',
      'message A {}\nservice A {}',
      '2: service p.A is declared twice; the first is in p.proto:1',
    ],
    [
      'an unknown type',
      'message A { int33 a = 1; }',
      '1: unknown type "int33" of field p.A.a; nothing has a similar name',
    ],
    [
      'a misspelled type',
      'message Layer {}\nmessage A { Layr a = 1; }',
      '2: unknown type "Layr" of field p.A.a; did you mean "p.Layer"?',
    ],
    [
      'a type of another scope',
      'message B { message Inner {} }\nmessage A { Inner a = 1; }',
      '2: unknown type "Inner" of field p.A.a; did you mean "p.B.Inner"?',
    ],
    [
      'an unknown request',
      'message Get {}\nservice S { rpc Get(Got) returns (Get); }',
      '2: unknown type "Got" of the request of method p.S/Get; did you mean "p.Get"?',
    ],
    [
      'an enum as response',
      'message A {} enum E { Z = 0; }\nservice S { rpc Get(A) returns (E); }',
      '2: type "E" of the response of method p.S/Get is an enum, expected a message',
    ],
    [
      'several things, all of them',
      'message A {\nB b = 0;\nC c = 1; }',
      '2: field b of message p.A has number 0, expected 1 to 536870911',
      '2: unknown type "B" of field p.A.b; nothing has a similar name',
      '3: unknown type "C" of field p.A.c; nothing has a similar name',
    ],
  ];
  it.each(wrong)('reports %s', (_what, declarations, ...problems) => {
    expect(problemsOf(declarations)).toEqual(problems.map((problem) => `p.proto:${problem}`));
  });

  it('says which file to import', () => {
    expect(() =>
      link({
        'a.proto': 'syntax = "proto3"; package a; message A {}',
        'b.proto': 'syntax = "proto3"; package b; message B { a.A a = 1; }',
      }),
    ).toThrow(
      'cannot load the schema: b.proto:1: unknown type "a.A" of field b.B.a; a.A is declared in a.proto, which is not imported here',
    );
  });

  it('resolves names from the innermost scope outwards', () => {
    const { messages } = link({
      'p.proto': `syntax = "proto3"; package p.q;
        message A {}
        message B {
          message A {}
          A inner = 1;
          q.A outer = 2;
          .p.q.A absolute = 3;
          B.A named = 4;
        }`,
    });
    const types = messages
      .get('p.q.B')
      ?.fields.map(({ type }) => (type.kind === 'message' ? type.message.fullName : type.kind));
    expect(types).toEqual(['p.q.B.A', 'p.q.A', 'p.q.A', 'p.q.B.A']);
  });

  it('knows what tracks presence', () => {
    const fields = `
      int32 plain = 1; optional int32 chosen = 2; A message = 3; oneof o { int32 member = 4; }
      repeated int32 list = 5; map<string, A> map = 6;`;
    const { messages } = link({ 'a.proto': `syntax = "proto3"; message A { ${fields} }` });
    const { fields: linked = [], oneofs = [] } = messages.get('A') ?? {};
    expect(linked.map(({ name, presence }) => [name, presence])).toEqual([
      ['plain', 'implicit'],
      ['chosen', 'explicit'],
      ['message', 'explicit'],
      ['member', 'explicit'],
      ['list', 'implicit'],
      ['map', 'implicit'],
    ]);
    expect(oneofs.map(({ fullName, fields }) => [fullName, fields.map(({ name }) => name)])).toEqual([
      ['A.o', ['member']],
    ]);
  });

  /** What a message of these declarations says of its fields. */
  const factsOf = (file: string) =>
    link({ 'a.proto': file })
      .messages.get('A')
      ?.fields.map(({ name, presence, required, proto3Optional, packed }) =>
        [name, presence, required && 'required', proto3Optional && 'proto3Optional', packed && 'packed'].filter(
          Boolean,
        ),
      );

  it('knows how the fields of proto2 behave', () => {
    expect(
      factsOf(`syntax = "proto2"; enum E { ONE = 1; }
        message A {
          optional int32 a = 1; required E b = 2; required A c = 3;
          repeated int32 d = 4; repeated E e = 5 [packed = true]; repeated string f = 6 [packed = true];
        }`),
    ).toEqual([
      ['a', 'explicit'],
      ['b', 'explicit', 'required'],
      ['c', 'explicit', 'required'],
      ['d', 'implicit'],
      ['e', 'implicit', 'packed'],
      ['f', 'implicit'],
    ]);
  });

  it('knows how the fields of proto3 behave', () => {
    expect(
      factsOf(`syntax = "proto3";
        message A { int32 a = 1; optional int32 b = 2; repeated int32 c = 3; repeated bool d = 4 [packed = false];
          repeated bytes e = 5; map<int32, int32> f = 6; optional A g = 7; }`),
    ).toEqual([
      ['a', 'implicit'],
      ['b', 'explicit', 'proto3Optional'],
      ['c', 'implicit', 'packed'],
      ['d', 'implicit'],
      ['e', 'implicit'],
      ['f', 'implicit'],
      ['g', 'explicit', 'proto3Optional'],
    ]);
  });

  it('lets features be inherited from the file, the message and the oneof', () => {
    expect(
      factsOf(`edition = "2023"; option features.field_presence = IMPLICIT;
        option features.repeated_field_encoding = EXPANDED;
        message A {
          int32 a = 1; int32 b = 2 [features.field_presence = EXPLICIT];
          int32 c = 3 [features.field_presence = LEGACY_REQUIRED];
          repeated int32 d = 4; repeated int32 e = 5 [features.repeated_field_encoding = PACKED];
          oneof o { int32 f = 6; }
        }`),
    ).toEqual([
      ['a', 'implicit'],
      ['b', 'explicit'],
      ['c', 'explicit', 'required'],
      ['d', 'implicit'],
      ['e', 'implicit', 'packed'],
      ['f', 'explicit'],
    ]);
  });

  it.each([
    ['proto2', 'syntax = "proto2"; enum E { ONE = 1; ZERO = 0; }', true],
    ['proto3', 'syntax = "proto3"; enum E { ZERO = 0; }', false],
    ['a file that says so', 'edition = "2023"; option features.enum_type = CLOSED; enum E { ONE = 1; }', true],
    ['an enum that says so', 'edition = "2024"; enum E { option features.enum_type = CLOSED; ONE = 1; }', true],
  ])('knows whether an enum is closed: %s', (_what, file, closed) => {
    expect(link({ 'a.proto': file }).enums.get('E')?.closed).toBe(closed);
  });

  it('takes an open enum without zero for a mistake in editions, too', () => {
    expect(() => link({ 'a.proto': 'edition = "2023"; enum E { ONE = 1; }' })).toThrow(
      'a.proto:1: the first value of enum E is ONE = 1, expected the number 0',
    );
  });

  const legacy: readonly (readonly [what: string, file: string, ...names: string[]])[] = [
    [
      'in proto2',
      'syntax = "proto2"; message A { optional int32 shotType = 1; optional int32 shot_type = 2; }',
      'shotType',
      'shot_type',
    ],
    [
      'in either order',
      'syntax = "proto2"; message A { optional int32 shot_type = 1; optional int32 shotType = 2; }',
      'shot_type',
      'shotType',
    ],
    [
      'three times',
      'message A { optional int32 _a = 1; optional int32 A = 2; optional int32 __a = 3; }',
      '_a',
      'A',
      '__a',
    ],
    [
      'with a name from the file that is taken as well',
      'message A { optional int32 aB = 1; optional int32 a_b = 2; optional int32 c = 3 [json_name = "a_b"]; }',
      'aB',
      'a_b_2',
      'a_b',
    ],
    [
      'where an edition allows it',
      'edition = "2023"; option features.json_format = LEGACY_BEST_EFFORT; message A { int32 a_b = 1; int32 aB = 2; }',
      'a_b',
      'aB',
    ],
  ];
  it.each(legacy)('gives fields that want one JSON name two, %s', (_what, file, ...names) => {
    const { fields = [] } = link({ 'a.proto': file }).messages.get('A') ?? {};
    expect(fields.map(({ jsonName }) => jsonName)).toEqual(names);
  });

  it('takes two explicit JSON names for a mistake everywhere', () => {
    const fields = 'optional int32 a = 1 [json_name = "x"]; optional int32 b = 2 [json_name = "x"];';
    expect(() => link({ 'a.proto': `syntax = "proto2"; message A { ${fields} }` })).toThrow(
      'message A has two fields with the JSON name "x", "b" and "a" (line 1); give one a json_name',
    );
  });

  it('takes names that every object in JavaScript has', () => {
    const names = ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'valueOf'];
    const { messages, methods, enums } = link({
      'a.proto': `syntax = "proto3"; package a;
        message constructor { ${names.map((name, index) => `string ${name} = ${index + 1};`).join(' ')} }
        message toString { constructor c = 1; oneof __proto__ { __proto__ p = 2; } }
        message __proto__ {}
        enum valueOf { hasOwnProperty = 0; isPrototypeOf = 1; }
        service Names { rpc constructor(constructor) returns (toString); rpc __proto__(__proto__) returns (__proto__); }`,
    });
    expect([...messages.keys()]).toEqual(['a.__proto__', 'a.constructor', 'a.toString']);
    expect(messages.get('a.constructor')?.fields.map(({ name, jsonName }) => [name, jsonName])).toEqual([
      ['constructor', 'constructor'],
      ['toString', 'toString'],
      ['__proto__', 'Proto'],
      ['hasOwnProperty', 'hasOwnProperty'],
      ['valueOf', 'valueOf'],
    ]);
    expect(messages.get('a.toString')?.oneofs[0]?.fields.map(({ name }) => name)).toEqual(['p']);
    expect([...methods.keys()]).toEqual(['a.Names/__proto__', 'a.Names/constructor']);
    expect([...enums.keys()]).toEqual(['a.valueOf']);
  });

  it.each([
    ['Deprecated: use b.', true],
    ['DEPRECATED: use b.', true],
    ['Deprecated. Use b.', true],
    ['Deprecated', true],
    ['[Deprecated] Use b.', true],
    ['Deprecated items are shown as well when this is set.', false],
    ['Deprecated-by: nobody.', false],
    ['Not deprecated.', false],
    ['Whether it is Deprecated: yes or no.', false],
  ])('takes the comment %j for a deprecation, or not', (comment, deprecated) => {
    const { messages } = link({ 'a.proto': `syntax = "proto3"; message A {\n  // ${comment}\n  int32 a = 1;\n}` });
    expect(messages.get('A')?.fields[0]).toMatchObject({ deprecated, comment });
  });

  it('links both ways', () => {
    const { services, messages, methods } = loadProtoFiles(['proto']);
    for (const service of services) {
      for (const method of service.methods) {
        expect(method.service).toBe(service);
        expect(methods.get(method.fullName)).toBe(method);
        expect(messages.get(method.input.fullName)).toBe(method.input);
      }
    }
    for (const message of messages.values()) {
      for (const [index, field] of message.fields.entries()) {
        expect(field.parent).toBe(message);
        expect(field.index).toBe(index);
        if (field.oneof !== undefined) expect(field.oneof.fields).toContain(field);
      }
    }
  });

  it('orders everything by full name', () => {
    const { services, messages, methods, enums } = loadProtoFiles(['proto']);
    for (const names of [
      services.map(({ fullName }) => fullName),
      [...messages.keys()],
      [...methods.keys()],
      [...enums.keys()],
    ]) {
      expect(names).toEqual(names.toSorted());
    }
  });

  it('freezes all of it, the maps included', () => {
    const registry = loadProtoFiles(['test/recorded/registry']);
    const seen = new Set<unknown>();
    const visit = (value: unknown): void => {
      if (typeof value !== 'object' || value === null || seen.has(value)) return;
      seen.add(value);
      expect(Object.isFrozen(value)).toBe(true);
      const children = value instanceof Map ? [...value.values()] : Object.values(value);
      children.forEach(visit);
    };
    visit(registry);
    expect(seen.size).toBeGreaterThan(100);
    const messages = registry.messages as Map<string, unknown>;
    expect(() => messages.set('x', {})).toThrow(new TypeError('the registry is frozen'));
    expect(() => messages.delete('comments.Leading')).toThrow(new TypeError('the registry is frozen'));
    expect(() => messages.clear()).toThrow(new TypeError('the registry is frozen'));
  });
});
