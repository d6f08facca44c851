import { describe, expect, it } from 'vitest';

import { readApiKeys } from '../../../src/authentication/api-keys/read-api-keys.ts';

const good = { id: '0123456789', sha256: 'ab'.repeat(32), subject: 'nightly', scopes: ['cue:read'] };
const read = (text: string) => readApiKeys({ fileName: 'keys.json', text });

describe('readApiKeys()', () => {
  it('reads what cuegate api-key prints, and the same as YAML', () => {
    const [json] = read(JSON.stringify({ keys: [{ ...good, groups: ['night shift'] }] })).values();
    const [yaml] = read(
      `keys:\n  - id: "${good.id}"\n    sha256: ${good.sha256}\n    subject: nightly\n    scopes: []`,
    ).values();
    expect(json).toMatchObject({ id: good.id, identity: { subject: 'nightly', groups: ['night shift'] } });
    expect(yaml).toMatchObject({ identity: { scopes: [], groups: [], expiresAtMs: Number.POSITIVE_INFINITY } });
  });

  it.each<[text: unknown, mistake: string]>([
    ['{', 'line 1, column 2: '],
    [[], 'line 1, column 1: the document must be a map of keys to values'],
    ['', 'line 1, column 1: keys: is missing; expected "keys"'],
    [{ keys: {} }, 'line 1, column 2: keys: is Object; expected Array'],
    [{ keys: [1] }, 'line 1, column 10: keys[0]: is 1; expected Object'],
    [{ keys: [good, good] }, `column 149: keys[1].id: is "${good.id}", as of an entry before it`],
    [
      { keys: [{ ...good, id: 'A' }] },
      'column 11: keys[0].id: is "A"; expected 10 hex digits in lower case, the part of the key between its underscores',
    ],
    [{ keys: [{ ...good, sha256: undefined }] }, 'column 10: keys[0].sha256: is missing; expected "sha256"'],
    [
      { keys: [{ ...good, sha256: 'AB'.repeat(32) }] },
      `keys[0].sha256: is "${'AB'.repeat(32)}"; expected the SHA-256 of the secret, 64 hex digits in lower case`,
    ],
    [{ keys: [{ ...good, subject: '' }] }, 'keys[0].subject: is ""; expected the user whom the key stands for'],
    [{ keys: [{ ...good, scopes: undefined }] }, 'keys[0].scopes: is missing; expected "scopes"'],
    [{ keys: [{ ...good, scopes: 'cue:read' }] }, 'keys[0].scopes: is "cue:read"; expected Array'],
    [
      { keys: [{ ...good, expires: 'tomorrow' }] },
      'keys[0].expires: is "tomorrow"; expected a time in UTC such as "2027-01-31T00:00:00Z"',
    ],
    [{ keys: [{ ...good, expires: '2027-13-01T00:00:00Z' }] }, 'keys[0].expires: is "2027-13-01T00:00:00Z"; expected'],
    [
      { keys: [{ ...good, networks: ['10.0.0.1/8'] }] },
      'keys[0].networks[0]: is "10.0.0.1/8"; expected a network such as "10.1.0.0/16" or "2001:db8::/32"',
    ],
    [{ keys: [{ ...good, expiry: 1 }] }, 'keys[0].expiry: is not known here; did you mean "expires"?'],
  ])('refuses %j', (content, mistake) => {
    const run = () => read(typeof content === 'string' ? content : JSON.stringify(content));
    expect(run).toThrow('keys.json has ');
    expect(run).toThrow(mistake);
  });

  it('tells every mistake of every entry, with its line', () => {
    const text = `{"keys": [\n{"id": "A", "sha256": "B", "subject": "s", "scopes": []},\n{}\n]}`;
    const told = () => read(text);
    expect(told).toThrow(/^keys\.json has 6 mistakes:\n/);
    expect(told).toThrow(/line 2, column 2: keys\[0\]\.id[^\n]*\n[^\n]*line 2, column 13: keys\[0\]\.sha256/);
    expect(told).toThrow(/line 3, column 1: keys\[1\]\.id: is missing/);
  });
});
