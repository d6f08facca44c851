import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import { version } from '../../src/app/version.ts';

import { send, startGateway, type TestGateway } from '../app/running-gateway.ts';
import type { Json } from '../json.ts';
import { configOf, pathOf, read, settingNames } from './deployed-settings.ts';
import { findTypeMistakes, foreignKinds } from './find-type-mistakes.ts';
import { renderKustomization } from './render-kustomization.ts';

const root = 'deploy/kubernetes';
const overlays = { single: `${root}/overlays/single`, replicated: `${root}/overlays/replicated` };
const rendered: Readonly<Record<keyof typeof overlays, readonly Json[]>> = {
  single: renderKustomization(overlays.single),
  replicated: renderKustomization(overlays.replicated),
};
const find = (objects: readonly Json[], kind: string, name = 'cuegate') =>
  objects.find((object) => object.kind === kind && object.metadata.name === name);
const environmentOf = (container: Json): Readonly<Record<string, string>> =>
  Object.fromEntries(container.env.map(({ name, value }: Json) => [name, value]));
const labelsOf = (deployment: Json) => deployment.spec.template.metadata.labels;

describe('deploy/kubernetes', () => {
  it('has each of its files in an overlay', () => {
    for (const folder of ['base', 'overlays/replicated']) {
      const { resources } = parse(read(`${root}/${folder}/kustomization.yaml`));
      const files = readdirSync(pathOf(`${root}/${folder}`)).filter((name) => name !== 'kustomization.yaml');
      expect(resources.filter((resource: string) => resource.endsWith('.yaml')).sort()).toEqual(files.sort());
    }
    expect(rendered.single).toHaveLength(4);
    expect(renderKustomization(root)).toEqual(rendered.single);
  });
});

describe('findTypeMistakes()', () => {
  it('finds a field that there is not, one that is missing, and a value of another type', () => {
    const [service] = rendered.single.filter(({ kind }) => kind === 'Service');
    const budget = find(rendered.replicated, 'PodDisruptionBudget');
    const wrong = [
      { ...service, spec: { ...service.spec, portz: [] } },
      { ...service, spec: { ...service.spec, ports: [{ name: 'http' }] } },
      { ...budget, spec: { ...budget.spec, selector: 'cuegate' } },
    ];
    const found = findTypeMistakes(wrong).join('\n');
    expect(found).toContain(`"portz"' does not exist in type 'ServiceSpec'`);
    expect(found).toContain("Property 'port' is missing");
    expect(found).toContain("Type 'string' has no properties in common with type 'LabelSelector'");
  });

  it('leaves out kinds of operators alone', () => {
    const kinds = Object.values(rendered).flatMap((objects) => objects.map(({ kind }) => kind as string));
    expect(foreignKinds.filter((kind) => !kinds.includes(kind))).toEqual([]);
  });
});

