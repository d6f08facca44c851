import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { signToken } from '../../src/authentication/hmac/sign-token.ts';
import { createDemoCuebot, type DemoCuebot } from '../../src/demo/demo-cuebot.ts';
import { type Finding, formatFindings, worstOf } from '../../src/doctor/finding.ts';
import { runDoctor } from '../../src/doctor/run-doctor.ts';
import { secret } from '../app/running-gateway.ts';

let cuebot: DemoCuebot;
const folder = mkdtempSync(join(tmpdir(), 'cuegate-doctor-'));
beforeAll(async () => {
  cuebot = await createDemoCuebot();
});
afterAll(async () => {
  await cuebot.close();
  rmSync(folder, { recursive: true });
});

function examine(settings: Readonly<Record<string, string>> = {}, token?: string): Promise<readonly Finding[]> {
  const environment = { CUEBOT_ENDPOINT: cuebot.endpoint, JWT_SECRET: secret, ...settings };
  return runDoctor({ environment, flags: {} }, token);
}

/** The findings about one thing, with their severities. */
const about = (findings: readonly Finding[], what: string) =>
  findings.filter((finding) => finding.about === what).map(({ severity, found }) => `${severity}: ${found}`);

const soon = () => Math.floor(Date.now() / 1_000) + 600;

