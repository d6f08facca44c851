import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';

import { parseConfig } from '../../src/config/config.ts';
import { options } from '../../src/config/settings.ts';
import { type MetricRow, metricTable } from '../../src/telemetry/metric-table.ts';

import { secret, send, startGateway, type TestGateway } from '../app/running-gateway.ts';
import { isPromtoolMissing, promtool } from '../telemetry/promtool.ts';

/** What people copy to run cuegate: held to what cuegate is, so that neither drifts from the other. */

const pathOf = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const read = (path: string) => readFileSync(pathOf(path), 'utf8');
const { version } = JSON.parse(read('package.json'));

let running: TestGateway;
beforeAll(async () => {
  running = await startGateway();
});
afterAll(() => running.close());

/** Reads settings as the process in a container would. */
function configOf(environment: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'cuegate-'));
  try {
    const path = join(folder, 'secret');
    writeFileSync(path, secret);
    return parseConfig({ environment: { ...environment, JWT_SECRET_FILE: path }, flags: {} });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const settingNames = new Set<string>(
  options.flatMap(({ name, kind }) => (kind === 'secret' ? [name, `${name}_FILE`] : [name])),
);

describe('deploy/prometheus/alerts.yaml', () => {
  interface Rule {
    readonly alert: string;
    readonly expr: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  }
  const rules: readonly Rule[] = parse(read('deploy/prometheus/alerts.yaml')).groups.flatMap(
    ({ rules }: { readonly rules: readonly Rule[] }) => rules,
  );
  const rows = new Map<string, MetricRow>(metricTable.map((row) => [row.name, row]));
  const metricOf = (used: string) => rows.get(used) ?? rows.get(used.replace(/_(?:bucket|sum|count)$/, ''));

  it.each(rules)('$alert uses metrics that there are, with labels that they have', ({ expr }) => {
    const used = [...expr.matchAll(/\b(cuegate_\w+)(?:\{([^}]*)\})?/g)];
    expect(used.length > 0 || expr.startsWith('up{job="cuegate"}')).toBe(true);
    const labels = new Set(['instance', 'le']);
    for (const [, name = '', matchers = ''] of used) {
      const row = metricOf(name);
      expect(row, `${name} is in no row of the table of metrics`).toBeDefined();
      if (row!.type === 'histogram') expect(name).toMatch(/_(?:bucket|sum|count)$/);
      for (const label of row!.labels) labels.add(label);
      for (const [, label] of matchers.matchAll(/(\w+)\s*[=!]/g)) expect(row!.labels).toContain(label);
    }
    for (const [, list = ''] of expr.matchAll(/\bby \(([^)]*)\)/g)) {
      for (const label of list.split(',')) expect([...labels]).toContain(label.trim());
    }
  });

  it.each(rules)('$alert says what is wrong and why that matters', ({ alert, labels, annotations }) => {
    expect(alert).toMatch(/^Cue(?:gate|bot)[A-Z]/);
    expect(['warning', 'critical']).toContain(labels['severity']);
    expect(Object.keys(annotations)).toEqual(['summary', 'why']);
  });

  // Skipped where promtool is not installed; see promtool.ts.
  it.skipIf(isPromtoolMissing)('passes promtool', () => {
    const { output, code } = promtool(['check', 'rules', pathOf('deploy/prometheus/alerts.yaml')]);
    expect(code, output).toBe(0);
    expect(output).toContain(`SUCCESS: ${rules.length} rules found`);
  });

  it.skipIf(isPromtoolMissing)('fires at a farm on fire, and lets one at peace alone', () => {
    const { output, code } = promtool(['test', 'rules', pathOf('deploy/prometheus/alerts-test.yaml')]);
    expect(code, output).toBe(0);
  });

  it('has a test of each rule', () => {
    const tested = read('deploy/prometheus/alerts-test.yaml');
    for (const { alert } of rules) expect(tested).toContain(`alertname="${alert}"`);
  });
});

