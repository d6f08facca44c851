import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createClient } from 'graphql-ws';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';

import type { AuditRecord } from '../../src/audit/audit-record.ts';
import { version } from '../../src/app/version.ts';
import { createDemoCuebot } from '../../src/demo/demo-cuebot.ts';

import { connectGrpc, type GrpcClient } from '../app/grpc-client.ts';
import { send, startGateway, type TestGatewayOptions } from '../app/running-gateway.ts';
import { createAuthority, loopbackNames } from '../certificates.ts';
import { type EventStream, openStream } from '../event-stream.ts';
import { askHttp2, dialHttp2 } from '../http2-client.ts';
import { type Door, openDoor } from '../upstream/door.ts';

import type { OtlpReceiver, ReceivedSpan } from './otlp-receiver.ts';
import { startReceiver } from './otlp-receiver.ts';
import { startTraced, type TracedGateway } from './traced-gateway.ts';

/** Traces, end to end: what a collector gets of requests that come by every way, in front of a demo Cuebot. */

let running: TracedGateway;
const toClose: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of toClose.splice(0)) await each.close();
  await running?.close();
});

const start = async (options?: TestGatewayOptions): Promise<TracedGateway> => {
  running = await startTraced(options);
  return running;
};
const closeLater = <Closing extends { close(): unknown }>(closing: Closing): Closing => {
  toClose.push(closing);
  return closing;
};

const findShow = 'show.ShowInterface/FindShow';
const getLayers = 'job.JobInterface/GetLayers';
const getActiveShows = 'show.ShowInterface/GetActiveShows';
const rpcOf = (rpc: string) => ({
  'rpc.system': 'grpc',
  'rpc.service': rpc.split('/')[0],
  'rpc.method': rpc.split('/')[1],
});
const trace = { id: '0af7651916cd43dd8448eb211c80319c', parent: 'b7ad6b7169203331' };
const traceparent = `00-${trace.id}-${trace.parent}-01`;
const childrenOf = ({ spanId }: ReceivedSpan, all: readonly ReceivedSpan[]) =>
  all.filter(({ parentId }) => parentId === spanId);
const jobOf = async ({ rest }: TracedGateway) => {
  const { json } = await rest('job.JobInterface/GetJobs', { r: {} });
  return json.jobs.jobs[0] as { readonly id: string };
};
/** The metadata with which Cuebot got the calls of an RPC. */
const sentWith = ({ cuebot }: TracedGateway, rpc: string) =>
  cuebot.callLog.filter(({ method }) => method === rpc).map(({ metadata }) => metadata);

