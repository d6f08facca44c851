import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';

import { closeReasons } from '../../src/http/connections.ts';
import { sealRecord, startChain } from '../../src/audit/audit-chain.ts';
import { type Option, options } from '../../src/config/settings.ts';
import { refusalReasons } from '../../src/graphql/limits/refusal-reasons.ts';

import { secret, send, startGateway, type TestGateway } from '../app/running-gateway.ts';

/** Holds docs/operating.md to what cuegate does. The table of metrics is generated; test/docs/codegen.test.ts keeps it current. */

const pathOf = (path: string) => new URL(`../../${path}`, import.meta.url);
const page = readFileSync(pathOf('docs/operating.md'), 'utf8');

/** One RPC takes long enough to ask meanwhile how the gateway is. */
const slowRpc = 'show.ShowInterface/GetActiveShows';
const latencyMs = (method: string) => (method === slowRpc ? 1_000 : 0);

/** An issuer at a port that nobody listens on. */
const withoutKeys = { OIDC_ISSUERS: 'http://127.0.0.1:1', OIDC_AUDIENCE: 'cuegate', ALLOW_HTTP_ISSUERS: 'true' };

/** The rows of the table whose first column has this title, cells without their quotes. */
function tableOf(title: string): readonly (readonly string[])[] {
  const [, rows = ''] = new RegExp(`^\\| ${title} \\|.*\\n\\| ---.*\\n((?:\\|.*\\n)+)`, 'm').exec(page) ?? [];
  return rows
    .trim()
    .split('\n')
    .map((row) => row.slice(2, -2).split(' | '));
}
const unquoted = (cell: string) => cell.replaceAll('`', '');