describe('Dockerfile', () => {
  const text = read('Dockerfile');
  const stages = text.split(/^(?=FROM )/m);
  const last = stages.at(-1)!;

  it('ships the production dependencies and what the program reads, and nothing else', () => {
    expect(text).toMatch(/^RUN npm ci --omit=dev --ignore-scripts/m);
    const copied = [...last.matchAll(/^COPY (?:--from=\w+ )?(.*) \S+$/gm)].flatMap(([, paths = '']) =>
      paths.split(' '),
    );
    expect(copied).toEqual([
      '/cuegate/node_modules',
      '/cuegate/dist',
      'package.json',
      'LICENSE',
      'NOTICE',
      'proto',
      'schema',
    ]);
  });

  it('runs as a number that is not root', () => {
    expect(last).toMatch(/^USER 1000:1000$/m);
    expect(last).not.toMatch(/^RUN /m);
  });

  it('knows no secret', () => {
    expect(text).not.toMatch(/^(?:ARG|ENV) .*(?:SECRET|TOKEN|KEY)/m);
  });

  describe('its HEALTHCHECK', () => {
    const [, words = ''] = /^HEALTHCHECK .*\\\n\s*CMD (\[.*\])$/m.exec(last) ?? [];
    const check = async (port: number) => {
      const [, ...args]: readonly string[] = JSON.parse(words);
      const child = spawn(process.execPath, args, { env: { ...process.env, REST_PORT: String(port) } });
      return (await once(child, 'exit'))[0];
    };

    it('is content with a gateway that lives', async () => {
      expect(await check(running.gateway.port)).toBe(0);
    });

    it('fails where nobody listens', async () => {
      expect(await check(1)).toBe(1);
    });
  });

  it('is not handed what it need not see', () => {
    const ignored = read('.dockerignore').split('\n');
    for (const path of ['.git', 'node_modules', 'dist', 'test', '.env*', '*secret*', '*.pem', '*.key']) {
      expect(ignored).toContain(path);
    }
  });
});

