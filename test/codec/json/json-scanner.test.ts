import { describe, expect, it } from 'vitest';

import {
  MAX_DIGITS_IN_A_ROW,
  MAX_JSON_DEPTH,
  scanJsonValue,
  scanWholeJson,
} from '../../../src/codec/json/json-scanner.ts';

/** Latin-1, so that every byte can be written. */
const bytes = (text: string) => Buffer.from(text, 'latin1');

const cut = (text: string) => {
  const span = scanJsonValue(bytes(text));
  return span && text.slice(span.start, span.end);
};

const syntaxError = (message: string) => expect.objectContaining({ name: 'JsonSyntaxError', message });

/** The text, what a stream says, and what a whole text says where that differs. */
const wrong: readonly (readonly [text: string, stream: string, whole?: string])[] = [
  ['<html>', "invalid character '<' looking for beginning of value"],
  ['a=b', "invalid character 'a' looking for beginning of value"],
  ['%7B%7D', "invalid character '%' looking for beginning of value"],
  ['}', "invalid character '}' looking for beginning of value"],
  [']', "invalid character ']' looking for beginning of value"],
  [':', "invalid character ':' looking for beginning of value"],
  [',', "invalid character ',' looking for beginning of value"],
  ['// c', "invalid character '/' looking for beginning of value"],
  ['{"s":NaN}', "invalid character 'N' looking for beginning of value"],
  ['{"s":undefined}', "invalid character 'u' looking for beginning of value"],
  ['{"b":True}', "invalid character 'T' looking for beginning of value"],
  ['{"i32":+1}', "invalid character '+' looking for beginning of value"],
  ['{"i32":.5}', "invalid character '.' looking for beginning of value"],
  ['{"a":}', "invalid character '}' looking for beginning of value"],
  ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
  ['{,}', "invalid character ',' looking for beginning of object key string"],
  ['{s:1}', "invalid character 's' looking for beginning of object key string"],
  ["{'s':1}", "invalid character '\\'' looking for beginning of object key string"],
  ['{"s" "a"}', "invalid character '\"' after object key"],
  ['{"s":"a" "i":1}', "invalid character '\"' after object key:value pair"],
  ['{"i32":01}', "invalid character '1' after object key:value pair"],
  ['{"i32":0x10}', "invalid character 'x' after object key:value pair"],
  ['{"i32":1_000}', "invalid character '_' after object key:value pair"],
  ['{"a":[1}', "invalid character '}' after array element"],
  ['{"a":1]', "invalid character ']' after object key:value pair"],
  ['{"ri":[1,]}', "invalid character ']' looking for beginning of value"],
  ['[1 2]', "invalid character '2' after array element"],
  ['[,1]', "invalid character ',' looking for beginning of value"],
  ['[truex]', "invalid character 'x' after array element"],
  ['{"i32":1.}', "invalid character '}' after decimal point in numeric literal"],
  ['{"i32":1e}', "invalid character '}' in exponent of numeric literal"],
  ['{"i32":1e+}', "invalid character '}' in exponent of numeric literal"],
  ['{"i32":-}', "invalid character '}' in numeric literal"],
  ['-a', "invalid character 'a' in numeric literal"],
  ['--', "invalid character '-' in numeric literal"],
  ['"\n"', "invalid character '\\n' in string literal"],
  ['"\t"', "invalid character '\\t' in string literal"],
  ['"\x00"', "invalid character '\\x00' in string literal"],
  ['"a\x1fb"', "invalid character '\\x1f' in string literal"],
  ['"\\x41"', "invalid character 'x' in string escape code"],
  ['"\\\'"', "invalid character '\\'' in string escape code"],
  ['"\\u12G4"', "invalid character 'G' in \\u hexadecimal character escape"],
  ['"\\u12"', "invalid character '\"' in \\u hexadecimal character escape"],
  ['nulx', "invalid character 'x' in literal null (expecting 'l')"],
  ['{"n":n}', "invalid character '}' in literal null (expecting 'u')"],
  ['{"b":t}', "invalid character '}' in literal true (expecting 'r')"],
  ['trUe', "invalid character 'U' in literal true (expecting 'u')"],
  ['fal}', "invalid character '}' in literal false (expecting 's')"],
  ['falsy', "invalid character 'y' in literal false (expecting 'e')"],
  ['\x07', "invalid character '\\a' looking for beginning of value"],
  ['\x08', "invalid character '\\b' looking for beginning of value"],
  ['\x0b', "invalid character '\\v' looking for beginning of value"],
  ['\x0c', "invalid character '\\f' looking for beginning of value"],
  ['[\x00', "invalid character '\\x00' looking for beginning of value"],
  ['\x1f\x8b', "invalid character '\\x1f' looking for beginning of value"],
  ['\x7f', "invalid character '\\x7f' looking for beginning of value"],
  ['\\', "invalid character '\\\\' looking for beginning of value"],
  ['\x80', "invalid character '\\u0080' looking for beginning of value"],
  ['\x9f', "invalid character '\\u009f' looking for beginning of value"],
  ['\xa0', "invalid character '\\u00a0' looking for beginning of value"],
  ['\xad', "invalid character '\\u00ad' looking for beginning of value"],
  ['\xa1', "invalid character '\u00a1' looking for beginning of value"],
  ['\xef\xbb\xbf{}', "invalid character '\u00ef' looking for beginning of value"],
  ['\xc3\xa9', "invalid character '\u00c3' looking for beginning of value"],
  ['{', 'unexpected EOF', 'unexpected end of JSON input'],
  ['{"a', 'unexpected EOF', 'unexpected end of JSON input'],
  ['{"a"', 'unexpected EOF', 'unexpected end of JSON input'],
  ['{"a":', 'unexpected EOF', 'unexpected end of JSON input'],
  ['{"a":1', 'unexpected EOF', 'unexpected end of JSON input'],
  ['{"a":1,', 'unexpected EOF', 'unexpected end of JSON input'],
  ['[', 'unexpected EOF', 'unexpected end of JSON input'],
  ['[1', 'unexpected EOF', 'unexpected end of JSON input'],
  ['[1,', 'unexpected EOF', 'unexpected end of JSON input'],
  ['"abc', 'unexpected EOF', 'unexpected end of JSON input'],
  ['"abc\\', 'unexpected EOF', "invalid character ' ' in string escape code"],
  ['"\\u00', 'unexpected EOF', "invalid character ' ' in \\u hexadecimal character escape"],
  ['tru', 'unexpected EOF', "invalid character ' ' in literal true (expecting 'e')"],
  ['-', 'unexpected EOF', "invalid character ' ' in numeric literal"],
  ['1.', 'unexpected EOF', "invalid character ' ' after decimal point in numeric literal"],
  ['1e', 'unexpected EOF', "invalid character ' ' in exponent of numeric literal"],
];

