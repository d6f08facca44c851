import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
      isNamed: true,
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
