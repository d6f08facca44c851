import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { printConfig, readConfig } from '../../src/config/config.ts';

const needed = { CUEBOT_ENDPOINT: 'cuebot:8443', AUTH: 'none' };
const read = (settings: Readonly<Record<string, string>>) =>
  readConfig({ environment: { ...needed, ...settings }, flags: {} });
const tracesOf = (settings: Readonly<Record<string, string>>) => {
  const { config, problems } = read(settings);
  expect(problems.found).toEqual([]);
  return config.traces;
};
const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

describe('the settings of traces', () => {
  it('are none without an endpoint, or where they are switched off, whatever else is set', () => {
    const grpc = { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_TRACES_SAMPLER: 'jaeger_remote' };
    expect(tracesOf({})).toBeUndefined();
    expect(tracesOf(grpc)).toBeUndefined();
    expect(tracesOf({ ...endpoint, ...grpc, OTEL_SDK_DISABLED: 'true' })).toBeUndefined();
  });

  it('have the defaults of OpenTelemetry', () => {
    expect(tracesOf(endpoint)).toEqual({
      url: 'http://collector:4318/v1/traces',
      protocol: 'http/protobuf',
      headers: {},
      resource: { 'service.name': 'cuegate' },
      sampler: 'parentbased_always_on',
      ratio: 1,
    });
  });

  it.each([
    ['http://collector:4318/', 'http://collector:4318/v1/traces'],
    ['https://collector/otlp', 'https://collector/otlp/v1/traces'],
  ])('add the path to %s', (url, expected) => {
    expect(tracesOf({ OTEL_EXPORTER_OTLP_ENDPOINT: url })?.url).toBe(expected);
  });

  it('take the endpoint of traces alone as it stands, and first', () => {
    const own = 'https://collector/here?tenant=1';
    expect(tracesOf({ ...endpoint, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: own })?.url).toBe(own);
  });

  it('name the service: by its own setting, then by the resource', () => {
    const resource = 'service.name=farm,service.namespace=a%2Cb';
    expect(tracesOf({ ...endpoint, OTEL_RESOURCE_ATTRIBUTES: resource })?.resource).toEqual({
      'service.name': 'farm',
      'service.namespace': 'a,b',
    });
    expect(
      tracesOf({ ...endpoint, OTEL_RESOURCE_ATTRIBUTES: resource, OTEL_SERVICE_NAME: 'front' })?.resource,
    ).toMatchObject({ 'service.name': 'front' });
  });

  it('take a ratio where the sampler has one', () => {
    const arg = { ...endpoint, OTEL_TRACES_SAMPLER_ARG: '0.01' };
    expect(tracesOf({ ...arg, OTEL_TRACES_SAMPLER: 'parentbased_traceidratio' })).toMatchObject({ ratio: 0.01 });
    expect(tracesOf({ ...arg, OTEL_TRACES_SAMPLER: 'always_on' })).toMatchObject({ ratio: 1 });
    expect(tracesOf({ ...endpoint, OTEL_TRACES_SAMPLER: 'traceidratio' })).toMatchObject({ ratio: 1 });
  });

  it.each([
    [
      { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
      'OTEL_EXPORTER_OTLP_PROTOCOL is "grpc"; expected one of: http/protobuf, http/json',
    ],
    [
      { OTEL_TRACES_SAMPLER: 'jaeger_remote' },
      'OTEL_TRACES_SAMPLER is "jaeger_remote"; expected one of: parentbased_always_on, parentbased_traceidratio, ' +
        'parentbased_always_off, always_on, traceidratio, always_off',
    ],
    [
      { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '50%' },
      'OTEL_TRACES_SAMPLER_ARG is "50%"; expected a number from 0 to 1, such as 0.01 for one trace in a hundred',
    ],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' },
      'OTEL_EXPORTER_OTLP_ENDPOINT is "collector:4318"; expected a URL of http: or https:',
    ],
    [
      { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: '/v1/traces' },
      'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is "/v1/traces"; expected a URL such as http://collector:4318',
    ],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://user:secret@collector' },
      'OTEL_EXPORTER_OTLP_ENDPOINT has credentials in it; they belong into OTEL_EXPORTER_OTLP_HEADERS',
    ],
    [
      { OTEL_EXPORTER_OTLP_HEADERS: 'a=1,secret' },
      'OTEL_EXPORTER_OTLP_HEADERS: its 2. entry is not of the form key=value, percent-encoded',
    ],
    [
      { OTEL_EXPORTER_OTLP_HEADERS: 'api-key=two%0Alines' },
      'OTEL_EXPORTER_OTLP_HEADERS: what it says of "api-key" is no header field',
    ],
    [
      { OTEL_RESOURCE_ATTRIBUTES: 'a=%zz' },
      'OTEL_RESOURCE_ATTRIBUTES: its 1. entry is not of the form key=value, percent-encoded',
    ],
  ])('say what is wrong with %o', (settings, problem) => {
    expect(read({ ...endpoint, ...settings }).problems.found).toEqual([problem]);
  });

  it('keep the header fields secret, and take them from a file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'cuegate-traces-'));
    try {
      const file = join(folder, 'headers');
      writeFileSync(file, 'authorization=Bearer%20secret\n');
      const settings = { ...endpoint, OTEL_EXPORTER_OTLP_HEADERS_FILE: file };
      expect(tracesOf(settings)?.headers).toEqual({ authorization: 'Bearer secret' });
      expect(printConfig({ environment: { ...needed, ...settings }, flags: {} })).toContain(
        'OTEL_EXPORTER_OTLP_HEADERS: "***" # secret file',
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