const cases = wrong.map(([text, stream, whole]) => ({ text, stream, whole: whole ?? stream }));

describe('scanJsonValue()', () => {
  it('cuts the first value out of a stream', () => {
    expect(cut('{}garbage')).toBe('{}');
    expect(cut('{"s":"a"}{"s":"b"}')).toBe('{"s":"a"}');
    expect(cut(' \n\t\r[1, {"a" : [ ] } ] ]')).toBe('[1, {"a" : [ ] } ]');
    expect(cut('1.5.5')).toBe('1.5');
    expect(cut('01')).toBe('0');
    expect(cut('-0.5e+10x')).toBe('-0.5e+10');
    expect(cut('truex')).toBe('true');
    expect(cut('"a\\"\\\\\\u00e9" "b"')).toBe('"a\\"\\\\\\u00e9"');
    expect(cut('12')).toBe('12');
  });

  it('finds nothing in white space', () => {
    expect(cut('')).toBeUndefined();
    expect(cut(' \n\t\r ')).toBeUndefined();
  });

  it('begins where it is told', () => {
    expect(scanJsonValue(bytes('{} [1]'), 2)).toEqual({ start: 3, end: 6 });
    expect(scanJsonValue(bytes('{} '), 2)).toBeUndefined();
  });

  it('leaves UTF-8 to others', () => {
    expect(cut('"\xff"')).toBe('"\xff"');
  });

  it.each(cases)('refuses $text', ({ text, stream }) => {
    expect(() => scanJsonValue(bytes(text))).toThrow(syntaxError(stream));
  });

  it.each(['[', '{"a":'])('lets as many %j open as Go does', (opening) => {
    const closing = opening === '[' ? ']' : '}';
    const nested = (depth: number) => `${opening.repeat(depth - 1)}${opening[0]}${closing.repeat(depth)}`;
    expect(cut(nested(MAX_JSON_DEPTH))).toHaveLength(nested(MAX_JSON_DEPTH).length);
    expect(() => cut(nested(MAX_JSON_DEPTH + 1))).toThrow(`invalid character '${opening[0]}' exceeded max depth`);
  });

  it.each(['', '-', '0.', '1e', '1e-'])('takes so many digits in a row and no more: %s…', (before) => {
    const digits = '1'.repeat(MAX_DIGITS_IN_A_ROW);
    expect(cut(`${before}${digits}`)).toHaveLength(before.length + digits.length);
    expect(() => cut(`[${before}${digits}1]`)).toThrow(syntaxError('a number has more than 65536 digits in a row'));
  });

  it('says where', () => {
    expect(() => scanJsonValue(bytes('  [1 2]'))).toThrow(expect.objectContaining({ offset: 5 }));
    expect(() => scanJsonValue(bytes('  [1'))).toThrow(expect.objectContaining({ offset: 4 }));
  });
});

describe('scanWholeJson()', () => {
  it('takes one value with white space around it', () => {
    expect(scanWholeJson(bytes(' {"alg":"HS256"}\n'))).toEqual({ start: 1, end: 16 });
  });

  it.each(cases)('refuses $text', ({ text, whole }) => {
    expect(() => scanWholeJson(bytes(text))).toThrow(syntaxError(whole));
  });

  it.each([
    ['', 'unexpected end of JSON input'],
    ['  ', 'unexpected end of JSON input'],
    ['{}x', "invalid character 'x' after top-level value"],
    ['{} {}', "invalid character '{' after top-level value"],
    ['01', "invalid character '1' after top-level value"],
    ['1.5.5', "invalid character '.' after top-level value"],
    ['[]]', "invalid character ']' after top-level value"],
  ])('refuses %j, which a stream takes', (text, message) => {
    expect(() => scanWholeJson(bytes(text))).toThrow(syntaxError(message));
  });
});
