import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import { version } from '../../src/app/version.ts';
import { configOf, read, settingNames } from './deployed-settings.ts';

const file = parse(read('deploy/docker-compose.yaml'), { merge: true });
const gateways = ['cuegate-a', 'cuegate-b'] as const;
/** As Compose fills in what stands in the environment. */
const filled = (environment: Readonly<Record<string, string>>) => ({
  ...environment,
  CUEBOT_ENDPOINT: 'cuebot:8443',
  PUBLIC_URL: 'https://cuegate.studio.example',
});

describe('deploy/docker-compose.yaml', () => {
  it.each(gateways)('runs %s by the image of this version, confined', (name) => {
    const gateway = file.services[name];
    expect(gateway).toMatchObject({
      image: `cuegate:${version}`,
      user: '1000:1000',
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
    expect(gateway).not.toHaveProperty('privileged');
    expect(gateway).not.toHaveProperty('cap_add');
  });

  it('has no default for a secret, and none for Cuebot', () => {
    expect(file.secrets.jwt_secret.file).toMatch(/^\$\{JWT_SECRET_FILE:\?.+\}$/);
    expect(file.secrets.store_password.file).toMatch(/^\$\{STORE_PASSWORD_FILE:\?.+\}$/);
    for (const name of gateways) {
      const { environment, secrets } = file.services[name];
      expect(environment.CUEBOT_ENDPOINT).toMatch(/^\$\{CUEBOT_ENDPOINT:\?.+\}$/);
      expect(environment).not.toHaveProperty('JWT_SECRET');
      expect(environment).not.toHaveProperty('REDIS_PASSWORD');
      const files = [environment.JWT_SECRET_FILE, environment.REDIS_PASSWORD_FILE];
      expect(files).toEqual(secrets.map((secret: string) => `/run/secrets/${secret}`));
      for (const secret of secrets) expect(file.secrets).toHaveProperty(secret);
    }
  });

  it.each(gateways)('sets nothing but settings of %s, and cuegate starts with them', (name) => {
    const { environment, stop_grace_period: grace, depends_on: needed } = file.services[name];
    expect(Object.keys(environment).filter((each) => !settingNames.has(each))).toEqual([]);
    const config = configOf(filled(environment));
    expect(Number.parseInt(grace, 10) * 1000).toBeGreaterThan(config.drainDelayMs + config.shutdownTimeoutMs);
    expect(config.drainDelayMs).toBe(5_000);
    const { hostname } = new URL(environment.REDIS_URL);
    expect(needed).toEqual({ [hostname]: { condition: 'service_healthy' } });
    expect(file.services[hostname].healthcheck.test).toContain('valkey-cli');
  });

  it('lets nobody past Caddy but this machine’s Prometheus', () => {
    for (const name of gateways) {
      for (const port of file.services[name].ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:9464$/);
    }
    expect(file.services.valkey).not.toHaveProperty('ports');
  });

  it('trusts the address that Caddy has', () => {
    const { environment } = file.services['cuegate-a'];
    expect(file.services.caddy.networks.default.ipv4_address).toBe(environment.TRUSTED_PROXIES);
    const [{ subnet }] = file.networks.default.ipam.config;
    expect(environment.TRUSTED_PROXIES.startsWith(subnet.replace(/0\/24$/, ''))).toBe(true);
  });

  it('has Caddy send to the gateways that there are', () => {
    const caddyfile = read('deploy/Caddyfile');
    const port = configOf(filled(file.services['cuegate-a'].environment)).port;
    expect(caddyfile).toContain(`CUEGATE_UPSTREAMS:${gateways.map((name) => `${name}:${port}`).join(' ')}}`);
    expect(Object.keys(file.services).filter((name) => name.startsWith('cuegate'))).toEqual(gateways);
    const used = [...caddyfile.matchAll(/\{\$(\w+)(?=\})/g)].map(([, name]) => name!);
    for (const name of used) expect(file.services.caddy.environment).toHaveProperty(name);
  });
});

describe('deploy/docker-compose.cueweb.yaml', () => {
  const { cueweb } = parse(read('deploy/docker-compose.cueweb.yaml')).services;

  it('calls the gateways by the name that Caddy has in the network', () => {
    const { hostname, port } = new URL(cueweb.environment.NEXT_PUBLIC_OPENCUE_ENDPOINT);
    expect(file.services.caddy.networks.default.aliases).toEqual([hostname]);
    expect(read('deploy/Caddyfile')).toMatch(new RegExp(`^http://${hostname}:${port} \\{$`, 'm'));
    expect(file.services.caddy.ports).not.toContain(`${port}:${port}`);
    for (const name of Object.keys(cueweb.depends_on)) expect(file.services).toHaveProperty(name);
  });

  it('has no default for a secret', () => {
    for (const name of ['NEXTAUTH_SECRET', 'NEXT_JWT_SECRET']) expect(cueweb.environment[name]).toMatch(/^\$\{\w+:\?/);
  });
});
