import { describe, expect, it } from 'vitest';

import { categoryOf, reportSuite } from './report-suite.ts';

describe('reportSuite()', () => {
  const counts = { 'Proto3.JsonInput': 10, 'Proto2.ProtobufInput': 5 };

  it('counts what passes, and knows what may fail', () => {
    const failing = ['Required.Proto3.JsonInput.A.Validator', 'Recommended.Proto3.JsonInput.B'];
    expect(reportSuite(counts, failing, ['Required.*.JsonInput.A.*', 'Recommended.Proto3.JsonInput.B'])).toEqual({
      text: 'Proto2.ProtobufInput: 5 of 5 pass\nProto3.JsonInput: 8 of 10 pass',
      ok: true,
    });
  });

  it('tells what fails that was not known, and what was known and passes', () => {
    expect(reportSuite({}, ['Required.Proto3.JsonInput.A'], ['Required.Proto3.JsonInput'])).toEqual({
      text:
        'fails: Required.Proto3.JsonInput.A\n' +
        'passes, so it is no known failure any more: Required.Proto3.JsonInput',
      ok: false,
    });
  });
});

describe('categoryOf()', () => {
  it.each([
    ['protobuf_test_messages.proto3.TestAllTypesProto3', true, 'Proto3.JsonInput'],
    ['protobuf_test_messages.proto2.TestAllTypesProto2', false, 'Proto2.ProtobufInput'],
    ['protobuf_test_messages.editions.proto3.TestAllTypesProto3', false, 'Editions_Proto3.ProtobufInput'],
    ['protobuf_test_messages.editions.TestAllTypesEdition2023', true, 'Editions.JsonInput'],
  ])('puts %s where the names of its tests do', (type, isJson, category) => {
    expect(categoryOf(type, isJson)).toBe(category);
  });
});
