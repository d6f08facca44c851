import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { isBrowserMissing, launchBrowser } from '../browser.ts';
import { replay } from '../conformance/replay.ts';
import { startGateway, testConfig, type TestGateway } from './running-gateway.ts';

/** Names as an attacker's DNS server would give them out, and two of a studio. */
const names =
  '--host-resolver-rules=MAP evil.example 127.0.0.1, MAP friend.example 127.0.0.1, MAP farm.example 127.0.0.1';

const kill = 'job.JobInterface/Kill';
const mutation = '{"query":"mutation { jobKill(job: { id: \\"1\\" }) { ok } }"}';
const query = '{ showGetShows { shows { shows { name } } } }';

/** What a page can make a browser send to an address without its user's doing. Each resolves when it is over. */
const attacks: Readonly<Record<string, (target: { rest: string; graphql: string; read: string }) => Promise<unknown>>> =
  {
    'a form': async ({ rest, graphql }) => {
      for (const action of [rest, graphql]) {
        for (const enctype of ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain']) {
          await new Promise((resolve) => {
            const frame = document.createElement('iframe');
            frame.name = `f${Math.random()}`;
            document.body.append(frame);
            const form = document.createElement('form');
            Object.assign(form, { action, enctype, method: 'POST', target: frame.name });
            const input = document.createElement('input');
            Object.assign(input, { name: '{"job":{"id":"1"},"x":"', value: '"}' });
            form.append(input);
            document.body.append(form);
            frame.addEventListener('load', resolve);
            form.submit();
          });
        }
      }
    },
    'fetch without CORS': ({ rest, graphql, read }) => {
      const bodies = ['{}', new URLSearchParams({ a: '1' }), new Blob(['{}'])];
      const post = (url: string) =>
        bodies.map((body) => fetch(url, { method: 'POST', mode: 'no-cors', credentials: 'include', body }));
      return Promise.allSettled([...post(rest), ...post(graphql), fetch(read, { mode: 'no-cors' })]);
    },
    'fetch with CORS': ({ rest, graphql, read }) => {
      const headers = { 'content-type': 'application/json' };
      const post = (url: string) => [
        fetch(url, { method: 'POST', headers, body: '{}' }),
        fetch(url, { method: 'POST', body: '{}' }),
      ];
      return Promise.allSettled([...post(rest), ...post(graphql), fetch(read)]);
    },
    'a beacon': async ({ rest, graphql }) => {
      for (const url of [rest, graphql]) {
        navigator.sendBeacon(url, '{}');
        navigator.sendBeacon(url);
        navigator.sendBeacon(url, new Blob(['{}'], { type: 'application/json' }));
      }
      // Nothing tells when they are out; this one goes the same way, and comes back.
      await fetch(rest, { method: 'POST', mode: 'no-cors', body: '{}', keepalive: true }).catch(() => {});
    },
    'an image, a script and a style sheet': ({ rest, read }) =>
      Promise.all(
        [rest, read].flatMap((url) =>
          (['img', 'script', 'link'] as const).map(
            (tag) =>
              new Promise((resolve) => {
                const element = document.createElement(tag);
                for (const event of ['load', 'error']) element.addEventListener(event, resolve);
                Object.assign(element, tag === 'link' ? { rel: 'stylesheet', href: url } : { src: url });
                document.body.append(element);
              }),
          ),
        ),
      ),
  };

