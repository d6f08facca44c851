import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseProtoFile } from '../../../src/registry/parsing/parse-proto-file.ts';

const problemsOf = (source: string) =>
  parseProtoFile(source, 'a.proto').problems.map(({ file, line, message }) => `${file}:${line}: ${message}`);

describe('parseProtoFile()', () => {
  const wrong: readonly (readonly [what: string, source: string, ...problems: string[]])[] = [
    [
      'a character of no meaning',
      'message A {\n  int32 a = 1; @\n}',
      '2: found the character "@", which has no meaning here',
    ],
    [
      'an unclosed string',
      'import "a.proto;\nmessage A {}',
      '1: this string is never closed: " is missing',
      '2: found "message", expected the path of a .proto file in quotes',
    ],
    ['an unclosed comment', 'message A {}\n/* never\nclosed', '2: this comment is never closed: "*/" is missing'],
    [
      'an unclosed block',
      'message A {\n  message B {\n',
      '3: found the end of the file, expected "}" to close message B, opened in line 2',
    ],
    ['a brace too many', 'message A {}\n}\nmessage B {}', '2: found "}", but no block is open here'],
    [
      'a word that declares nothing',
      'mesage A {}',
      '1: found "mesage", expected syntax, package, import, option, message, enum or service',
    ],
    ['no name', 'message {}', '1: found "{", expected the name of a message'],
    ['a dotted name', 'message a.B {}', '1: found "a.B", expected the name of a message'],
    ['a missing semicolon', 'message A {\n  int32 a = 1\n  int32 b = 2;\n}', '2: ";" is missing after "1"'],
    ['a missing number', 'message A {\n  int32 a;\n}', '2: found ";", expected "="'],
    [
      'a number that is none',
      'message A {\n  int32 a = x;\n  int32 b = 1.5;\n}',
      '2: found "x", expected the number of the field',
      '3: found "1.5", expected the number of the field',
    ],
    ['a name behind a number', 'message A { int32 a = 1b; }', '1: found "1b", expected the number of the field'],
    [
      'a misplaced field',
      'service S {\n  int32 a = 1;\n  rpc Get(A) returns (A);\n}',
      '2: found "int32", expected rpc or option',
    ],
    ['a method without response', 'service S { rpc Get(A); }', '1: found ";", expected "returns"'],
    ['a method with two requests', 'service S { rpc Get(A, B) returns (C); }', '1: found ",", expected ")"'],
    ['an unknown syntax', 'syntax = "proto4";', '1: found syntax "proto4", expected "proto2" or "proto3"'],
    ['an unknown edition', 'edition = "2077";', '1: found edition "2077", expected "2023" or "2024"'],
    [
      'an unknown value of a feature',
      'message A {\nint32 a = 1 [features = { field_presence: ABSENT }]; }',
      '2: found features.field_presence = ABSENT, expected EXPLICIT, IMPLICIT or LEGACY_REQUIRED',
    ],
    ['a map with a label', 'message A { repeated map<int32, int32> a = 1; }', '1: a map cannot be repeated'],
    [
      'a map in a oneof',
      'message A { oneof o { map<int32, int32> a = 1; } }',
      '1: a map cannot be a member of a oneof',
    ],
    [
      'a label in a oneof',
      'message A { oneof o { repeated int32 a = 1; } }',
      '1: a member of oneof o cannot be repeated',
    ],
    [
      'required in proto3',
      'message A { required int32 a = 1; }',
      '1: a field of message A is required, which proto3 does not know',
    ],
    [
      'several problems, all of them',
      'message A {\n  a b c;\n  int32 d = 1;\n}\nenum {}\nservice S { rpc; }',
      '2: found "c", expected "="',
      '5: found "{", expected the name of an enum',
      '6: found ";", expected the name of a method',
    ],
  ];
  it.each(wrong)('reports %s', (_what, source, ...problems) => {
    expect(problemsOf(`syntax = "proto3"; ${source}`)).toEqual(problems.map((problem) => `a.proto:${problem}`));
  });

  it('asks for labels in proto2, and refuses some of them in edition 2023', () => {
    expect(problemsOf('message A { int32 a = 1; map<int32, int32> b = 2; }')).toEqual([
      'a.proto:1: a field of message A has no label; proto2 expects optional, required or repeated',
    ]);
    expect(problemsOf('edition = "2023"; message A { optional int32 a = 1; repeated int32 b = 2; }')).toEqual([
      'a.proto:1: a field of message A is optional, which edition 2023 does not know',
    ]);
  });

  it('keeps what it could read', () => {
    const { file } = parseProtoFile(
      'syntax = "proto3"; message A { int32 a = ; int32 b = 2; } message {} message C {}',
      'a.proto',
    );
    expect(file.messages.map(({ name, fields }) => [name, fields.map((field) => field.name)])).toEqual([
      ['A', ['b']],
      ['C', []],
    ]);
  });

  it('reads features one by one and as aggregates, wherever they are chosen', () => {
    const { file, problems } = parseProtoFile(
      `edition = "2023";
      option features = { enum_type: CLOSED, repeated_field_encoding: EXPANDED; [pb.go] { api_level: API_OPAQUE } };
      message A {
        option features.json_format = LEGACY_BEST_EFFORT;
        int32 a = 1 [features = { field_presence: IMPLICIT }];
        A b = 2 [features . message_encoding = DELIMITED, deprecated = true];
        oneof o { option features.field_presence = EXPLICIT; int32 c = 3; }
      }
      enum E { option features = { enum_type: OPEN }; ZERO = 0; }
      option features.field_presence = LEGACY_REQUIRED;
      option features.utf8_validation = NONE;
      option features.(pb.go).api_level = API_OPAQUE;`,
      'a.proto',
    );
    const [message] = file.messages;
    expect(problems).toEqual([]);
    expect([file, message, ...(message?.oneofs ?? []), ...(message?.fields ?? []), ...file.enums]).toMatchObject([
      { features: { enumType: 'CLOSED', repeatedFieldEncoding: 'EXPANDED', fieldPresence: 'LEGACY_REQUIRED' } },
      { features: { jsonFormat: 'LEGACY_BEST_EFFORT' } },
      { features: { fieldPresence: 'EXPLICIT' } },
      { features: { fieldPresence: 'IMPLICIT' } },
      { features: { messageEncoding: 'DELIMITED' }, deprecated: true },
      { features: {} },
      { features: { enumType: 'OPEN' } },
    ]);
  });

  it('takes the labels and options of proto2 and proto3 for the features that they became', () => {
    const features = (source: string) =>
      parseProtoFile(source, 'a.proto').file.messages[0]?.fields.map((field) => [field.features, field.proto3Optional]);
    expect(
      features(`message A {
        optional int32 a = 1;
        required int32 b = 2;
        repeated int32 c = 3 [packed = true];
        repeated group D = 4 { optional int32 e = 1; }
      }`),
    ).toEqual([
      [{ fieldPresence: 'EXPLICIT' }, false],
      [{ fieldPresence: 'LEGACY_REQUIRED' }, false],
      [{ repeatedFieldEncoding: 'PACKED' }, false],
      [{ messageEncoding: 'DELIMITED' }, false],
    ]);
    expect(
      features('syntax = "proto3"; message A { optional int32 a = 1; repeated int32 b = 2 [packed = false]; }'),
    ).toEqual([
      [{ fieldPresence: 'EXPLICIT' }, true],
      [{ repeatedFieldEncoding: 'EXPANDED' }, false],
    ]);
  });

  it('reads what edition 2024 adds', () => {
    const { file, problems } = parseProtoFile(
      `edition = "2024";
      import option "options.proto";
      import "a.proto";
      // Seen from outside.
      export message Open { local enum Inner { ZERO = 0; } string local = 1; export.Type export = 2; }
      local message Hidden {}
      export enum Kind { NONE = 0; }`,
      'b.proto',
    );
    expect(problems).toEqual([]);
    expect(file.imports.map(({ path }) => path)).toEqual(['a.proto']);
    expect(file.messages.map(({ name, comment, line }) => [name, comment, line])).toEqual([
      ['Open', 'Seen from outside.', 5],
      ['Hidden', '', 6],
    ]);
    expect(file.messages[0]?.fields.map(({ name, type }) => [name, type])).toEqual([
      ['local', 'string'],
      ['export', 'export.Type'],
    ]);
    expect(file.enums.map(({ name }) => name)).toEqual(['Kind']);
  });

  it('reads groups, extensions and ranges with their options', () => {
    const { file, problems } = parseProtoFile(
      `message A {
        // A row.
        repeated group Row = 1 [deprecated = true] { optional string cell = 1; }
        oneof o { group Choice = 2 { optional int32 a = 1; } }
        extensions 100 to 199 [declaration = { number: 100, full_name: ".b", type: "int32" }, verification = DECLARATION];
        extensions 1000 to max;
        reserved 5, 7 to 9; reserved "old", "older";
        extend B { optional int32 c = 100; repeated group D = 101 { optional int32 e = 1; } }
      }
      message Set { option message_set_wire_format = true; extensions 4 to max; }
      extend .p.A { optional int32 f = 100 [default = -1]; }`,
      'a.proto',
    );
    expect(problems).toEqual([]);
    expect(file.messages).toMatchObject([
      {
        name: 'A',
        fields: [
          { name: 'row', type: 'Row', group: true, comment: 'A row.', deprecated: true, cardinality: 'repeated' },
          { name: 'choice', type: 'Choice', group: true, oneof: 'o' },
        ],
        messages: [{ name: 'Row', fields: [{ name: 'cell' }] }, { name: 'Choice' }, { name: 'D' }],
        extensionRange: { line: 5 },
        messageSet: false,
      },
      { name: 'Set', extensionRange: { line: 10 }, messageSet: true },
    ]);
    expect(file.extensions).toEqual([
      { extendee: 'B', scope: 'A', line: 8 },
      { extendee: '.p.A', scope: '', line: 11 },
    ]);
  });

  it('reads names with blanks and comments around their dots', () => {
    const { file, problems } = parseProtoFile(
      `syntax = "proto3"; package a .
         b; // behind
      option (a . b) . c.(d.e) .f = 1;
      message A { a . /* here */ b.A x = 1; . a .b. A y = 2; }
      service S { rpc Get(stream . a.b.A) returns (a. b .A); }`,
      'a.proto',
    );
    expect(problems).toEqual([]);
    expect(file.package).toBe('a.b');
    expect(file.messages[0]?.fields.map(({ type }) => type)).toEqual(['a.b.A', '.a.b.A']);
    expect(file.services[0]?.methods[0]).toMatchObject({ input: '.a.b.A', clientStreaming: true, output: 'a.b.A' });
  });

  it('passes over custom options, however they are written', () => {
    const { file, problems } = parseProtoFile(
      `syntax = "proto3";
      option (a) = { b: "}" c { d: [1, { e: inf }] } [x.y/z.W] <f: -1.5e3; g: +2> h: 'i' "j" k: { l: TRUE, }, };
      option (m) = -inf;
      message A { int32 n = 1 [(o).p = {}, json_name = "q", (r) = "s" 't']; }`,
      'a.proto',
    );
    expect(problems).toEqual([]);
    expect(file.messages[0]?.fields[0]?.jsonName).toBe('q');
  });

  it('takes keywords as names', () => {
    const { file, problems } = parseProtoFile(
      `syntax = "proto3"; package package;
      message stream { string message = 1; stream returns = 2; map<string, stream> map = 3; map_like map_like = 4; }
      service rpc { rpc rpc(stream) returns (stream stream); }`,
      'a.proto',
    );
    expect(problems).toEqual([]);
    expect(file.messages[0]?.fields.map(({ name, type }) => [name, type])).toEqual([
      ['message', 'string'],
      ['returns', 'stream'],
      ['map', 'stream'],
      ['map_like', 'map_like'],
    ]);
    expect(file.services[0]?.methods[0]).toMatchObject({
      input: 'stream',
      clientStreaming: false,
      serverStreaming: true,
    });
  });

  it('reads strings with escapes, and in pieces', () => {
    const { file } = parseProtoFile(
      String.raw`syntax = 'proto' "3"; message A { int32 a = 1 [json_name = "\x41\102\u0043\"\'" 'D']; }`,
      'a.proto',
    );
    expect(file.messages[0]?.fields[0]?.jsonName).toBe(`ABC"'D`);
  });

  it('counts lines with any comments and line ends before', () => {
    const source =
      'syntax = "proto3";\r\n// a\r\n// b\r\n/* c\r\n d */ // e\r\n\r\nmessage A {\r\n  // f\r\n  // g\r\n  int32 a = ;\r\n}';
    expect(problemsOf(source)).toEqual(['a.proto:10: found ";", expected the number of the field']);
  });

  it('never throws and always ends, whatever it reads', () => {
    const source = readFileSync('test/recorded/registry/comments.proto', 'utf8');
    const damaged = fc
      .tuple(fc.nat(source.length), fc.nat(40), fc.string({ unit: 'binary-ascii', maxLength: 8 }))
      .map(([from, length, text]) => source.slice(0, from) + text + source.slice(from + length));
    fc.assert(
      fc.property(damaged, (text) => {
        const { problems } = parseProtoFile(text, 'a.proto');
        const lines = text.split('\n').length;
        for (const { line } of problems) expect(line).toSatisfy((at: number) => at >= 1 && at <= lines);
      }),
      { numRuns: 200 },
    );
  });

  it('is not slowed down by nesting or by unclosed blocks', () => {
    const depth = 2_000;
    const { file, problems } = parseProtoFile(`syntax = "proto3"; ${'message A { '.repeat(depth)}`, 'a.proto');
    expect(file.messages.length).toBe(0);
    expect(problems.map(({ message }) => message)).toEqual([
      'found "{", expected at most 100 messages in one another',
      'found the end of the file, expected "}" to close message A, opened in line 1',
    ]);
  });
});
