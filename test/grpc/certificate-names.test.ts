import { describe, expect, it } from 'vitest';

import { certificateNames } from '../../src/grpc/certificate-names.ts';

describe('certificateNames()', () => {
  it.each([
    [undefined, []],
    ['', []],
    ['DNS:a.example', ['DNS:a.example']],
    [
      'DNS:a.example, URI:spiffe://farm/nightly, email:td@studio.example, IP Address:10.1.2.3',
      ['DNS:a.example', 'URI:spiffe://farm/nightly', 'email:td@studio.example', 'IP Address:10.1.2.3'],
    ],
    // One name that looks like three.
    ['DNS:"x, DNS:nightly.studio.example, y"', []],
    ['DNS:"x\\", DNS:nightly.studio.example, y", DNS:b.example', ['DNS:b.example']],
    ['DNS:a.example, DNS:"b, c"', ['DNS:a.example']],
  ])('of %j are %j', (text, names) => {
    expect(certificateNames(text)).toEqual(names);
  });
});