describe.skipIf(isBrowserMissing)('a page of another site', () => {
  let browser: Browser;
  let site: Server;
  let sitePort: number;
  /** Lets everybody in, on this machine. */
  let anonymous: TestGateway;
  let withTokens: TestGateway;
  let page: Page;

  beforeAll(async () => {
    browser = await launchBrowser({ flags: [names] });
    site = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<body>cat pictures'));
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    sitePort = (site.address() as AddressInfo).port;
    anonymous = await startGateway({ settings: { AUTH: 'none', ALLOWED_HOSTS: 'farm.example' } });
    withTokens = await startGateway({ settings: { CORS_ORIGINS: `http://friend.example:${sitePort}` } });
  });
  afterAll(async () => {
    await browser.close();
    site.closeAllConnections();
    await new Promise((resolve) => site.close(resolve));
    await anonymous.close();
    await withTokens.close();
  });
  beforeEach(async () => {
    anonymous.cuebot.resetCalls();
    page = await (await browser.newContext()).newPage();
  });
  afterEach(() => page.context().close());

  const visit = (name: string) => page.goto(`http://${name}:${sitePort}`);
  const targetsAt = (url: string) => ({
    rest: `${url}/${kill}`,
    graphql: `${url}/graphql`,
    read: `${url}/graphql?query=${encodeURIComponent(query)}`,
  });
  const countBlocked = () => anonymous.log.filter(({ fields }) => fields['event'] === 'REQUEST_BLOCKED').length;

  // One of the same machine, and one of another.
  describe.each(['localhost', 'evil.example'])('at %s', (name) => {
    it.each(Object.keys(attacks))('cannot use a gateway without tokens by %s', async (way) => {
      await visit(name);
      const before = countBlocked();
      await page.evaluate(attacks[way]!, targetsAt(anonymous.url));
      expect([...anonymous.cuebot.calls]).toEqual([]);
      // They did come.
      expect(countBlocked()).toBeGreaterThan(before);
    });
  });

  it.each(['a form', 'fetch without CORS', 'fetch with CORS', 'a beacon'])(
    'cannot use a gateway in clear text by %s, where browsers tell nothing but the origin',
    async (way) => {
      await visit('evil.example');
      const before = countBlocked();
      const { rest, graphql } = targetsAt(`http://farm.example:${anonymous.gateway.port}`);
      // Reads that carry no origin remain; their answers are unreadable, and AUTH=none is for one machine.
      await page.evaluate(attacks[way]!, { rest, graphql, read: rest });
      expect([...anonymous.cuebot.calls]).toEqual([]);
      expect(countBlocked()).toBeGreaterThan(before);
    },
  );

  it.each(Object.keys(attacks))('cannot use the token of a user who has GraphiQL open by %s', async (way) => {
    await page.goto(`${withTokens.url}/graphql`);
    await page.getByLabel('Token').fill(withTokens.token);
    await page.getByLabel('Token').press('Enter');
    await expect.poll(() => page.getByRole('status').textContent()).toContain('accepted');
    const other = await page.context().newPage();
    await other.goto(`http://evil.example:${sitePort}`);
    withTokens.cuebot.resetCalls();
    await other.evaluate(attacks[way]!, targetsAt(withTokens.url));
    expect([...withTokens.cuebot.calls]).toEqual([]);
  });

  it('cannot become the gateway’s own by rebinding its name', async () => {
    const url = `http://evil.example:${anonymous.gateway.port}`;
    await page.goto(`${url}/graphql`);
    expect(await page.locator('body').textContent()).toContain('this gateway is not \\"evil.example\\"');
    const status = await page.evaluate(async ({ rest }) => {
      const headers = { 'content-type': 'application/json' };
      return (await fetch(rest, { method: 'POST', headers, body: '{}' })).status;
    }, targetsAt(url));
    expect(status).toBe(421);
    expect([...anonymous.cuebot.calls]).toEqual([]);
  });

  it('can call once its origin is listed, and only then', async () => {
    const call = async ({ url, token }: { url: string; token: string }) => {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
      const answer = await fetch(url, { method: 'POST', headers, body: '{"name":"testing"}' }).catch(() => undefined);
      return answer?.text();
    };
    withTokens.cuebot.resetCalls();
    const target = { url: `${withTokens.url}/show.ShowInterface/FindShow`, token: withTokens.token };
    await visit('friend.example');
    expect(await page.evaluate(call, target)).toContain('"name":"testing"');
    expect([...withTokens.cuebot.calls]).toEqual([['show.ShowInterface/FindShow', 1]]);
    await visit('evil.example');
    expect(await page.evaluate(call, target)).toBeUndefined();
    expect([...withTokens.cuebot.calls]).toEqual([['show.ShowInterface/FindShow', 1]]);
  });

  it('is not what GraphiQL is', async () => {
    await page.goto(`${anonymous.url}/graphql`);
    // The button is there before the editor is.
    const execute = page.getByRole('button', { name: /Execute query/ });
    const callsAfterClick = async () => {
      await execute.click();
      return anonymous.cuebot.calls.size;
    };
    await expect.poll(callsAfterClick, { timeout: 120_000, interval: 500 }).toBeGreaterThan(0);
  });
});

