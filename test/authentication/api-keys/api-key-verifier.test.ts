import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';

import {
  type ApiKey,
  createApiKey,
  formatApiKey,
  hashSecret,
  parseApiKey,
} from '../../../src/authentication/api-keys/api-key.ts';
import { parseApiKeys } from '../../../src/authentication/api-keys/read-api-keys.ts';
import { type Authentication, createAuthentication } from '../../../src/authentication/create-authentication.ts';
import type { Credentials } from '../../../src/call/identity.ts';

import { settingsOf, silent } from '../settings.ts';
import { createTimeline } from '../timeline.ts';
import { nowMs, outcomeOf } from '../tokens.ts';

const folder = mkdtempSync(join(tmpdir(), 'cuegate-api-keys-'));
const path = join(folder, 'keys.json');
const timeline = createTimeline(nowMs);
const wrangler = createApiKey();
const nightly = createApiKey();
const guest = createApiKey();

const entryOf = ({ id, secret }: ApiKey, more: object = {}) => ({
  id,
  sha256: hashSecret(secret).toString('hex'),
  subject: 'farm-script',
  scopes: ['cue:read'],
  ...more,
});

const write = (...entries: object[]) => writeFileSync(path, JSON.stringify({ keys: entries }));

let authentication: Authentication;
beforeEach(() => {
  write(
    entryOf(wrangler, { subject: 'wrangler-bot', scopes: ['cue:wrangle', 'cue:show:dragon'], groups: ['night shift'] }),
    entryOf(nightly, { networks: ['10.1.0.0/16', '2001:db8::/32'] }),
    entryOf(guest, { expires: new Date(nowMs + 10_000).toISOString() }),
  );
  const settings = settingsOf({ apiKeysFile: path });
  authentication = createAuthentication(settings, { ...timeline, logger: silent });
});
afterEach(() => authentication.close());
afterAll(() => rmSync(folder, { recursive: true }));

const ask = (text: string, more: Partial<Credentials> = {}) =>
  outcomeOf((credentials) => authentication.identify({ ...credentials, ...more }), `Bearer ${text}`);