describe('docs/operating.md', () => {
  let running: TestGateway;
  beforeAll(async () => {
    running = await startGateway({ settings: { METRICS_PORT: '0' }, cuebot: { latencyMs } });
  });
  afterAll(() => running.cuebot.close());

  const health = tableOf('path').map(([path = '', when = '', answer = '']) => ({
    path: unquoted(path),
    when,
    answer: unquoted(answer),
  }));
  const expected = (path: string, when: string) => health.find((row) => row.path === path && row.when === when)?.answer;
  const ask = async (path: string, url = running.url) => {
    const { status, text } = await send(undefined, `${url}${path}`, 'GET', {});
    return `${status} ${text.trimEnd()}`;
  };

  it('knows why GraphQL refuses', () => {
    const rows = tableOf('why GraphQL refused').map(([reason = '', meaning = '']) => [unquoted(reason), meaning]);
    expect(Object.fromEntries(rows)).toEqual(refusalReasons);
  });

  it('knows every answer about health', () => {
    expect(health.map(({ path, when }) => `${path}: ${when}`)).toEqual([
      '/healthz: the process lives',
      '/readyz: Cuebot is connected',
      '/readyz: Cuebot is away',
      "/readyz: an OAuth issuer's keys were never fetched",
      '/readyz: stopping',
    ]);
  });

  it('says how a gateway with Cuebot is', async () => {
    expect(await ask('/healthz')).toBe(expected('/healthz', 'the process lives'));
    await expect.poll(() => ask('/readyz'), { timeout: 120_000 }).toBe(expected('/readyz', 'Cuebot is connected'));
  });

  it('names the fields of the lines about calls', async () => {
    await running.rest('show.ShowInterface/GetShows');
    await running.rest('show.ShowInterface/FindShow', { name: 'no-such-show' });
    await running.rest('job.JobInterface/Kill', { job: { id: 'not a job' } });
    const documented = tableOf('field of a call').map(([name = '']) => unquoted(name));
    const lines = running.log.filter(({ message }) => /^call (?:failed|answered)$/.test(message));
    const fieldsOf = (message: string) =>
      new Set(lines.filter((line) => line.message === message).flatMap(({ fields }) => Object.keys(fields)));
    expect([...fieldsOf('call failed')]).toEqual(documented);
    expect([...fieldsOf('call answered')]).toEqual(documented.filter((name) => !['reason', 'detail'].includes(name)));
    for (const { level, message, fields } of lines) {
      const failedInside = ['INTERNAL', 'UNKNOWN'].includes(String(fields['status']));
      expect(level).toBe(message === 'call answered' ? 'debug' : failedInside ? 'warn' : 'info');
    }
  });

  it('is right that no line holds a token, a secret or a request', async () => {
    await running.rest('show.ShowInterface/FindShow', { name: 'testing', secretOfMine: 1 });
    await running.rest('job.JobInterface/LaunchSpec', { spec: '<!-- what nobody should read -->' });
    await running.rest('show.ShowInterface/GetShows', {}, { authorization: `Bearer ${running.token}x` });
    const all = JSON.stringify(running.log);
    expect(all).toContain('show.ShowInterface/GetShows');
    for (const word of [running.token, secret, 'secretOfMine', 'what nobody should read'])
      expect(all).not.toContain(word);
  });

  it('names the events and the fields of the audit, as they are written', () => {
    const source = readFileSync(pathOf('src/audit/audit-record.ts'), 'utf8');
    const [, type = ''] = /export interface AuditRecord \{([\s\S]*?)^\}/m.exec(source) ?? [];
    const [, union = ''] = /readonly event:([^;]+);/.exec(type) ?? [];
    const events = [...union.matchAll(/'(\w+)'/g)].map(([, event]) => event!);
    expect(
      tableOf('event')
        .map(([event = '']) => unquoted(event))
        .sort(),
    ).toEqual(events.sort());
    const fields = [...type.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, field]) => field!);
    const { line } = sealRecord({ time: '', event: 'start' }, startChain(), undefined);
    const ofTheChain = Object.keys(JSON.parse(line)).filter((field) => !fields.includes(field));
    const documented = tableOf('field of a record').flatMap(([names = '']) => unquoted(names).split(', '));
    expect(documented.sort()).toEqual([...fields, ...ofTheChain].sort());
  });

  it('says why an audit file goes on, in all cases', () => {
    const source = readFileSync(pathOf('src/audit/audit-file.ts'), 'utf8');
    const [, types = ''] = /export type FileDisturbance =([\s\S]*?)\ninterface/.exec(source) ?? [];
    const reasons = [...types.matchAll(/'([A-Z_]+)'/g)].map(([, reason]) => reason!);
    expect(
      tableOf('reason in `continue`')
        .map(([reason = '']) => unquoted(reason))
        .sort(),
    ).toEqual(reasons.sort());
  });

  it('says why connections are closed, in all cases', () => {
    const documented = tableOf('why a connection was closed').map(([reason = '']) => unquoted(reason));
    expect(documented.sort()).toEqual([...closeReasons].sort());
  });

  it('numbers the levels as pino does', () => {
    const [levels] = tableOf('field').filter(([name]) => name === '`level`');
    const numbers = [...levels![1]!.matchAll(/(\d+) (\w+)/g)].map(([, number, name]) => [name, Number(number)]);
    expect(numbers.map(([name]) => name)).toEqual(['debug', 'info', 'warn', 'error']);
    for (const [name, number] of numbers) expect(pino.levels.values[name!]).toBe(number);
  });

  it('names what pino adds to each line', () => {
    const lines: string[] = [];
    pino({ level: 'info' }, { write: (text: string) => void lines.push(text) }).info({}, 'hello');
    const documented = tableOf('field').flatMap(([names = '']) => unquoted(names).split(', '));
    expect(documented).toEqual(Object.keys(JSON.parse(lines.join(''))));
  });

  it('says how a gateway that stops is, to whoever asks beside', async () => {
    const { gateway, cuebot } = running;
    const slow = running.rest(slowRpc);
    await vi.waitFor(() => expect(cuebot.calls.get(slowRpc)).toBe(1));
    const metricsUrl = gateway.metricsUrl!;
    const closed = gateway.close();
    expect(await ask('/readyz', metricsUrl)).toBe(expected('/readyz', 'stopping'));
    expect((await slow).status).toBe(200);
    await closed;
    await expect(ask('/readyz', metricsUrl)).rejects.toThrow(/ECONNREFUSED|ECONNRESET|socket hang up/);
  });

  it('says how a gateway without Cuebot is', async () => {
    const other = await startGateway();
    await other.cuebot.close();
    const answer = () => ask('/readyz', other.url);
    await expect.poll(answer, { timeout: 120_000 }).toBe(expected('/readyz', 'Cuebot is away'));
    expect(await ask('/healthz', other.url)).toBe(expected('/healthz', 'the process lives'));
    await other.gateway.close();
  });

  it('says how a gateway without the keys of an issuer is', async () => {
    const other = await startGateway({ settings: withoutKeys });
    expect(await ask('/readyz', other.url)).toBe(expected('/readyz', "an OAuth issuer's keys were never fetched"));
    await other.close();
  });

  it('lists the alerts that there are', () => {
    const { groups } = parse(readFileSync(pathOf('deploy/prometheus/alerts.yaml'), 'utf8'));
    const rules = groups.flatMap((group: { readonly rules: readonly object[] }) => group.rules);
    expect(tableOf('alert').map(([alert = '', severity]) => [unquoted(alert), severity])).toEqual(
      rules.map(({ alert, labels }: { readonly alert: string; readonly labels: { readonly severity: string } }) => [
        alert,
        labels.severity,
      ]),
    );
  });

  it('scrapes what the alerts are about', () => {
    const [, snippet = ''] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];
    const {
      scrape_configs: [config],
    } = parse(snippet);
    expect(config.job_name).toBe('cuegate');
    const { services } = parse(readFileSync(pathOf('deploy/docker-compose.yaml'), 'utf8'), { merge: true });
    const gateways = Object.keys(services).filter((name) => name.startsWith('cuegate'));
    expect(config.static_configs[0].targets).toEqual(
      gateways.map((name) => `${name}:${services[name].environment.METRICS_PORT}`),
    );
  });

  it('knows the defaults of the settings that it names', () => {
    const rows = tableOf('setting');
    expect(rows.length).toBeGreaterThan(0);
    for (const [name = '', value = ''] of rows) {
      const option = options.find((candidate) => candidate.name === unquoted(name));
      expect(option, `${name} is no setting`).toMatchObject({ default: unquoted(value) });
    }
    const names = new Set<string>(
      (options as readonly Option[]).flatMap(({ name, kind }) => (kind === 'secret' ? [name, `${name}_FILE`] : [name])),
    );
    const named = [...page.matchAll(/`([A-Z]{2,}_[A-Z_]+)(?:=\w+)?`/g)].map(([, name]) => name!);
    const isTold = (name: string) => name.endsWith('_REFUSED') || Object.hasOwn(refusalReasons, name);
    const reasons =
      /^(?:REPLY_UNREADABLE|TRACES_LOST|TOKEN_EXPIRED|SIGNATURE_INVALID|AUDIT_FAILED|RATE_LIMITED|FILE_[A-Z]+|HALF_LINE|(?:BODY_)?BUFFERS_FULL)$/;
    expect(named.filter((name) => !names.has(name) && !reasons.test(name) && !isTold(name))).toEqual([]);
  });

  it('links to files that are there', () => {
    for (const [, target = ''] of page.matchAll(/\]\(([^)]+)\)/g)) {
      expect(() => new URL(target, pathOf('docs/operating.md'))).not.toThrow();
      if (target !== '../deploy') readFileSync(new URL(target, pathOf('docs/operating.md')));
    }
  });
});
