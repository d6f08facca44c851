import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

import { compressDocument, contentCodings, createCompressor, negotiateCoding } from '../../src/http/content-coding.ts';

const unpack = { br: brotliDecompressSync, gzip: gunzipSync };

describe('negotiateCoding()', () => {
  it.each([
    [undefined, undefined, false],
    ['', undefined, false],
    ['gzip', 'gzip', false],
    ['br', 'br', false],
    ['GZIP', 'gzip', false],
    ['gzip, deflate, br, zstd', 'br', false],
    ['br;q=0.5, gzip', 'gzip', false],
    ['gzip;q=0.001', 'gzip', false],
    ['gzip;q=0', undefined, false],
    ['gzip ; q=0.0 , br;q=0', undefined, false],
    ['*', 'br', false],
    ['*, br;q=0', 'gzip', false],
    ['*;q=0', undefined, false],
    ['gzip, *;q=0', 'gzip', true],
    ['gzip, identity;q=0', 'gzip', true],
    ['identity;q=0', undefined, false],
    ['identity, gzip;q=0.5', undefined, false],
    ['deflate, zstd', undefined, false],
    ['gzip;q=high', undefined, false],
    ['x-gzipped', undefined, false],
  ])('of %j is %s', (accepted, coding, isNeeded) => {
    const headers = accepted === undefined ? {} : { 'accept-encoding': accepted };
    expect(negotiateCoding({ headers })).toEqual({ coding, isNeeded });
    // The second time it is remembered.
    expect(negotiateCoding({ headers })).toEqual({ coding, isNeeded });
  });
});

describe.each(contentCodings)('%s', (coding) => {
  const body = Buffer.from(
    JSON.stringify(Array.from({ length: 2_000 }, (_, number) => ({ number, state: 'RUNNING' }))),
  );

  it('is what a client unpacks, as a stream and as a document', async () => {
    const stream = createCompressor(coding);
    stream.end(body);
    const packed = [await buffer(stream), await compressDocument(body, coding)];
    for (const bytes of packed) {
      expect(unpack[coding](bytes).equals(body)).toBe(true);
      expect(bytes.length).toBeLessThan(body.length / 5);
    }
  });
});