describe('a request by REST', () => {
  it('is told with its call and the trip upstream, each under the one before', async () => {
    const { rest } = await start();
    await rest(findShow, { name: 'testing' }, { 'x-request-id': 'mine' });
    const { all, one, wayTo } = await running.end();
    expect(all).toHaveLength(3);
    const request = one(`POST /${findShow}`);
    expect(request).toMatchObject({ kind: 'server', parentId: '', hasFailed: false, links: [] });
    expect(request.attributes).toEqual({
      'http.request.method': 'POST',
      'http.route': `/${findShow}`,
      'http.response.status_code': 200,
      'url.scheme': 'http',
      'network.protocol.version': '1.1',
      'client.address': '127.0.0.1',
      'cuegate.request_id': 'mine',
    });
    const call = one(`call ${findShow}`);
    expect(call).toMatchObject({ kind: 'internal', hasFailed: false });
    expect(call.attributes).toEqual({
      ...rpcOf(findShow),
      'rpc.grpc.status_code': 0,
      'cuegate.kind': 'read',
      'cuegate.surface': 'rest',
      'cuegate.request_id': 'mine',
    });
    const upstream = one(findShow);
    expect(upstream).toMatchObject({ kind: 'client', hasFailed: false });
    expect(upstream.attributes).toEqual({
      ...rpcOf(findShow),
      'rpc.grpc.status_code': 0,
      'server.address': '127.0.0.1',
      'server.port': running.cuebot.port,
    });
    expect(wayTo(upstream)).toEqual([`POST /${findShow}`, `call ${findShow}`, findShow]);
    expect(request.resource).toMatchObject({
      'service.name': 'cuegate',
      'service.version': version,
      'process.pid': process.pid,
      'telemetry.sdk.name': 'opentelemetry',
    });
  });

  it('gives nothing away of who asks, with what token, for what, or what the answer is', async () => {
    const { rest, graphql } = await start({ subject: 'somebody-special' });
    await rest(`${findShow}?key=in-the-query`, { name: 'testing' });
    await rest(findShow, { name: 'a-show-that-is-not-there' });
    await rest('some/other/path');
    await graphql('query Q($name: String!) { show(name: $name) { name } }', { name: 'testing' });
    await graphql('{ show(name: "testing") { name } }');
    const { token, end } = running;
    const told = JSON.stringify((await end()).all);
    for (const secret of ['somebody-special', token, 'in-the-query', 'testing', 'not-there', 'other/path']) {
      expect(told).not.toContain(secret);
    }
    expect(told).toContain('document_sha256');
  });

  it('has the status of its answer, and the name of no route where there is none', async () => {
    const { url, rest } = await start();
    await fetch(`${url}/${findShow}`, { method: 'POST' });
    await rest('some/other/path');
    const { one } = await running.end();
    expect(one(`POST /${findShow}`)).toMatchObject({
      hasFailed: false,
      attributes: { 'http.response.status_code': 401 },
    });
    const { attributes } = one('POST');
    expect(attributes).toMatchObject({ 'http.response.status_code': 404 });
    expect(attributes).not.toHaveProperty('http.route');
  });

  it('has the route of the page that its file belongs to', async () => {
    const { url } = await start();
    for (const path of ['', 'farm', 'farm/assets/not-there.js', 'docs/', 'openapi.json', 'graphqlx']) {
      await (await fetch(`${url}/${path}`, { headers: { accept: 'text/html' } })).arrayBuffer();
    }
    const { all } = await running.end();
    expect(all.map(({ name }) => name)).toEqual([
      'GET /',
      'GET /farm',
      'GET /farm',
      'GET /docs',
      'GET /openapi.json',
      'GET',
    ]);
  });

  it('is not told where it only asks for health', async () => {
    const { url } = await start();
    await fetch(`${url}/healthz`);
    await fetch(`${url}/readyz`);
    expect((await running.end()).all).toEqual([]);
  });
});

describe('a request by TLS and HTTP/2', () => {
  it('is told as such', async () => {
    const authority = createAuthority();
    toClose.push({ close: authority.remove });
    const { certFile, keyFile } = authority.issue(loopbackNames);
    const { url, token } = await start({ settings: { TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile } });
    const session = await dialHttp2(url, { ca: authority.cert });
    const head = { ':method': 'POST', ':path': `/${findShow}`, authorization: `Bearer ${token}`, traceparent };
    await askHttp2(session, { ...head, 'content-type': 'application/json' }, '{"name":"testing"}');
    session.close();
    const { one, wayTo } = await running.end();
    expect(one(`POST /${findShow}`)).toMatchObject({
      traceId: trace.id,
      parentId: trace.parent,
      attributes: { 'url.scheme': 'https', 'network.protocol.version': '2', 'http.response.status_code': 200 },
    });
    expect(wayTo(one(findShow))).toHaveLength(3);
  });
});

describe('a call, where there are several Cuebots', () => {
  it('is told with the one that it went to, each time that it was sent', async () => {
    const first = closeLater(await createDemoCuebot());
    const second = closeLater(await createDemoCuebot({ sharedFarm: first.farm }));
    const doors = [closeLater(await openDoor(first.port)), closeLater(await openDoor(second.port))];
    const endpoints = doors.map(({ port }) => `127.0.0.1:${port}`).join(',');
    const { rest, gateway } = await start({ settings: { CUEBOT_ENDPOINT: endpoints, METRICS_PORT: '0' } });
    const statesOf = async () => {
      const { json } = await send(undefined, `${gateway.metricsUrl}/readyz`, 'GET', {});
      return Object.values(json.endpoints);
    };
    await vi.waitFor(async () => expect(await statesOf()).toEqual(['ready', 'ready']), { timeout: 30_000 });
    for (const door of doors) {
      door.atNextBytes(() => {
        for (const other of doors) other.atNextBytes(undefined);
        door.reset();
      });
    }
    expect((await rest(findShow, { name: 'testing' })).status).toBe(200);
    const { named, one } = await running.end();
    const [lost, sent] = named(findShow);
    expect([lost, sent].map((span) => [span!.hasFailed, span!.attributes['cuegate.retry']])).toEqual([
      [true, undefined],
      [false, true],
    ]);
    const ports = [lost, sent].map((span) => span!.attributes['server.port']);
    expect(ports.toSorted()).toEqual(doors.map(({ port }) => port).toSorted());
    expect([lost, sent].map((span) => span!.parentId)).toEqual(Array(2).fill(one(`call ${findShow}`).spanId));
  });
});