describe('deploy/docker-compose.yaml', () => {
  const file = parse(read('deploy/docker-compose.yaml'));
  const { cuegate } = file.services;

  it('runs the image of this version, confined', () => {
    expect(cuegate).toMatchObject({
      image: `cuegate:${version}`,
      user: '1000:1000',
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
    expect(cuegate).not.toHaveProperty('privileged');
    expect(cuegate).not.toHaveProperty('cap_add');
  });

  it('has no default for the secret, and none for Cuebot', () => {
    expect(file.secrets.jwt_secret.file).toMatch(/^\$\{JWT_SECRET_FILE:\?.+\}$/);
    expect(cuegate.environment.CUEBOT_ENDPOINT).toMatch(/^\$\{CUEBOT_ENDPOINT:\?.+\}$/);
    expect(cuegate.environment).not.toHaveProperty('JWT_SECRET');
    expect(cuegate.environment.JWT_SECRET_FILE).toBe('/run/secrets/jwt_secret');
    expect(cuegate.secrets).toEqual(['jwt_secret']);
  });

  it('sets nothing but settings, and cuegate starts with them', () => {
    expect(Object.keys(cuegate.environment).filter((name) => !settingNames.has(name))).toEqual([]);
    const config = configOf({ ...cuegate.environment, CUEBOT_ENDPOINT: 'cuebot:8443' });
    expect(cuegate.ports).toContain(`${config.port}:${config.port}`);
    expect(cuegate.ports).toContain(`127.0.0.1:${config.metricsPort}:${config.metricsPort}`);
    expect(Number.parseInt(cuegate.stop_grace_period, 10) * 1000).toBeGreaterThan(
      config.drainDelayMs + config.shutdownTimeoutMs,
    );
    expect(config.drainDelayMs).toBe(5_000);
  });
});

describe('deploy/kubernetes', () => {
  const load = (name: string) =>
    parseAllDocuments(read(`deploy/kubernetes/${name}.yaml`)).map((document) => {
      expect(document.errors).toEqual([]);
      return document.toJS();
    });
  const [deployment] = load('deployment');
  const pod = deployment.spec.template.spec;
  const [container, ...others] = pod.containers;
  const portOf = (name: string) =>
    container.ports.find((port: { readonly name: string }) => port.name === name).containerPort;
  const environment = Object.fromEntries(
    container.env.map(({ name, value }: { readonly name: string; readonly value?: string }) => [name, value]),
  );

  it('lists all of its files', () => {
    const files = readdirSync(pathOf('deploy/kubernetes')).filter((name) => name !== 'kustomization.yaml');
    expect([...load('kustomization')[0].resources].sort()).toEqual(files.sort());
  });

  it('runs the image of this version as 1000, confined', () => {
    expect(others).toEqual([]);
    expect(container.image).toBe(`cuegate:${version}`);
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 1000,
        runAsGroup: 1000,
        seccompProfile: { type: 'RuntimeDefault' },
      },
    });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  it('runs one, and never two for a moment: lanes are in the memory of one process', () => {
    expect(deployment.spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
  });

  it('brings no secret along', () => {
    const kinds = ['deployment', 'service', 'networkpolicy', 'kustomization'].flatMap(load).map(({ kind }) => kind);
    expect(kinds).not.toContain('Secret');
    expect(load('kustomization')[0]).not.toHaveProperty('secretGenerator');
    expect(environment).not.toHaveProperty('JWT_SECRET');
    const [mount] = container.volumeMounts;
    expect(environment['JWT_SECRET_FILE']).toMatch(new RegExp(`^${mount.mountPath}/`));
    expect(mount.readOnly).toBe(true);
    // Readable by its group, which is fsGroup, and by nobody else.
    expect(pod.volumes[0].secret.defaultMode).toBe(0o440);
  });

  it('sets nothing but settings, and cuegate starts with them', () => {
    expect(Object.keys(environment).filter((name) => !settingNames.has(name))).toEqual([]);
    const config = configOf(environment);
    expect([portOf('http'), portOf('metrics')]).toEqual([config.port, config.metricsPort]);
    expect(pod.terminationGracePeriodSeconds * 1000).toBeGreaterThan(config.drainDelayMs + config.shutdownTimeoutMs);
    expect(config.drainDelayMs).toBe(5_000);
  });

  it.each([
    ['startupProbe', '/healthz'],
    ['livenessProbe', '/healthz'],
    ['readinessProbe', '/readyz'],
  ])('asks by %s what the gateway answers', async (probe, path) => {
    const { httpGet } = container[probe];
    expect([httpGet.path, httpGet.port]).toEqual([path, 'http']);
    // The pod's own address, which is in no list of allowed hosts.
    const headers = { host: '10.9.8.7:8448' };
    await expect
      .poll(async () => (await send(undefined, `${running.url}${httpGet.path}`, 'GET', headers)).status, {
        timeout: 120_000,
      })
      .toBe(200);
  });

  it('sends the ports of its service to the pod', () => {
    const [{ spec }] = load('service');
    expect(spec.selector).toEqual(deployment.spec.selector.matchLabels);
    for (const { port, targetPort } of spec.ports) expect(port).toBe(portOf(targetPort));
  });

  it('lets nobody but cuegate reach Cuebot', () => {
    const [cuebot] = load('networkpolicy');
    expect(cuebot.spec).toEqual({
      podSelector: { matchLabels: { 'app.kubernetes.io/name': 'cuebot' } },
      policyTypes: ['Ingress'],
      ingress: [
        {
          from: [{ podSelector: { matchLabels: deployment.spec.template.metadata.labels } }],
          ports: [{ protocol: 'TCP', port: Number(environment['CUEBOT_ENDPOINT']!.split(':')[1]) }],
        },
      ],
    });
  });

  it('lets cuegate reach Cuebot and names, and only Prometheus its metrics', () => {
    const [, { spec }] = load('networkpolicy');
    expect(spec.podSelector).toEqual({ matchLabels: deployment.spec.selector.matchLabels });
    expect(spec.policyTypes).toEqual(['Ingress', 'Egress']);
    const portsOf = (rules: readonly { readonly ports: readonly { readonly port: unknown }[] }[]) =>
      rules.map(({ ports }) => ports.map(({ port }) => port));
    expect(portsOf(spec.egress)).toEqual([[8443], [53, 53]]);
    expect(portsOf(spec.ingress)).toEqual([['http'], ['metrics']]);
    expect(spec.ingress[1].from).toHaveLength(1);
  });
});

describe('deploy/', () => {
  it('holds no file that looks like a secret', () => {
    const files = readdirSync(pathOf('deploy'), { recursive: true, encoding: 'utf8' });
    expect(files.filter((name) => /secret|\.env|\.pem|\.key$/.test(name))).toEqual([]);
  });
});
