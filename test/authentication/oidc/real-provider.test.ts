import { decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createAuthentication } from '../../../src/authentication/create-authentication.ts';

import { startGateway } from '../../app/running-gateway.ts';
import { settingsOf, silent } from '../settings.ts';
import { createTimeline } from '../timeline.ts';
import { outcomeOf } from '../tokens.ts';
import { type RealProvider, startProvider } from './real-provider.ts';
import { audience } from './test-issuer.ts';

let provider: RealProvider;

beforeAll(async () => {
  provider = await startProvider('jwt');
});
afterAll(() => provider.stop());

const settings = () => settingsOf({ issuers: [provider.url], audiences: [audience] });

describe('access tokens of a real provider', () => {
  it('are accepted for what they are made for', async () => {
    const authentication = createAuthentication(settings(), { logger: silent });
    await authentication.start();
    expect(authentication.isReady()).toBe(true);
    const token = await provider.mint();
    expect(decodeProtectedHeader(token).typ).toBe('at+jwt');
    expect(await outcomeOf(authentication.identify, `Bearer ${token}`)).toMatchObject({
      subject: 'render-script',
      method: 'oidc',
      issuer: provider.url,
      scopes: ['cue:read', 'cue:operate'],
      tokenId: expect.stringMatching(/^[\w-]{20,}$/),
    });
    const other = await provider.mint({ resource: 'https://other.example' });
    expect(await outcomeOf(authentication.identify, `Bearer ${other}`)).toMatchObject({ reason: 'AUDIENCE_MISMATCH' });
    authentication.close();
  });

  it('are accepted while keys are rotated, every one of them', async () => {
    const authentication = createAuthentication(settings(), { logger: silent });
    await authentication.start();
    const outcomes: unknown[] = [];
    const kids = new Set<unknown>();
    const work = async (rounds: number) => {
      for (let round = 0; round < rounds; round += 1) {
        const token = await provider.mint();
        kids.add(decodeProtectedHeader(token).kid);
        outcomes.push(await outcomeOf(authentication.identify, `Bearer ${token}`));
      }
    };
    const workers = Promise.all(Array.from({ length: 8 }, () => work(12)));
    // The old keys' tokens must go on being good, those with the new key at once.
    const rotated = work(3).then(provider.rotate);
    await Promise.all([workers, rotated]);
    await work(3);
    expect(kids.size).toBe(2);
    expect(outcomes.filter((outcome) => outcome instanceof Error)).toEqual([]);
    expect(outcomes).toHaveLength(102);
    expect(authentication.keySets()).toMatchObject([{ keys: 2, fetches: 2, failures: 0 }]);
    authentication.close();
  });

  it('are accepted by both surfaces of a gateway under load while keys are rotated', async () => {
    const served = await startGateway({
      settings: { JWT_SECRET: '', OIDC_ISSUERS: provider.url, OIDC_AUDIENCE: audience },
    });
    const statuses = new Map<number, number>();
    const kids = new Set<unknown>();
    const call = async (token: string, index: number) => {
      const headers = { authorization: `Bearer ${token}` };
      const { status } = await (index % 2 === 0
        ? served.rest('show.ShowInterface/FindShow', { name: 'testing' }, headers)
        : served.graphql('{ show(name: "testing") { name } }', undefined, headers));
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    };
    const answers = () => [...statuses.values()].reduce((sum, count) => sum + count, 0);
    const work = async (isDone: () => boolean) => {
      while (!isDone()) {
        const token = await provider.mint();
        kids.add(decodeProtectedHeader(token).kid);
        await Promise.all(Array.from({ length: 6 }, (_, index) => call(token, index)));
      }
    };
    // Until both keys have signed for a good while, however long that takes here.
    const workers = Array.from({ length: 6 }, () => work(() => kids.size === 2 && answers() >= 200));
    await work(() => answers() >= 60);
    await provider.rotate();
    await Promise.all(workers);
    expect(kids.size).toBe(2);
    expect([...statuses.keys()]).toEqual([200]);
    await served.close();
  });

  it('are accepted for an hour after it went down, and cannot be checked then', async () => {
    const mortal = await startProvider('jwt');
    const timeline = createTimeline(Date.now());
    const mortalSettings = settingsOf({ issuers: [mortal.url], audiences: [audience] });
    const authentication = createAuthentication(mortalSettings, { ...timeline, logger: silent });
    await authentication.start();
    const [first, second, third] = [await mortal.mint(), await mortal.mint(), await mortal.mint()];
    await mortal.stop();
    const startMs = timeline.now() - authentication.keySets()[0]!.ageMs;
    expect(await outcomeOf(authentication.identify, `Bearer ${first}`)).toMatchObject({ subject: 'render-script' });
    await timeline.advance(startMs + 60 * 60_000 - timeline.now());
    expect(await outcomeOf(authentication.identify, `Bearer ${second}`)).toMatchObject({ subject: 'render-script' });
    await timeline.advance(60_001);
    for (const token of [first, second, third]) {
      expect(await outcomeOf(authentication.identify, `Bearer ${token}`)).toMatchObject({
        reason: 'KEYS_UNAVAILABLE',
        status: { httpStatus: 503 },
      });
    }
    expect(authentication.isReady()).toBe(true);
    authentication.close();
  });

  it('cannot be checked by a gateway that started while it was down, which starts all the same', async () => {
    const gone = await startProvider('jwt');
    const token = await gone.mint();
    await gone.stop();
    const goneSettings = settingsOf({
      issuers: [gone.url, provider.url],
      audiences: [audience],
      jwtSecrets: ['secret'],
    });
    const authentication = createAuthentication(goneSettings, { logger: silent });
    await authentication.start();
    expect(authentication.isReady()).toBe(false);
    expect(await outcomeOf(authentication.identify, `Bearer ${token}`)).toMatchObject({ reason: 'KEYS_UNAVAILABLE' });
    const good = `Bearer ${await provider.mint()}`;
    expect(await outcomeOf(authentication.identify, good)).toMatchObject({ subject: 'render-script' });
    authentication.close();
  });
});