describe('an operation of GraphQL', () => {
  it('is told under its request, with its calls under it', async () => {
    const { graphql } = await start();
    const { json } = await graphql('query Mine { shows { name jobs { name } } }');
    expect(json.errors).toBeUndefined();
    const { all, one, wayTo } = await running.end();
    const operation = one('query');
    expect(operation.attributes).toEqual({
      'graphql.operation.type': 'query',
      'graphql.operation.name': 'Mine',
      'cuegate.graphql.document_sha256': expect.stringMatching(/^[0-9a-f]{64}$/),
      'cuegate.request_id': one('POST /graphql').attributes['cuegate.request_id'],
    });
    const calls = childrenOf(operation, all);
    expect(calls.map(({ name }) => name).sort()).toEqual([
      'call job.JobInterface/GetJobs',
      'call show.ShowInterface/GetShows',
    ]);
    expect(calls.map(({ attributes }) => attributes['cuegate.surface'])).toEqual(['graphql', 'graphql']);
    expect(wayTo(one('job.JobInterface/GetJobs'))).toEqual([
      'POST /graphql',
      'query',
      'call job.JobInterface/GetJobs',
      'job.JobInterface/GetJobs',
    ]);
  });

  it('has failed where its answer has errors, by the code of the first', async () => {
    const { graphql, cuebot } = await start();
    await cuebot.close();
    const { json } = await graphql('{ one: show(name: "testing") { name } two: show(name: "demo") { name } }');
    expect(json.errors).toHaveLength(2);
    const { one } = await running.end();
    expect(one('query')).toMatchObject({
      hasFailed: true,
      description: '',
      attributes: { 'error.type': json.errors[0].extensions.code, 'cuegate.graphql.errors': 2 },
    });
    expect(one('POST /graphql')).toMatchObject({ hasFailed: false });
  });
});

describe('a subscription', () => {
  const live = { LIVE_MIN_INTERVAL: '25ms', LIVE_INTERVAL: '25ms' };
  const shows = 'subscription Shows { showGetShows { shows { shows { name defaultMinCores } } } }';
  const getShows = 'show.ShowInterface/GetShows';
  const changeShow = async ({ rest }: TracedGateway, minCores: number) => {
    const { json } = await rest(getShows);
    await rest('show.ShowInterface/SetDefaultMinCores', { show: json.shows.shows[0], minCores });
  };

  it('is told under its request when it begins, and later looks in traces of their own', async () => {
    const gateway = await start({ settings: live });
    const stream: EventStream = await openStream(`${gateway.url}/graphql`, gateway.token, { query: shows });
    await stream.next(1);
    await changeShow(gateway, 7);
    await stream.next(2);
    stream.vanish();
    const { all, one, named, wayTo } = await gateway.end();
    const request = one('POST /graphql');
    const inItsTrace = all.filter(({ traceId }) => traceId === request.traceId);
    expect(inItsTrace.map(({ name }) => name).sort()).toEqual(
      ['POST /graphql', `call ${getShows}`, getShows, 'subscription'].sort(),
    );
    const looks = named('look');
    expect(looks.length).toBeGreaterThan(0);
    for (const look of looks) {
      expect(look).toMatchObject({ parentId: '', links: [{ traceId: request.traceId, spanId: request.spanId }] });
      expect(look.attributes).toMatchObject({ 'graphql.operation.name': 'Shows' });
    }
    expect(new Set(all.filter(({ parentId }) => parentId === '').map(({ traceId }) => traceId)).size).toBe(
      // Every look, the subscription, and the two calls by REST.
      looks.length + 3,
    );
    // What had changed was executed again.
    const [again] = named('subscription').filter(({ traceId }) => traceId !== request.traceId);
    expect(wayTo(again!)).toEqual(['look', 'subscription']);
    const polled = named(`call ${getShows}`).filter((call) => wayTo(call)[0] === 'look');
    expect(polled.length).toBeGreaterThanOrEqual(looks.length);
  });

  it('has traces of its own over a WebSocket, which link to the request that opened that', async () => {
    const gateway = await start({ settings: live });
    const client = createClient({
      url: `${gateway.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${gateway.token}` },
    });
    const results = client.iterate({ query: shows });
    await results.next();
    const ask = client.iterate({ query: 'query Mine { shows { name } }' });
    await ask.next();
    await changeShow(gateway, 8);
    await results.next();
    await results.return?.();
    await client.dispose();
    const { one, named, wayTo } = await gateway.end();
    const request = one('GET /graphql');
    expect(request.attributes).toMatchObject({ 'http.response.status_code': 101 });
    const link = { traceId: request.traceId, spanId: request.spanId };
    const [first] = named('subscription');
    expect(first).toMatchObject({ parentId: '', links: [link] });
    expect(one('query')).toMatchObject({
      parentId: '',
      links: [link],
      attributes: { 'graphql.operation.name': 'Mine' },
    });
    expect(wayTo(named(`call ${getShows}`)[0]!)).toEqual(['subscription', `call ${getShows}`]);
    for (const look of named('look')) expect(look).toMatchObject({ parentId: '', links: [link] });
  });
});

