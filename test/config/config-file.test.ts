import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import { formatExampleFile, readConfigFile } from '../../src/config/config-file.ts';
import { printConfig, readConfig } from '../../src/config/config.ts';

const secret = 'a-secret-for-tests-with-enough-bytes-in-it';
const folder = mkdtempSync(join(tmpdir(), 'cuegate-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function write(text: string): string {
  files += 1;
  const path = join(folder, `${files}.yaml`);
  writeFileSync(path, text);
  return path;
}

const withFile = (text: string, environment: Readonly<Record<string, string>> = {}, flags = {}) => ({
  environment: { CUEBOT_ENDPOINT: 'cuebot:8443', JWT_SECRET: secret, CONFIG_FILE: write(text), ...environment },
  flags,
});

describe('CONFIG_FILE', () => {
  it('is read as the environment would be; options win over that, and that over the file', () => {
    const text =
      'REST_PORT: 1001\nLANES: false\nCORS_ORIGINS: [https://a.example, https://b.example]\nGRPC_TIMEOUT: 5s\n';
    const { config, problems } = readConfig(
      withFile(text, { GRPC_TIMEOUT: '6s', LANE_MAX_WAIT: '3s' }, { LANE_MAX_WAIT: '4s' }),
    );
    expect(problems.found).toEqual([]);
    expect(config).toMatchObject({
      port: 1001,
      lanes: false,
      corsOrigins: ['https://a.example', 'https://b.example'],
      grpcTimeoutMs: 6_000,
      laneLimits: { maxWaitMs: 4_000 },
    });
  });

  it('may name the file of a secret', () => {
    const path = write(`${'x'.repeat(20)}-${secret}\n`);
    const { config } = readConfig({
      environment: { CUEBOT_ENDPOINT: 'a:1', CONFIG_FILE: write(`JWT_SECRET_FILE: ${path}\n`) },
      flags: {},
    });
    expect(config.jwtSecret).toBe(`${'x'.repeat(20)}-${secret}`);
  });

  it.each([
    ['REST_PROT: 1', /line 1, column 1: REST_PROT is no setting; did you mean "REST_PORT"\?/],
    ['CONFIG_FILE: other.yaml', /CONFIG_FILE is no setting/],
    ['REST_PORT: {a: 1}', /line 1, column 1: REST_PORT: expected a text, a number, true or false, or a list of them/],
    ['REST_PORT: 1\nREST_PORT: 2', /line 2/],
    ['- a', /must be a map/],
  ])('is told its mistakes: %j', (text, expected) => {
    const { problems } = readConfig(withFile(text));
    expect(problems.found.join('\n')).toMatch(expected);
  });

  it('that is not there is told beside what else is wrong', () => {
    const { problems } = readConfig({ environment: { CONFIG_FILE: '/nowhere.yaml', REST_PORT: 'x' }, flags: {} });
    expect(problems.found).toEqual(
      expect.arrayContaining([
        'CONFIG_FILE names a file that cannot be read: /nowhere.yaml (ENOENT)',
        expect.stringContaining('REST_PORT is "x"'),
      ]),
    );
  });
});

describe('--print-config', () => {
  it('prints a file that says the same, with sources, and no secret', () => {
    const raw = withFile(
      'REST_PORT: 1001\n',
      { GRPC_MAX_MESSAGE_SIZE: '8388608', LOG_LEVEL: 'WARNING' },
      { HOST: '::1' },
    );
    const text = printConfig(raw);
    expect(text).toContain('REST_PORT: "1001" # file\n');
    expect(text).toContain('HOST: "::1" # option\n');
    expect(text).toContain('GRPC_MAX_RECV_MSG_MB: "8" # environment, as GRPC_MAX_MESSAGE_SIZE\n');
    expect(text).toContain('JWT_SECRET: "***" # environment\n');
    expect(text).not.toContain(secret);
    const { config } = readConfig(raw);
    const again = readConfig({
      environment: { CONFIG_FILE: write(text.replace('"***"', JSON.stringify(secret))) },
      flags: {},
    });
    expect(again.problems.found).toEqual([]);
    expect(again.config).toEqual(config);
  });
});

describe('--example-config', () => {
  it('prints a file of every setting, which changes nothing as it stands', () => {
    const text = formatExampleFile();
    expect(readConfigFile(write(text))).toEqual({});
    const values = text.replaceAll(/^# ([A-Z][A-Z_]*: "[^"]+")$/gm, '$1');
    const { config } = readConfig(withFile(values));
    expect({ ...config, cuebotEndpoints: [] }).toEqual({ ...readConfig(withFile('')).config, cuebotEndpoints: [] });
  });
});

describe('names of OpenCue’s documents', () => {
  const read = (environment: Readonly<Record<string, string>>) =>
    readConfig({ environment: { CUEBOT_ENDPOINT: 'a:1', JWT_SECRET: secret, ...environment }, flags: {} });

  it('do what they say, and are told at start', () => {
    const { config, problems, unusedNames, newNames } = read({
      CORS_ALLOWED_ORIGINS: 'https://a.example',
      CORS_HEADERS: 'X-Requested-With',
      GRPC_MAX_MESSAGE_SIZE: '4194304',
      REQUEST_TIMEOUT: '10s',
      MAX_CONCURRENT_STREAMS: '7',
      LOG_LEVEL: 'Warning',
    });
    expect([problems.found, unusedNames]).toEqual([[], []]);
    expect(config).toMatchObject({
      corsOrigins: ['https://a.example'],
      corsHeaders: ['X-Requested-With'],
      maxReceiveBytes: 4 * 1024 * 1024,
      httpTimeoutMs: 10_000,
      grpcLimits: { maxConcurrentStreams: 7 },
      logLevel: 'warn',
    });
    expect(newNames).toHaveLength(5);
    expect(newNames).toContain(
      'GRPC_MAX_MESSAGE_SIZE=4194304 acts here, which OpenCue’s Go gateway never looked at: longer replies of Cuebot fail, and 4 MiB are less than a busy farm’s list of jobs',
    );
  });

  it('give way to ours', () => {
    const { config } = read({ CORS_ORIGINS: 'https://ours.example', CORS_ALLOWED_ORIGINS: 'https://theirs.example' });
    expect(config.corsOrigins).toEqual(['https://ours.example']);
  });

  it('are judged as ours are', () => {
    expect(read({ CORS_HEADERS: 'a b' }).problems.found).toEqual(['CORS_HEADERS: "a b" is no name of a header field']);
  });
});
