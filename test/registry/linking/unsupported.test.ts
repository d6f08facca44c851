import { describe, expect, it } from 'vitest';

import { linkRegistry } from '../../../src/registry/linking/link-registry.ts';
import { parseProtoFile } from '../../../src/registry/parsing/parse-proto-file.ts';

/** Links one file, whose first line is line 1. */
function link(text: string) {
  const { file, problems } = parseProtoFile(text, 'a.proto');
  expect(problems).toEqual([]);
  return linkRegistry([file]);
}

/** What cuegate cannot read, in the message `Old`, and how it is told. */
const oddities: readonly (readonly [what: string, file: string, problem: string])[] = [
  [
    'a group',
    'syntax = "proto2";\nmessage Old { optional string a = 1;\nrepeated group Row = 2 { optional string cell = 1; } }',
    '3: message Old has a group, row; groups are not supported, use a message field instead',
  ],
  [
    'a group in a oneof',
    'syntax = "proto2";\nmessage Old { optional string a = 1; oneof o { group Row = 2 { optional string cell = 1; } } }',
    '2: message Old has a group, row; groups are not supported, use a message field instead',
  ],
  [
    'a field that is written as a group',
    'edition = "2023"; message Old { string a = 1;\nOld b = 2 [features = { message_encoding: DELIMITED }]; }',
    '2: field Old.b asks for message_encoding = DELIMITED, which is not supported; use LENGTH_PREFIXED, the default',
  ],
  [
    'an extension',
    'syntax = "proto2"; message Old { optional string a = 1; extensions 100; }\nextend Old { optional int32 b = 100; }',
    '1: message Old reserves numbers for extensions; extensions are not supported',
  ],
  [
    'a range for extensions',
    'syntax = "proto2"; message Old { optional string a = 1;\nextensions 100 to max; }',
    '2: message Old reserves numbers for extensions; extensions are not supported',
  ],
  [
    'a message set',
    'syntax = "proto2";\nmessage Old { option message_set_wire_format = true; extensions 4 to max; }',
    '2: message Old has the wire format of message sets, which is not supported',
  ],
];

describe('what cuegate cannot read or write', () => {
  const service = (types: string) =>
    ` message Req { } message Rep { Wrap wrap = 1; } message Wrap { map<int32, Old> old = 1; } service S { ${types} }`;
  /** With labels where the syntax wants them. */
  const complete = (file: string, rpcs: string) =>
    file + (file.startsWith('syntax') ? service(rpcs).replace('Wrap wrap', 'optional Wrap wrap') : service(rpcs));

  it.each(oddities)('refuses %s that an RPC needs, and says which', (_what, file, problem) => {
    for (const rpc of ['rpc Get(Old) returns (Req);', 'rpc Get(Req) returns (Old);', 'rpc Get(Req) returns (Rep);']) {
      const rpcs = `rpc Other(Req) returns (Req); ${rpc}`;
      expect(() => link(complete(file, rpcs))).toThrow(`a.proto:${problem}; S/Get needs it`);
    }
    const many = 'rpc C(Req) returns (Old); rpc A(Req) returns (Rep); rpc B(Old) returns (Req);';
    expect(() => link(complete(file, many))).toThrow(`a.proto:${problem}; S/A and 2 more RPCs need it`);
  });

  it.each(oddities)('passes over %s that no RPC needs, and notes it at whatever holds it', (_what, file, problem) => {
    const { messages, methods } = link(complete(file, 'rpc Get(Req) returns (Req);'));
    expect([...methods.keys()]).toEqual(['S/Get']);
    const sentence = problem.replace(/^\d+: /, '');
    expect(['Old', 'Wrap', 'Rep'].map((name) => messages.get(name)?.unsupported)).not.toContain(undefined);
    expect(messages.get('Rep')?.unsupported).toBe(sentence);
    expect(messages.get('Req')?.unsupported).toBeUndefined();
  });

  it('leaves out the fields that it cannot read, and keeps the others with the right places', () => {
    const { messages } = link(
      'syntax = "proto2"; message A { optional group G = 1 { optional int32 x = 1; } optional int32 b = 2; }',
    );
    expect(messages.get('A')?.fields.map(({ name, index }) => [name, index])).toEqual([['b', 0]]);
    expect(messages.get('A.G')?.unsupported).toBeUndefined();
  });

  it('says where a message is extended', () => {
    const file = (type: string) => `syntax = "proto2"; package p;
      message Base { extensions 100; message Inner { extend Base { optional int32 b = 100; } } }
      message Req {} service S { rpc Get(Req) returns (${type}); }`;
    expect(() => link(file('Base'))).toThrow(
      'a.proto:2: message p.Base is extended here; extensions are not supported, except those that define options; p.S/Get needs it',
    );
    expect(link(file('Req')).methods.size).toBe(1);
  });

  it('lets options and features of protobuf be extended, and knows which message is unknown', () => {
    const extend = (extendee: string) => `syntax = "proto2"; extend ${extendee} { optional int32 x = 50000; }`;
    expect(link(extend('google.protobuf.FieldOptions')).messages.size).toBe(0);
    expect(link(extend('.google.protobuf.FeatureSet')).messages.size).toBe(0);
    expect(() => link(`${extend('Bse')} message Base {}`)).toThrow(
      'a.proto:1: unknown message "Bse" is extended here; did you mean "Base"?',
    );
  });

  it('refuses such fields in a file that asks for them everywhere', () => {
    const file =
      'edition = "2023"; option features.message_encoding = DELIMITED;\nmessage A { A a = 1; } service S { rpc Get(A) returns (A); }';
    expect(() => link(file)).toThrow(
      'a.proto:2: field A.a asks for message_encoding = DELIMITED, which is not supported',
    );
  });

  it('takes a map for no group, for its entries never are', () => {
    const { messages } = link(
      'edition = "2023"; option features.message_encoding = DELIMITED; message A { map<int32, A> a = 1; }',
    );
    expect(messages.get('A')?.unsupported).toBeUndefined();
  });
});