describe('a call by Connect or gRPC-Web', () => {
  it.each([
    ['connect', { 'connect-protocol-version': '1', 'content-type': 'application/json' }, '{"name":"testing"}'],
    [
      'grpc-web',
      { 'content-type': 'application/grpc-web+proto' },
      Buffer.from([0, 0, 0, 0, 9, 0x0a, 7, ...Buffer.from('testing')]),
    ],
  ])('is told with its way in: %s', async (surface, headers, body) => {
    const { url, token } = await start();
    const given = { ...headers, authorization: `Bearer ${token}`, traceparent };
    const answer = await fetch(`${url}/${findShow}`, { method: 'POST', headers: given as never, body });
    expect(answer.status).toBe(200);
    const { one, wayTo } = await running.end();
    expect(one(`call ${findShow}`).attributes).toMatchObject({ 'cuegate.surface': surface });
    expect(wayTo(one(findShow))).toEqual([`POST /${findShow}`, `call ${findShow}`, findShow]);
    expect(one(findShow).traceId).toBe(trace.id);
  });
});

describe('a call by gRPC', () => {
  const callFindShow = (grpc: GrpcClient, metadata: Readonly<Record<string, string>> = {}) =>
    grpc.call(findShow, { name: 'testing' }, { authorization: `Bearer ${running.token}`, ...metadata });

  it('is told as its request, under the span of its caller', async () => {
    const { gateway } = await start();
    const grpc = closeLater(connectGrpc(gateway.grpcPort!));
    await callFindShow(grpc, { traceparent, 'x-request-id': 'mine' });
    const { all, wayTo } = await running.end();
    expect(all).toHaveLength(3);
    const request = all.find(({ kind }) => kind === 'server')!;
    expect(request).toMatchObject({ name: findShow, traceId: trace.id, parentId: trace.parent, hasFailed: false });
    expect(request.attributes).toEqual({
      ...rpcOf(findShow),
      'rpc.grpc.status_code': 0,
      'client.address': '127.0.0.1',
      'cuegate.request_id': 'mine',
    });
    const upstream = all.find(({ kind }) => kind === 'client')!;
    expect(wayTo(upstream)).toEqual([findShow, `call ${findShow}`, findShow]);
  });

  it('has failed only where the gateway has', async () => {
    const { gateway, cuebot } = await start();
    const grpc = closeLater(connectGrpc(gateway.grpcPort!));
    await callFindShow(grpc, { authorization: '' });
    await callFindShow(grpc);
    await cuebot.close();
    await callFindShow(grpc);
    const { all } = await running.end();
    const requests = all.filter(({ kind }) => kind === 'server');
    const codeOf = ({ attributes }: ReceivedSpan) => attributes['rpc.grpc.status_code'];
    expect(requests.map((span) => [codeOf(span), span.hasFailed, span.attributes['error.type']])).toEqual([
      [16, false, undefined],
      [0, false, undefined],
      [14, true, 'UNAVAILABLE'],
    ]);
  });

  it('replaces its caller’s own words on the trace where metadata are sent on', async () => {
    const { gateway } = await start({ settings: { FORWARD_METADATA: 'true' } });
    const grpc = closeLater(connectGrpc(gateway.grpcPort!));
    await callFindShow(grpc, { traceparent, tracestate: 'studio=7', other: 'stays' });
    const [metadata] = sentWith(running, findShow);
    const { all } = await running.end();
    const { spanId } = all.find(({ kind }) => kind === 'client')!;
    expect(metadata).toMatchObject({
      traceparent: `00-${trace.id}-${spanId}-01`,
      tracestate: 'studio=7',
      other: 'stays',
    });
  });
});