describe('a gateway on raw sockets', () => {
  let farm: TestGateway;
  beforeAll(async () => {
    farm = await startGateway();
  });
  beforeEach(() => farm.cuebot.resetCalls());
  afterAll(() => farm.close());

  const ask = async (request: string) => {
    const port = farm.gateway.port;
    return (await replay({ port, request, responses: 1, untilClosed: false, patienceMs: 2_000 })).response;
  };
  const path = '/show.ShowInterface/FindShow';
  const body = '{"name":"testing"}';
  const post = (host: string, fields = '', target = path) =>
    `POST ${target} HTTP/1.1\r\n${host}Authorization: Bearer ${farm.token}\r\nContent-Type: application/json\r\n` +
    `${fields}Content-Length: ${body.length}\r\n\r\n${body}`;

  it('serves what is in order', async () => {
    expect(await ask(post('Host: localhost\r\n'))).toMatch(/^HTTP\/1\.1 200 /);
    expect([...farm.cuebot.calls]).toEqual([[`show.ShowInterface/FindShow`, 1]]);
  });

  it.each([
    ['a rebound name', 421, 'Host: evil.example:8448\r\n', path],
    ['a rebound name before GraphQL', 421, 'Host: evil.example:8448\r\n', '/graphql'],
    ['a name that ends like its own', 421, 'Host: localhost.evil.example\r\n', path],
    ['another host in the target', 421, 'Host: localhost\r\n', `http://evil.example${path}`],
    ['two hosts', 400, 'Host: localhost\r\nHost: evil.example\r\n', path],
    ['no host', 400, '', path],
  ])('refuses %s with %i, and nothing reaches Cuebot', async (_, status, host, target) => {
    expect((await ask(post(host, '', target))).slice(0, 12)).toBe(`HTTP/1.1 ${status}`);
    expect([...farm.cuebot.calls]).toEqual([]);
  });

  it.each([
    ['length and chunks', 'Transfer-Encoding: chunked\r\n'],
    ['two lengths', 'Content-Length: 1\r\n'],
    ['an unknown encoding', 'Transfer-Encoding: xchunked\r\n'],
    ['an encoding with a tab before its colon', 'Transfer-Encoding\t: chunked\r\n'],
    ['a length with a sign', 'Content-Length: +18\r\n'],
    ['a continued line', 'X-Folded: a\r\n b\r\n'],
    ['a line that ends in a bare LF', 'X-Bare: a\n'],
    ['a control byte in a value', 'X-Control: a\x00b\r\n'],
  ])('does not let a second request be smuggled in by %s', async (_, fields) => {
    const smuggled = post('Host: localhost\r\n');
    const request = post('Host: localhost\r\n', fields) + smuggled;
    const answer = await replay({
      port: farm.gateway.port,
      request,
      responses: 0,
      untilClosed: true,
      patienceMs: 2_000,
    });
    expect(answer.response).toMatch(/^HTTP\/1\.1 (?:400|501) /);
    expect(answer.response.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(answer.closed).toBe(true);
    expect([...farm.cuebot.calls]).toEqual([]);
  });

  it.each(['__proto__', 'constructor', 'prototype'])('takes %s in a message for an unknown field', async (name) => {
    const polluted = JSON.stringify({ name: 'testing' }).replace(
      '{',
      `{"${name}":{"polluted":1,"prototype":{"polluted":1}},`,
    );
    expect((await farm.rest('show.ShowInterface/FindShow', polluted)).status).toBe(200);
    const variables = JSON.parse(`{"${name}":{"polluted":1},"name":"testing"}`);
    const operation = 'query ($name: String) { showFindShow(name: $name) { show { name } } }';
    expect((await farm.graphql(operation, variables)).json.data.showFindShow.show.name).toBe('testing');
    expect('polluted' in {}).toBe(false);
  });

  it('answers no mutation by GET', async () => {
    const target = `/graphql?query=${encodeURIComponent('mutation { jobKill(job: { id: "1" }) { ok } }')}`;
    const fields = `Host: localhost\r\nAuthorization: Bearer ${farm.token}\r\nAccept: application/json\r\n`;
    expect(await ask(`GET ${target} HTTP/1.1\r\n${fields}\r\n`)).toMatch(/^HTTP\/1\.1 405 /);
    expect(await ask(`GET /${kill} HTTP/1.1\r\n${fields}\r\n`)).toMatch(/^HTTP\/1\.1 501 /);
    expect([...farm.cuebot.calls]).toEqual([]);
  });

  it('tells browsers not to guess and caches not to keep what GraphQL answers', async () => {
    const { headers } = await farm.graphql('{ __typename }');
    expect([headers['x-content-type-options'], headers['cache-control']]).toEqual(['nosniff', 'no-store']);
  });

  it('refuses in the words of the surface, and logs it', async () => {
    const fields = { origin: 'https://evil.example', 'x-request-id': 'r-7' };
    const rest = await farm.rest(kill, {}, fields);
    expect([rest.status, rest.json.code, rest.json.details]).toEqual([403, 7, []]);
    expect(rest.json.message).toContain('https://evil.example');
    const graphql = await farm.graphql(mutation, undefined, fields);
    expect(graphql.status).toBe(403);
    expect(graphql.json.errors[0].extensions).toEqual({ code: 'FORBIDDEN', requestId: 'r-7' });
    const logged = farm.log.filter(
      (line) => line.fields['event'] === 'REQUEST_BLOCKED' && line.fields['requestId'] === 'r-7',
    );
    expect(logged.map((line) => [line.level, line.fields['reason'], line.fields['path']])).toEqual([
      ['warn', 'cross-site', `/${kill}`],
      ['warn', 'cross-site', '/graphql'],
    ]);
  });
});

describe('the settings of the gate', () => {
  it('are refused all at once when they are not what they must be', () => {
    const settings = {
      CUEBOT_ENDPOINT: 'c:1',
      AUTH: 'none',
      ALLOWED_HOSTS: 'a.example:443',
      CORS_ORIGINS: 'https://b.example/,*',
    };
    expect(() => testConfig(settings)).toThrow(
      'cuegate cannot start with these settings:\n' +
        '  - ALLOWED_HOSTS: "a.example:443" is no host; expected a name such as cuegate.studio.example, *.studio.example, an ' +
        'address, or * for all, without scheme and port\n' +
        '  - CORS_ORIGINS: "https://b.example/" is no origin; expected scheme, host and perhaps port as browsers write them, ' +
        'such as https://cueweb.studio.example, or *; write https://b.example\n' +
        '  - AUTH=none with CORS_ORIGINS=* would let every web page that somebody here opens run code on the farm. Name the origins',
    );
  });
});