describe('an API key', () => {
  it('stands for the user whom its entry names, at once', () => {
    const identity = authentication.identify({ authorization: `Bearer ${formatApiKey(wrangler)}` });
    expect(identity).toEqual({
      subject: 'wrangler-bot',
      method: 'api-key',
      claims: {},
      scopes: ['cue:wrangle', 'cue:show:dragon'],
      groups: ['night shift'],
      issuer: undefined,
      tokenId: wrangler.id,
      expiresAtMs: Number.POSITIVE_INFINITY,
    });
    expect(authentication.identify({ authorization: `Bearer ${formatApiKey(wrangler)}` })).toBe(identity);
  });

  const right = formatApiKey(wrangler);
  it.each<[name: string, key: string]>([
    ['unknown', formatApiKey(createApiKey())],
    ['with a wrong secret', formatApiKey({ id: wrangler.id, secret: guest.secret })],
    ['with a wrong checksum', right.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'))],
    [
      'with a typing mistake',
      right.replace(
        wrangler.id,
        wrangler.id.replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
      ),
    ],
    ['cut off', right.slice(0, -1)],
    ['with a tail', `${right}0`],
    ['in capitals', right.toUpperCase().replace('CUE_', 'cue_')],
    ['of nothing', 'cue_'],
    ['named __proto__', formatApiKey({ id: '__proto__', secret: wrangler.secret })],
  ])('that is %s is refused like any other that is not valid', async (_, key) => {
    expect(await ask(key)).toMatchObject({
      reason: 'API_KEY_INVALID',
      message: 'Token validation error: the API key is not valid',
      status: { httpStatus: 401 },
      challenge: { error: 'invalid_token', description: 'the API key is not valid' },
    });
  });

  it('is good until it expires, and not a moment longer', async () => {
    expect(await ask(formatApiKey(guest))).toMatchObject({ subject: 'farm-script', expiresAtMs: nowMs + 10_000 });
    await timeline.advance(10_000);
    expect(await ask(formatApiKey(guest))).toMatchObject({ reason: 'API_KEY_EXPIRED' });
  });

  it.each([
    ['10.1.200.3', 'farm-script'],
    ['::ffff:10.1.2.3', 'farm-script'],
    ['2001:db8:1::7', 'farm-script'],
    ['10.2.0.1', 'API_KEY_NETWORK'],
    ['2001:db9::1', 'API_KEY_NETWORK'],
    [undefined, 'API_KEY_NETWORK'],
    ['', 'API_KEY_NETWORK'],
  ])('that is bound to networks is answered at %s with %s', async (remoteAddress, expected) => {
    // First from inside: who was let in once must not be let in from anywhere.
    expect(await ask(formatApiKey(nightly), { remoteAddress: '10.1.0.1' })).toMatchObject({ subject: 'farm-script' });
    const outcome = await ask(formatApiKey(nightly), { remoteAddress });
    expect('reason' in outcome ? outcome.reason : outcome.subject).toBe(expected);
  });

  it('is not asked for twice in one request', async () => {
    expect(await ask(right, { isAmbiguous: true })).toMatchObject({ reason: 'CREDENTIALS_AMBIGUOUS' });
  });

  it('does not pass where no file of keys is configured', async () => {
    const { identify } = createAuthentication(settingsOf({ jwtSecrets: ['secret'] }), { logger: silent });
    expect(await outcomeOf(identify, `Bearer ${right}`)).toMatchObject({ reason: 'TOKEN_MALFORMED' });
  });
});

describe('the file of API keys', () => {
  it('is read again when it changes, so that a key that was taken out ends', async () => {
    expect(await ask(formatApiKey(wrangler))).toMatchObject({ subject: 'wrangler-bot' });
    write(entryOf(nightly));
    await timeline.advance(2_000);
    expect(await ask(formatApiKey(wrangler))).toMatchObject({ reason: 'API_KEY_INVALID' });
    expect(await ask(formatApiKey(nightly))).toMatchObject({ subject: 'farm-script' });
  });

  it('is read again when another file takes its place', async () => {
    const next = join(folder, 'next.json');
    writeFileSync(next, JSON.stringify({ keys: [] }));
    renameSync(next, path);
    await timeline.advance(2_000);
    expect(await ask(formatApiKey(wrangler))).toMatchObject({ reason: 'API_KEY_INVALID' });
  });

  it.each([
    ['broken', () => appendFileSync(path, '!')],
    ['gone', () => rmSync(path)],
  ])('leaves the old keys in force when it is %s', async (_, change) => {
    change();
    await timeline.advance(2_000);
    expect(await ask(formatApiKey(wrangler))).toMatchObject({ subject: 'wrangler-bot' });
    write();
    await timeline.advance(2_000);
    expect(await ask(formatApiKey(wrangler))).toMatchObject({ reason: 'API_KEY_INVALID' });
  });

  it('must be there at the start', () => {
    const settings = settingsOf({ apiKeysFile: join(folder, 'none.json') });
    expect(() => createAuthentication(settings, { logger: silent })).toThrow(
      /none\.json is no list of API keys:\n {2}- the file does not exist$/,
    );
  });

  const good = entryOf(wrangler);
  it.each<[text: unknown, problem: string]>([
    ['{', "it is not JSON: Expected property name or '}' in JSON at position 1"],
    [[], 'expected an object with a list "keys"'],
    [{ keys: {} }, 'expected an object with a list "keys"'],
    [{ keys: [1] }, 'keys[0] is no object'],
    [{ keys: [good, good] }, `keys[1].id is "${good.id}", as of an entry before it`],
    [
      { keys: [{ ...good, id: 'A' }] },
      'keys[0].id is "A"; expected 10 hex digits in lower case, the part of the key between its underscores',
    ],
    [
      { keys: [{ ...good, sha256: undefined }] },
      'keys[0].sha256 is missing; expected the SHA-256 of the secret, 64 hex digits in lower case',
    ],
    [{ keys: [{ ...good, subject: '' }] }, 'keys[0].subject is ""; expected the user whom the key stands for'],
    [
      { keys: [{ ...good, scopes: undefined }] },
      'keys[0].scopes is missing; expected a list of scopes, which may be empty',
    ],
    [{ keys: [{ ...good, scopes: 'cue:read' }] }, 'keys[0].scopes is "cue:read"; expected a list of texts'],
    [
      { keys: [{ ...good, expires: 'tomorrow' }] },
      'keys[0].expires is "tomorrow"; expected a time in UTC such as "2027-01-31T00:00:00Z"',
    ],
    [
      { keys: [{ ...good, expires: '2027-13-01T00:00:00Z' }] },
      'keys[0].expires is "2027-13-01T00:00:00Z"; expected a time in UTC such as "2027-01-31T00:00:00Z"',
    ],
    [
      { keys: [{ ...good, networks: ['10.0.0.1/8'] }] },
      'keys[0].networks[0] is "10.0.0.1/8"; expected a network such as "10.1.0.0/16" or "2001:db8::/32"',
    ],
    [{ keys: [{ ...good, expiry: 1 }] }, 'keys[0].expiry is no member of an entry; did you mean expires?'],
  ])('is refused with every mistake: %j', (content, problem) => {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    const parse = () => parseApiKeys('keys.json', text);
    // Newer versions of node add where the JSON ends.
    expect(parse).toThrow(new RegExp(`^keys\\.json is no list of API keys:\\n {2}- ${escapePattern(problem)}`));
  });
});

describe('parseApiKey()', () => {
  it('takes apart what formatApiKey() put together, and nothing that differs from it', () => {
    fc.assert(
      fc.property(fc.nat(78), fc.constantFrom(...'0aZ_-.= '), (at, character) => {
        const key = createApiKey();
        const text = formatApiKey(key);
        expect(parseApiKey(text)).toEqual(key);
        const changed = text.slice(0, at) + character + text.slice(at + 1);
        if (changed !== text) expect(parseApiKey(changed), changed).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });
});

function escapePattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
