import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { graphiqlClientId, type LoginProvider, startLoginProvider } from '../authentication/oidc/login-provider.ts';
import { audience } from '../authentication/oidc/test-issuer.ts';
import { enterQuery, isBrowserMissing, launchBrowser } from '../browser.ts';
import { startGateway, type TestGateway } from '../app/running-gateway.ts';

const nameQuery = 'query Names { showGetShows { shows { shows { name } } } }';
const pause = 'mutation Pause { jobPause(job: { id: "none" }) { ok } }';

describe.skipIf(isBrowserMissing)('logging in at GraphiQL, at a real OpenID provider', () => {
  let browser: Browser;
  let provider: LoginProvider;
  /** How far the gateway's clock is ahead of everybody's. */
  let clockAheadMs = 0;
  let served: TestGateway;
  let context: BrowserContext;
  let page: Page;
  /** Console errors, uncaught errors and violations of the content security policy of the page. */
  let problems: string[];
  /** The tokens that were shown to the gateway. */
  let tokens: Set<string>;

  beforeAll(async () => {
    browser = await launchBrowser({ flags: ['--host-resolver-rules=MAP cuegate 127.0.0.1'], keepsPages: true });
    provider = await startLoginProvider();
    served = await startGateway({
      settings: {
        OIDC_ISSUERS: provider.url,
        OIDC_AUDIENCE: audience,
        GRAPHIQL_CLIENT_ID: graphiqlClientId,
        GRAPHIQL_LOGIN_PARAMETERS: `resource=${audience}`,
      },
      now: () => Date.now() + clockAheadMs,
    });
  });
  afterAll(async () => {
    await browser.close();
    await served.close();
    await provider.stop();
  });
  beforeEach(async () => {
    provider.grants.length = 0;
    provider.allowedOrigin = served.url;
    provider.accessTokenSeconds = 300;
    clockAheadMs = 0;
    context = await browser.newContext();
    [problems, tokens] = [[], new Set()];
    const isOurs = (url: string) => url.startsWith(served.url);
    context.on('console', (message) => {
      if (message.type() === 'error' && isOurs(message.page()?.url() ?? '')) problems.push(message.text());
    });
    context.on('weberror', (error) => problems.push(error.error().message));
    context.on('request', (request) => {
      const { authorization } = request.headers();
      if (authorization !== undefined) tokens.add(`${isOurs(request.url()) ? '' : 'elsewhere: '}${authorization}`);
    });
    page = await context.newPage();
  });
  afterEach(() => context.close());

  const hint = () => page.getByRole('status').textContent();
  const open = (address = '') => page.goto(`${served.url}/graphql${address}`);
  const answerAs = async (name: string, button = 'Log in') => {
    await page.getByLabel('User').fill(name);
    await page.getByRole('button', { name: button }).click();
  };
  const logIn = async (name: string) => {
    await open();
    await page.getByRole('button', { name: 'Log in' }).click();
    await answerAs(name);
    await expect.poll(hint).toBe(`Logged in as ${name}`);
  };
  const run = async (name: string, query: string) => {
    await enterQuery(page, name, query);
    await page.getByRole('button', { name: /Execute query/ }).click();
  };
  const result = () => page.locator('.result-window').textContent();

  it('answers queries, and leaves no token and no code behind', async () => {
    await logIn('ann');
    await run('Names', nameQuery);
    await expect.poll(result).toContain('"testing"');
    expect(page.url()).toBe(`${served.url}/graphql`);
    expect(provider.grants).toEqual(['authorization_code']);
    expect([...tokens]).toEqual([expect.stringMatching(/^Bearer eyJ/)]);
    const kept = await page.evaluate(() => [localStorage, sessionStorage].flatMap((storage) => Object.values(storage)));
    expect(kept.join()).not.toMatch(/eyJ|code_verifier/);
    expect(await page.evaluate(() => Object.entries(sessionStorage))).toEqual([
      ['cuegate:login-scopes', 'openid cue:read'],
    ]);
    expect(problems).toEqual([]);
  });

  it('asks for more when something takes more, and comes back with it', async () => {
    await logIn('ann');
    await run('Pause', pause);
    await expect.poll(hint).toBe('This takes cue:operate, which your log-in does not have');
    await page.getByRole('button', { name: 'Log in with cue:operate' }).click();
    await expect.poll(hint).toBe('Logged in as ann');
    expect(await page.getByRole('status').getAttribute('title')).toBe('cue:read cue:operate');
    // The tabs are as they were.
    await page.getByRole('button', { name: /Execute query/ }).click();
    await expect.poll(result).toContain('"NOT_FOUND"');
    expect(problems).toEqual([]);
  });

  it('says so when the issuer does not give it', async () => {
    await logIn('bob');
    await run('Pause', pause);
    await page.getByRole('button', { name: 'Log in with cue:operate' }).click();
    await expect.poll(hint).toBe('The issuer did not give you cue:operate: ask whoever runs the farm');
    await run('Names', nameQuery);
    await expect.poll(result).toContain('"testing"');
    await expect.poll(hint).toBe('Logged in as bob');
  });

  it('outlasts a reload without a question, and in this tab only', async () => {
    await logIn('ann');
    const asked = provider.asked();
    await page.reload();
    await expect.poll(hint).toBe('Logged in as ann');
    expect(provider.asked()).toBe(asked);
    expect(provider.grants).toEqual(['authorization_code', 'authorization_code']);
    page = await context.newPage();
    await open();
    await expect.poll(hint).toBe('Log in to load the schema, or paste a token');
  });

  it('is over after a reload when the issuer has forgotten the user, who is not sent in circles', async () => {
    await logIn('ann');
    await context.clearCookies();
    await page.reload();
    await expect.poll(hint).toBe('Log in to load the schema, or paste a token');
    await page.reload();
    await expect.poll(hint).toBe('Log in to load the schema, or paste a token');
  });

  it('leaves nobody waiting who comes back from an issuer that is down', async () => {
    await logIn('ann');
    await context.route(`${provider.url}/**`, (route) => route.abort());
    await page.reload();
    await expect.poll(() => page.url()).toMatch(/^chrome-error:/);
    // The page of the browser's own that tells the error takes a moment to be the one that can be steered; until then nothing moves.
    const goBack = () =>
      page.goBack({ waitUntil: 'commit' }).then(
        () => 'gone back',
        (error: Error) => error.message,
      );
    await expect.poll(goBack).toBe('gone back');
    await expect.poll(hint).toBe('Log in to load the schema, or paste a token');
  });

  it('gets new tokens by itself before the old ones end', async () => {
    provider.accessTokenSeconds = 4;
    await logIn('ann');
    await expect
      .poll(
        async () => {
          await run('Names', nameQuery);
          return provider.grants.filter((grant) => grant === 'refresh_token').length;
        },
        { timeout: 15_000, interval: 700 },
      )
      .toBeGreaterThan(1);
    await expect.poll(result).toContain('"testing"');
    expect(tokens.size).toBeGreaterThan(2);
    expect(await hint()).toBe('Logged in as ann');
    expect(problems).toEqual([]);
  });

  it('goes on with a subscription when its token ends', async () => {
    provider.accessTokenSeconds = 5;
    await logIn('ann');
    // The gateway takes tokens for a minute longer than they say, which is longer than a test may last.
    clockAheadMs = 61_000;
    await run('Watch', 'subscription Watch { showGetShows(everyMs: 1000) { shows { shows { defaultMinCores } } } }');
    await expect.poll(result).toContain('defaultMinCores');
    const before = tokens.size;
    await expect.poll(() => tokens.size, { timeout: 15_000 }).toBeGreaterThan(before);
    const { json } = await served.rest('show.ShowInterface/FindShow', { name: 'testing' });
    await served.rest('show.ShowInterface/SetDefaultMinCores', { show: json.show, minCores: 4_321 });
    await expect.poll(result).toContain('4321');
    expect(await hint()).toBe('Logged in as ann');
  });

  it('tells the user when it has ended', async () => {
    provider.accessTokenSeconds = 2;
    await logIn('ann');
    provider.allowedOrigin = 'https://nobody.example';
    await page.waitForTimeout(2_100);
    await run('Names', nameQuery);
    await expect.poll(hint).toContain('Your log-in has ended: log in again. The issuer cannot be reached');
    provider.allowedOrigin = served.url;
    await page.getByRole('button', { name: 'Log in' }).click();
    await expect.poll(hint).toBe('Logged in as ann');
  });

  it('ends with its tokens when the user logs out, who is asked the next time', async () => {
    await logIn('ann');
    await page.getByRole('button', { name: 'Log out' }).click();
    await expect.poll(hint).toBe('Log in to load the schema, or paste a token');
    await expect.poll(() => provider.grants).toContain('revocation');
    expect(await page.evaluate(() => Object.entries(sessionStorage))).toEqual([['cuegate:logged-out', 'yes']]);
    await page.reload();
    await page.getByRole('button', { name: 'Log in' }).click();
    await answerAs('bob');
    await expect.poll(hint).toBe('Logged in as bob');
    expect(await page.evaluate(() => Object.keys(sessionStorage))).toEqual(['cuegate:login-scopes']);
  });

  /** Goes back by the browser's button, to the very page that was left and not to another copy of it. */
  const goBackTo = async () => {
    await page.goBack({ waitUntil: 'commit' });
    await expect.poll(() => page.evaluate(() => (window as { isAsLeft?: boolean }).isAsLeft)).toBe(true);
  };
  const mark = () =>
    page.evaluate(() => {
      window.addEventListener('pageshow', ({ persisted }) => {
        (window as { isAsLeft?: boolean }).isAsLeft = persisted;
      });
    });

  it('can begin again for who comes back by the browser’s button', async () => {
    await open();
    await mark();
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByLabel('User').waitFor();
    await goBackTo();
    await page.getByRole('button', { name: 'Log in' }).click();
    await answerAs('ann');
    await expect.poll(hint).toBe('Logged in as ann');
  });

  it('can be refused at the issuer', async () => {
    await open();
    await page.getByRole('button', { name: 'Log in' }).click();
    await answerAs('ann', 'Refuse');
    await expect.poll(hint).toBe('The issuer did not let you in: the user thought better of it');
    expect(page.url()).toBe(`${served.url}/graphql`);
    expect(provider.grants).toEqual([]);
  });

  it('is not brought to its end by a code that somebody else puts into the address', async () => {
    await open('?code=stolen&state=guessed');
    await expect.poll(hint).toBe('The log-in failed: it did not begin in this tab');
    expect(page.url()).toBe(`${served.url}/graphql`);

    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByLabel('User').waitFor();
    await open(`?code=stolen&state=guessed&iss=${provider.url}`);
    await expect.poll(hint).toBe('The log-in failed: unexpected "state" response parameter value');
    expect(provider.grants).toEqual([]);
  });

  it('is not taken from another issuer', async () => {
    await open();
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByLabel('User').waitFor();
    const url = new URL(page.url());
    expect(url.origin).toBe(provider.url);
    await open('?code=stolen&state=guessed&iss=https://evil.example');
    await expect.poll(hint).toBe('The log-in failed: unexpected "iss" (issuer) response parameter value');
  });

  it('takes https or this machine, and says so', async () => {
    await page.goto(`${served.url.replace('127.0.0.1', 'cuegate')}/graphql`);
    await page.getByRole('button', { name: 'Log in' }).click();
    await expect.poll(hint).toBe('Logging in takes https, or a gateway at localhost: paste a token instead');
  });
});