describe('the doctor', () => {
  it('finds a healthy gateway healthy, but for what is to be known of it', async () => {
    const findings = await examine({ GRPC_PORT: '0' });
    expect(worstOf(findings)).toBe('note');
    expect(about(findings, 'settings')).toEqual(['ok: every setting can be read']);
    expect(about(findings, 'Cuebot')).toEqual([
      'ok: 1 Cuebot is named',
      expect.stringMatching(/^ok: 127\.0\.0\.1:\d+ answers cue\.CueInterface\/GetSystemStats in \d+ ms$/),
      expect.stringMatching(/^ok: 127\.0\.0\.1:\d+ has the RPCs of OpenCue 1\.37 or newer$/),
    ]);
    expect(about(findings, 'secret')).toEqual([
      'ok: JWT_SECRET has 42 bytes, and is none that OpenCue’s documents show',
    ]);
    expect(about(findings, 'open')).toEqual([
      expect.stringMatching(/^ok: REST serves 284 RPCs: .*\d+ at read/),
      expect.stringMatching(/^ok: GraphQL serves 287 RPCs: /),
      expect.stringMatching(/^ok: Connect serves 287 RPCs: /),
      expect.stringMatching(/^ok: gRPC serves \d+ RPCs: /),
      'note: tokens of JWT_SECRET without scopes may do everything',
    ]);
    expect(JSON.stringify(findings)).not.toContain(secret);
  });

  it('looks at the store, where the settings name one, and goes on where it is away', async () => {
    expect(about(await examine(), 'store')).toEqual([]);
    const findings = await examine({ REDIS_URL: 'redis://someone:a-password@127.0.0.1:1' });
    expect(about(findings, 'store')).toEqual([
      expect.stringMatching(/^error: redis:\/\/127\.0\.0\.1:1 cannot be used \(.+\)$/),
    ]);
    expect(about(findings, 'open').length).toBeGreaterThan(0);
    expect(JSON.stringify(findings)).not.toContain('a-password');
  });

  it('tells all that is wrong with the settings, and looks no further', async () => {
    const findings = await examine({ REST_PORT: 'x', JWT_SECRET: '', CUEBOT_ENDPONT: 'a:1' });
    expect(findings.map((finding) => finding.about)).toEqual(findings.map(() => 'settings'));
    expect(worstOf(findings)).toBe('error');
    expect(about(findings, 'settings').join('\n')).toMatch(
      /REST_PORT is "x"[\s\S]*JWT_SECRET is not set[\s\S]*CUEBOT_ENDPONT/,
    );
  });

  it.each([
    [
      'a name without an address',
      () => 'no-such-host.invalid:8443',
      /^error: no-such-host\.invalid:8443 has no address/,
    ],
    [
      'a closed port',
      () => '127.0.0.1:1',
      /^error: 127\.0\.0\.1:1 cannot be connected to at 127\.0\.0\.1 \(ECONNREFUSED\)$/,
    ],
    [
      'a port that speaks something else',
      () => `127.0.0.1:${portOf(web)}`,
      /^error: 127\.0\.0\.1:\d+ takes connections and does not answer/,
    ],
  ])('says of %s what is wrong with it', async (_, endpoint, expected) => {
    const [, found] = about(await examine({ CUEBOT_ENDPOINT: endpoint() }), 'Cuebot');
    expect(found).toMatch(expected);
  });

  describe('of a token', () => {
    const tell = async (token: string) => (await examine({}, token)).find((finding) => finding.about === 'token')!;

    it('says whose it is and what it may', async () => {
      const { severity, found } = await tell(
        signToken({ secret, claims: { sub: 'ann', exp: soon(), scope: 'cue:read' } }),
      );
      expect([severity, found]).toEqual([
        'ok',
        expect.stringMatching(/^it is good as a hmac token, of "ann" with the scopes cue:read, until /),
      ]);
    });

    it.each([
      [
        'another secret',
        () => signToken({ secret: 'b'.repeat(40), claims: { sub: 'ann' } }),
        /signature is invalid/,
        /another secret than JWT_SECRET here/,
      ],
      [
        'one that is over',
        () => signToken({ secret, claims: { sub: 'ann', exp: 1_000 } }),
        /expired/,
        /it ended at 1970-01-01T00:16:40\.000Z/,
      ],
      ['no token at all', () => 'hello', /malformed/, /it is no JWT/],
    ])('says why it is refused: %s', async (_, token, found, advice) => {
      const finding = await tell(token());
      expect([finding.severity, finding.found, finding.advice]).toEqual([
        'error',
        expect.stringMatching(found),
        expect.stringMatching(advice),
      ]);
    });
  });

  it('says that the keys of an issuer cannot be fetched, and that its clock is another', async () => {
    const issuer = `http://127.0.0.1:${portOf(web)}`;
    const findings = await examine({ OIDC_ISSUERS: issuer, OIDC_AUDIENCE: 'cuegate' });
    expect(about(findings, 'issuer')).toEqual([`error: the keys of ${issuer} cannot be fetched`]);
    expect(about(findings, 'clock')).toEqual([
      expect.stringMatching(/^error: the clock of this machine is \d+ s ahead of that of http/),
    ]);
  });

  it.each([
    ['in a folder that is not there', join(folder, 'nowhere', 'audit.log'), /^error: .*nowhere.* cannot be written to/],
    ['that is not there yet', join(folder, 'audit.log'), /^ok: .*audit\.log will be made, sealed without a key$/],
    ['that everybody may read', join(folder, 'open.log'), /^warning: .*open\.log is open to everybody on this machine/],
  ])('looks at an audit file %s', async (_, path, expected) => {
    writeFileSync(join(folder, 'open.log'), '', { mode: 0o644 });
    expect(about(await examine({ AUDIT_FILE: path }), 'audit')).toEqual([expect.stringMatching(expected)]);
  });

  it('writes findings for people, advice below', () => {
    expect(
      formatFindings([
        { about: 'Cuebot', severity: 'ok', found: 'it answers' },
        { about: 'clock', severity: 'error', found: 'it is off', advice: 'mend it' },
      ]),
    ).toBe('ok       Cuebot  it answers\nerror    clock   it is off\n                 mend it\n');
  });
});

/** A web server whose clock stands still. */
let web: Server;
beforeAll(async () => {
  web = createServer((_, response) => response.setHeader('Date', 'Thu, 01 Jan 2026 00:00:00 GMT').writeHead(404).end());
  web.listen(0, '127.0.0.1');
  await once(web, 'listening');
});
afterAll(() => void web.close());
const portOf = (server: Server) => (server.address() as AddressInfo).port;