describe.each(Object.entries(rendered))('the overlay %s', (overlay, objects) => {
  const deployments = objects.filter(({ kind }) => kind === 'Deployment');
  const deployment = find(objects, 'Deployment');
  const pod = deployment.spec.template.spec;
  const [container, ...others] = pod.containers;
  const portOf = ({ ports }: Json, name: unknown) => ports.find((port: Json) => port.name === name)?.containerPort;

  it('has each object once', () => {
    const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(names).toEqual([...new Set(names)]);
  });

  it('fits the types of Kubernetes', () => {
    expect(findTypeMistakes(objects)).toEqual([]);
  });

  it('runs the image of this version as 1000', () => {
    expect(others).toEqual([]);
    expect(container.image).toBe(`cuegate:${version}`);
    expect(pod.securityContext).toMatchObject({ runAsUser: 1000, runAsGroup: 1000 });
  });

  it('confines whatever it runs', () => {
    for (const { spec } of deployments) {
      expect(spec.template.spec).toMatchObject({
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      });
      for (const { securityContext, resources } of spec.template.spec.containers) {
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(resources.limits).not.toHaveProperty('cpu');
        expect(resources.limits).toHaveProperty('memory');
      }
    }
  });

  it('brings no secret along, and mounts what settings name', () => {
    expect(objects.map(({ kind }) => kind)).not.toContain('Secret');
    const environment = environmentOf(container);
    expect(environment).not.toHaveProperty('JWT_SECRET');
    const [mount] = container.volumeMounts;
    for (const [name, value] of Object.entries(environment)) {
      if (name.endsWith('_FILE')) expect(value).toMatch(new RegExp(`^${mount.mountPath}/`));
    }
    for (const { spec } of deployments) {
      const { containers, volumes } = spec.template.spec;
      const mounted = containers.flatMap(({ volumeMounts }: Json) => volumeMounts.map(({ name }: Json) => name));
      expect(mounted.sort()).toEqual(volumes.map(({ name }: Json) => name).sort());
      for (const { secret } of volumes) {
        // Readable by its group, which is fsGroup, and by nobody else.
        if (secret !== undefined) expect(secret).toMatchObject({ secretName: 'cuegate', defaultMode: 0o440 });
      }
    }
  });

  it('sets nothing but settings, and cuegate starts with them', () => {
    const environment = environmentOf(container);
    expect(Object.keys(environment).filter((name) => !settingNames.has(name))).toEqual([]);
    const config = configOf(environment);
    expect([portOf(container, 'http'), portOf(container, 'metrics')]).toEqual([config.port, config.metricsPort]);
    expect(pod.terminationGracePeriodSeconds * 1000).toBeGreaterThan(config.drainDelayMs + config.shutdownTimeoutMs);
    expect(config.drainDelayMs).toBe(5_000);
    // Whoever runs more than one shares a store, and nobody else has one.
    expect(config.store !== undefined).toBe(overlay === 'replicated');
  });

  it('selects what it labels', () => {
    for (const each of deployments) expect(labelsOf(each)).toEqual(each.spec.selector.matchLabels);
    const labels = deployments.map(labelsOf);
    for (const { kind, spec } of objects) {
      if (kind === 'Service') expect(labels).toContainEqual(spec.selector);
      if (kind === 'PodDisruptionBudget') expect(labels).toContainEqual(spec.selector.matchLabels);
      if (kind === 'NetworkPolicy') {
        expect([...labels, { 'app.kubernetes.io/name': 'cuebot' }]).toContainEqual(spec.podSelector.matchLabels);
      }
    }
  });

  it('sends the ports of services to pods', () => {
    for (const { spec } of objects.filter(({ kind }) => kind === 'Service')) {
      const target = deployments.find((each) => JSON.stringify(labelsOf(each)) === JSON.stringify(spec.selector));
      for (const { port, targetPort } of spec.ports) {
        expect(portOf(target.spec.template.spec.containers[0], targetPort)).toBe(port);
      }
    }
  });

  it('lets nobody but cuegate reach Cuebot', () => {
    expect(find(objects, 'NetworkPolicy', 'cuebot').spec).toEqual({
      podSelector: { matchLabels: { 'app.kubernetes.io/name': 'cuebot' } },
      policyTypes: ['Ingress'],
      ingress: [
        {
          from: [{ podSelector: { matchLabels: labelsOf(deployment) } }],
          ports: [{ protocol: 'TCP', port: Number(environmentOf(container)['CUEBOT_ENDPOINT']!.split(':')[1]) }],
        },
      ],
    });
  });

  it('lets cuegate reach Cuebot, names and its store, and only Prometheus its metrics', () => {
    const { spec } = find(objects, 'NetworkPolicy');
    expect(spec.policyTypes).toEqual(['Ingress', 'Egress']);
    const portsOf = (rules: Json) => rules.map(({ ports }: Json) => ports.map(({ port }: Json) => port));
    expect(portsOf(spec.egress)).toEqual([[8443], [53, 53], ...(overlay === 'replicated' ? [[6379]] : [])]);
    expect(portsOf(spec.ingress)).toEqual([['http'], ['metrics']]);
    expect(spec.ingress[1].from).toHaveLength(1);
  });
});

describe('the overlay single', () => {
  it('runs one, and never two for a moment: lanes are in the memory of one process', () => {
    expect(find(rendered.single, 'Deployment').spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
  });
});

describe('the overlay replicated', () => {
  const objects = rendered.replicated;
  const { spec } = find(objects, 'Deployment');

  it('runs two and more, and replaces one after the other', () => {
    expect(spec).not.toHaveProperty('replicas');
    expect(spec.strategy).toEqual({ type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } });
    const scaler = find(objects, 'HorizontalPodAutoscaler').spec;
    expect(scaler.scaleTargetRef).toEqual({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'cuegate' });
    expect(scaler.minReplicas).toBeGreaterThanOrEqual(2);
    expect(scaler.metrics[0].resource.name).toBe('cpu');
    expect(find(objects, 'PodDisruptionBudget').spec.maxUnavailable).toBe(1);
  });

  it('has one store, which only gateways reach', () => {
    const store = find(objects, 'Deployment', 'cuegate-valkey');
    expect(store.spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
    const { hostname, port } = new URL(environmentOf(spec.template.spec.containers[0])['REDIS_URL']!);
    expect(find(objects, 'Service', hostname).spec.ports[0].port).toBe(Number(port));
    expect(store.spec.template.spec.containers[0].command.join(' ')).toContain('--maxmemory-policy noeviction');
    expect(find(objects, 'NetworkPolicy', 'cuegate-valkey').spec).toMatchObject({
      ingress: [{ from: [{ podSelector: spec.selector }], ports: [{ protocol: 'TCP', port: Number(port) }] }],
      egress: [],
    });
  });

  it('tells Prometheus where its metrics are', () => {
    const monitor = find(objects, 'ServiceMonitor').spec;
    const service = find(objects, 'Service');
    expect(service.metadata.labels).toEqual(monitor.selector.matchLabels);
    expect(service.spec.ports.map(({ name }: Json) => name)).toContain(monitor.endpoints[0].port);
  });
});

describe('the probes', () => {
  let running: TestGateway;
  beforeAll(async () => {
    running = await startGateway();
  });
  afterAll(() => running.close());

  it.each([
    ['startupProbe', '/healthz'],
    ['livenessProbe', '/healthz'],
    ['readinessProbe', '/readyz'],
  ])('ask by %s what the gateway answers', async (probe, path) => {
    const { httpGet } = find(rendered.replicated, 'Deployment').spec.template.spec.containers[0][probe];
    expect([httpGet.path, httpGet.port]).toEqual([path, 'http']);
    // The pod's own address, which is in no list of allowed hosts.
    const headers = { host: '10.9.8.7:8448' };
    await expect
      .poll(async () => (await send(undefined, `${running.url}${httpGet.path}`, 'GET', headers)).status)
      .toBe(200);
  });
});