describe('a call that waits in a lane', () => {
  it('is told with its wait, and one that need not wait without', async () => {
    const latencyMs = (method: string) => (method === getLayers ? 100 : 0);
    const { rest } = await start({ cuebot: { latencyMs } });
    const { id } = await jobOf(running);
    // Not the same request, or they would share one call.
    const ids = [id, id.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'))];
    await Promise.all(ids.map((job) => rest(getLayers, { job: { id: job } })));
    const { one, named, wayTo } = await running.end();
    expect(named(`call ${getLayers}`)).toHaveLength(2);
    const wait = one('lane wait');
    expect(wait).toMatchObject({ kind: 'internal', hasFailed: false, attributes: { 'cuegate.lane': 'job' } });
    expect(wayTo(wait)).toEqual([`POST /${getLayers}`, `call ${getLayers}`, 'lane wait']);
  });

  it('is told with why its wait was in vain', async () => {
    const latencyMs = (method: string) => (method === getLayers ? 200 : 0);
    const { rest } = await start({ cuebot: { latencyMs }, settings: { LANE_MAX_WAIT: '1ms' } });
    const { id } = await jobOf(running);
    const other = id.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'));
    const first = rest(getLayers, { job: { id } });
    await vi.waitUntil(() => running.gateway.laneStates().some(({ busy }) => busy));
    expect((await rest(getLayers, { job: { id: other } })).status).toBe(503);
    await first;
    const { one, named } = await running.end();
    expect(one('lane wait')).toMatchObject({ hasFailed: true, attributes: { 'error.type': 'LANE_WAIT' } });
    const call = named(`call ${getLayers}`).find(({ hasFailed }) => hasFailed);
    expect(call!.attributes).toMatchObject({ 'rpc.grpc.status_code': 14, 'cuegate.reason': 'LANE_WAIT' });
    expect(named(getLayers)).toHaveLength(1);
  });
});

describe('a read that others share', () => {
  it('is sent once, and the others link to the call that sent it', async () => {
    const latencyMs = (method: string) => (method === getActiveShows ? 300 : 0);
    const { rest, cuebot } = await start({ cuebot: { latencyMs } });
    const first = rest(getActiveShows, {}, { 'x-request-id': 'first' });
    await vi.waitUntil(() => cuebot.calls.get(getActiveShows) === 1);
    await Promise.all([first, rest(getActiveShows, {}, { 'x-request-id': 'second' })]);
    const { one, named, wayTo } = await running.end();
    const byRequest = (id: string) =>
      named(`call ${getActiveShows}`).find(({ attributes }) => attributes['cuegate.request_id'] === id)!;
    const [sender, sharer] = [byRequest('first'), byRequest('second')];
    expect(one(getActiveShows).parentId).toBe(sender.spanId);
    expect(sharer.traceId).not.toBe(sender.traceId);
    expect(sharer.links).toEqual([{ traceId: sender.traceId, spanId: sender.spanId }]);
    expect(sharer.attributes).toMatchObject({ 'cuegate.shared': 'in_flight', 'rpc.grpc.status_code': 0 });
    expect(sender.links).toEqual([]);
    expect(sender.attributes).not.toHaveProperty('cuegate.shared');
    expect(wayTo(sharer)).toEqual([`POST /${getActiveShows}`, `call ${getActiveShows}`]);
  });

  it('is linked to just the same when its answer is given again for an idempotency key', async () => {
    const launch = 'job.JobInterface/LaunchSpec';
    const spec =
      '<?xml version="1.0"?><!DOCTYPE spec PUBLIC "SPI Cue Specification Language" "http://localhost:8080/spcue/dtd/cjsl-1.15.dtd">' +
      '<spec><facility>local</facility><show>testing</show><shot>sh1</shot><user>ann</user><uid>1004</uid><job name="once">' +
      '<paused>True</paused><layers><layer name="one" type="Render"><cmd>true</cmd><range>1</range><chunk>1</chunk><services>' +
      '<service>shell</service></services></layer></layers></job></spec>';
    const { rest, cuebot } = await start();
    for (const id of ['first', 'again']) {
      const { status } = await rest(launch, { spec }, { 'idempotency-key': 'a-key', 'x-request-id': id });
      expect(status).toBe(200);
    }
    expect(cuebot.calls.get(launch)).toBe(1);
    const { one, named } = await running.end();
    const [sender, again] = named(`call ${launch}`);
    expect(one(launch).parentId).toBe(sender!.spanId);
    expect(again!.links).toEqual([{ traceId: sender!.traceId, spanId: sender!.spanId }]);
    expect(again!.attributes).toMatchObject({ 'cuegate.shared': 'idempotency_key' });
  });
});

describe('a call that fails', () => {
  it('is told so, by the conventions, and the answer too where it is the gateway’s fault', async () => {
    const { rest, cuebot } = await start();
    await cuebot.close();
    expect((await rest(findShow, { name: 'testing' })).status).toBe(503);
    const { one } = await running.end();
    expect(one(findShow)).toMatchObject({
      hasFailed: true,
      description: '',
      attributes: { 'rpc.grpc.status_code': 14, 'error.type': 'UNAVAILABLE' },
    });
    expect(one(`call ${findShow}`)).toMatchObject({ hasFailed: true, attributes: { 'error.type': 'UNAVAILABLE' } });
    expect(one(`POST /${findShow}`)).toMatchObject({
      hasFailed: true,
      attributes: { 'http.response.status_code': 503, 'error.type': '503' },
    });
  });

  it('is no failure of the gateway where its caller asked for what may not be', async () => {
    const { rest } = await start({ settings: { JWT_SECRET_LEVEL: 'none' } });
    expect((await rest(findShow, { name: 'testing' })).status).toBe(403);
    const { all, one } = await running.end();
    expect(all.map(({ name }) => name)).not.toContain(findShow);
    const call = one(`call ${findShow}`);
    expect(call).toMatchObject({ hasFailed: false, attributes: { 'rpc.grpc.status_code': 7 } });
    expect(call.attributes['cuegate.reason']).toEqual(expect.any(String));
  });

  it('is told twice where it was sent twice, the second time as such', async () => {
    const { cuebot } = closeLater(await startGateway());
    const door: Door = closeLater(await openDoor(cuebot.port));
    const { rest } = await start({ settings: { CUEBOT_ENDPOINT: `127.0.0.1:${door.port}` } });
    await rest(findShow, { name: 'testing' });
    door.atNextBytes(door.reset);
    expect((await rest(findShow, { name: 'demo' })).status).toBe(200);
    const { named } = await running.end();
    expect(named(findShow).map(({ hasFailed, attributes }) => [hasFailed, attributes['cuegate.retry']])).toEqual([
      [false, undefined],
      [true, undefined],
      [false, true],
    ]);
    const [, lost, sent] = named(findShow);
    expect(sent!.parentId).toBe(lost!.parentId);
  });
});

describe('traceparent', () => {
  it('comes in, and goes upstream as that of the trip, with tracestate', async () => {
    const { rest } = await start();
    await rest(findShow, { name: 'testing' }, { traceparent, tracestate: 'studio=7,other=8' });
    const [metadata] = sentWith(running, findShow);
    const { one } = await running.end();
    expect(one(`POST /${findShow}`)).toMatchObject({
      traceId: trace.id,
      parentId: trace.parent,
      traceState: 'studio=7,other=8',
    });
    expect(metadata).toMatchObject({
      traceparent: `00-${trace.id}-${one(findShow).spanId}-01`,
      tracestate: 'studio=7,other=8',
    });
  });

  it.each([
    ['nothing', ''],
    ['no hex digits', '00-0af7651916cd43dd8448eb211c8031zz-b7ad6b7169203331-01'],
    ['large letters', traceparent.toUpperCase()],
    ['an empty trace', `00-${'0'.repeat(32)}-${trace.parent}-01`],
    ['an empty parent', `00-${trace.id}-${'0'.repeat(16)}-01`],
    ['the version that is none', traceparent.replace('00', 'ff')],
    ['more than its version has', `${traceparent}-more`],
    ['two of them', `${traceparent}, ${traceparent}`],
  ])('that is bad is ignored: %s', async (_, bad) => {
    const { rest } = await start();
    expect((await rest(findShow, { name: 'testing' }, { traceparent: bad, tracestate: 'studio=7' })).status).toBe(200);
    const { one } = await running.end();
    const request = one(`POST /${findShow}`);
    expect(request).toMatchObject({ parentId: '', traceState: '' });
    expect(request.traceId).not.toBe(trace.id);
  });

  it('of a version to come is read as far as it is known', async () => {
    const { rest } = await start();
    await rest(findShow, { name: 'testing' }, { traceparent: `${traceparent.replace('00', '01')}-more` });
    expect((await running.end()).one(`POST /${findShow}`)).toMatchObject({ traceId: trace.id });
  });

  it('does not go upstream where nothing is traced', async () => {
    const gateway = closeLater(await startGateway());
    await gateway.rest(findShow, { name: 'testing' }, { traceparent });
    const [call] = gateway.cuebot.callLog.filter(({ method }) => method === findShow);
    expect(Object.keys(call!.metadata)).not.toContain('traceparent');
  });
});

describe('a trace that is not sampled', () => {
  const unsampled = traceparent.replace(/01$/, '00');

  it.each([
    ['always_off', {}, traceparent],
    ['parentbased_always_off', {}, undefined],
    ['parentbased_always_on', {}, unsampled],
    ['traceidratio', { OTEL_TRACES_SAMPLER_ARG: '0' }, traceparent],
    ['parentbased_traceidratio', { OTEL_TRACES_SAMPLER_ARG: '0' }, undefined],
  ])('is not told, and the upstream knows: %s', async (sampler, more, given) => {
    const { rest, graphql, log } = await start({ settings: { OTEL_TRACES_SAMPLER: sampler, ...more } });
    await rest(findShow, { name: 'testing' }, given === undefined ? {} : { traceparent: given });
    const headers = given === undefined ? {} : { traceparent: given };
    await graphql('{ show(name: "testing") { name } }', {}, headers);
    const sent = sentWith(running, findShow);
    const { all } = await running.end();
    expect(all).toEqual([]);
    expect(sent.length).toBeGreaterThan(0);
    for (const metadata of sent) expect(metadata['traceparent']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    if (given !== undefined) expect(sent[0]!['traceparent']).toContain(trace.id);
    // The trace is nowhere to be found, so its id leads nobody there.
    expect(log.some(({ fields }) => 'traceId' in fields)).toBe(false);
  });

  it.each([
    ['always_on', {}, unsampled],
    ['parentbased_always_off', {}, traceparent],
    ['parentbased_traceidratio', { OTEL_TRACES_SAMPLER_ARG: '0' }, traceparent],
    ['traceidratio', { OTEL_TRACES_SAMPLER_ARG: '1' }, unsampled],
  ])('is another one where the sampler says so: %s', async (sampler, more, given) => {
    const { rest } = await start({ settings: { OTEL_TRACES_SAMPLER: sampler, ...more } });
    await rest(findShow, { name: 'testing' }, { traceparent: given });
    expect((await running.end()).all).toHaveLength(3);
  });
});

describe('the trace id', () => {
  it('stands in the log and in the audit, beside the id of the request', async () => {
    const { rest, log } = await start();
    const { json } = await rest(findShow, { name: 'testing' });
    await rest('show.ShowInterface/SetDefaultMinCores', { show: json.show, minCores: 3 }, { traceparent });
    const { end } = running;
    await end();
    const lines = log.filter(({ message }) => message === 'call answered').map(({ fields }) => fields);
    expect(lines).toHaveLength(2);
    expect(lines[0]!['traceId']).toMatch(/^[0-9a-f]{32}$/);
    expect(lines[1]).toMatchObject({ traceId: trace.id, requestId: expect.any(String) });
    const records = log.flatMap(({ fields }) => (fields['audit'] as AuditRecord | undefined) ?? []);
    expect(records.find(({ event }) => event === 'write')).toMatchObject({
      requestId: lines[1]!['requestId'],
      traceId: trace.id,
    });
  });
});

describe('the receiver', () => {
  it('gets JSON where it is asked for, what the settings say of the gateway, and header fields', async () => {
    const { rest, receiver } = await start({
      settings: {
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_EXPORTER_OTLP_HEADERS: 'api-key=a%2Cb,tenant=farm',
        OTEL_SERVICE_NAME: 'front',
        OTEL_RESOURCE_ATTRIBUTES: 'service.name=not-this,deployment.environment.name=test%20farm',
      },
    });
    await rest(findShow, { name: 'testing' });
    const { all, one, wayTo } = await running.end();
    expect(all).toHaveLength(3);
    expect(wayTo(one(findShow))).toHaveLength(3);
    expect(one(findShow).resource).toMatchObject({
      'service.name': 'front',
      'deployment.environment.name': 'test farm',
    });
    expect(receiver.posts).toMatchObject([
      { path: '/v1/traces', headers: { 'content-type': 'application/json', 'api-key': 'a,b', tenant: 'farm' } },
    ]);
  });

  it('gets the header fields that a file holds now, after a reload, and requests are told as before', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cuegate-traces-'));
    toClose.push({ close: () => rmSync(folder, { recursive: true }) });
    const file = join(folder, 'headers');
    writeFileSync(file, 'api-key=old\n');
    const { rest, receiver, gateway } = await start({ settings: { OTEL_EXPORTER_OTLP_HEADERS_FILE: file } });
    await rest(findShow, { name: 'testing' });
    writeFileSync(file, 'api-key=new\n');
    await gateway.reload();
    await rest(findShow, { name: 'testing' });
    const { named, wayTo } = await running.end();
    expect(receiver.posts.at(-1)).toMatchObject({ headers: { 'api-key': 'new' } });
    expect(named(findShow).map(wayTo)).toEqual(Array(2).fill([`POST /${findShow}`, `call ${findShow}`, findShow]));
  });

  it('gets protobuf by default, at the address of traces where that is set', async () => {
    const receiver: OtlpReceiver = closeLater(await startReceiver());
    const { rest } = await start({ settings: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/some/where` } });
    await rest(findShow, { name: 'testing' });
    const { all } = await running.end();
    expect(all).toEqual([]);
    expect(receiver.spans).toHaveLength(3);
    expect(receiver.posts).toMatchObject([
      { path: '/some/where', headers: { 'content-type': 'application/x-protobuf' } },
    ]);
  });

  it('that refuses is told of once, and once when it takes spans again; requests never notice', async () => {
    const { rest, receiver, log, gateway } = await start({ settings: { METRICS_PORT: '0' } });
    receiver.answerWith(400);
    // As many as are sent without waiting for more.
    const ask = async () => {
      const posted = receiver.nextPost();
      const statuses = new Set<number>();
      let isPosted = false;
      void posted.then(() => {
        isPosted = true;
      });
      while (!isPosted) statuses.add((await rest(findShow, { name: 'testing' })).status);
      expect([...statuses]).toEqual([200]);
    };
    const countOf = async (result: string) => {
      const text = await (await fetch(`${gateway.metricsUrl}/metrics`)).text();
      return Number(new RegExp(`^cuegate_trace_spans_total\\{result="${result}"\\} (\\d+)$`, 'm').exec(text)?.[1]);
    };
    const told = () => log.filter(({ fields }) => String(fields['event']).startsWith('TRACES_'));
    await ask();
    await vi.waitUntil(async () => (await countOf('failed')) > 0, { timeout: 30_000 });
    await ask();
    await vi.waitUntil(async () => (await countOf('failed')) > 512, { timeout: 30_000 });
    expect(told()).toMatchObject([{ level: 'warn', fields: { event: 'TRACES_LOST', endpoint: receiver.url } }]);
    expect(await countOf('exported')).toBe(0);
    receiver.answerWith(200);
    await ask();
    await vi.waitUntil(async () => (await countOf('exported')) > 0, { timeout: 30_000 });
    expect(told().map(({ fields }) => fields['event'])).toEqual(['TRACES_LOST', 'TRACES_EXPORTED']);
    expect(await countOf('dropped')).toBe(0);
  });

  it('that is away takes nothing from anybody, and what cannot wait is dropped and counted', async () => {
    const receiver = await startReceiver();
    await receiver.close();
    const { rest, gateway } = await start({
      settings: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, METRICS_PORT: '0', SHUTDOWN_TIMEOUT: '1s' },
    });
    const countDropped = async () => {
      const text = await (await fetch(`${gateway.metricsUrl}/metrics`)).text();
      return Number(/^cuegate_trace_spans_total\{result="dropped"\} (\d+)$/m.exec(text)?.[1]);
    };
    const statuses = new Set<number>();
    while ((await countDropped()) === 0) {
      const answers = await Promise.all(
        Array.from({ length: 64 }, (_, index) => rest(findShow, { name: index % 2 === 0 ? 'testing' : 'demo' })),
      );
      for (const { status } of answers) statuses.add(status);
    }
    expect([...statuses]).toEqual([200]);
  });

  it('that never answers does not keep the gateway from ending', async () => {
    const { rest, receiver } = await start({ settings: { SHUTDOWN_TIMEOUT: '1s' } });
    receiver.answerWith(undefined);
    await rest(findShow, { name: 'testing' });
    const posted = receiver.nextPost();
    const closed = running.gateway.close();
    await posted;
    await closed;
  });
});
