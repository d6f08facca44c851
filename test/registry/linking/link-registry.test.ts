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
