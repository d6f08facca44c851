import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import type { AuditRecord } from '../../src/audit/audit-record.ts';
import { signToken } from '../../src/authentication/hmac/sign-token.ts';

import { connectGrpc, type GrpcClient } from './grpc-client.ts';
import { secret, startGateway, type TestGateway, type TestGatewayOptions } from './running-gateway.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cuegate-grpc-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

let running: TestGateway | undefined;
let client: GrpcClient | undefined;
afterEach(async () => {
  client?.close();
  await running?.close();
  running = undefined;
});

const policyFile = (text: string): string => {
  const path = join(folder, 'policy.yaml');
  writeFileSync(path, text);
  return path;
};

async function start(options: TestGatewayOptions = {}) {
  running = await startGateway({ ...options, settings: { GRPC_PORT: '0', ...options.settings } });
  client = connectGrpc(running.gateway.grpcPort!);
  return running;
}

const call: GrpcClient['call'] = (...words) => client!.call(...words);

const workstations = (scopes: string) =>
  `networks: [{ cidr: 127.0.0.0/8, subject: workstations, scopes: "${scopes}" }]\n`;

describe('gRPC', () => {
  it('asks for a token, and takes it from the metadata', async () => {
    const { token } = await start();
    const find = { name: 'testing' };
    expect((await call('show.ShowInterface/FindShow', find)).error?.code).toBe(status.UNAUTHENTICATED);
    const bad = await call('show.ShowInterface/FindShow', find, { authorization: 'Bearer nonsense' });
    expect(bad.error?.code).toBe(status.UNAUTHENTICATED);
    const { reply } = await call('show.ShowInterface/FindShow', find, { authorization: `Bearer ${token}` });
    expect(reply).toMatchObject({ show: { name: 'testing' } });
  });

  it('tells clients how many calls of a connection may be under way (MAX_CONCURRENT_STREAMS)', async () => {
    const { gateway } = await start({ settings: { MAX_CONCURRENT_STREAMS: '7' } });
    const session = connect(`http://127.0.0.1:${gateway.grpcPort}`);
    const [settings] = await once(session, 'remoteSettings');
    session.close();
    expect(settings).toMatchObject({ maxConcurrentStreams: 7 });
  });

  it('serves neither what hosts are commanded by, nor what Cuebot does not', async () => {
    const { token } = await start();
    const bearer = { authorization: `Bearer ${token}` };
    for (const rpc of ['report.RqdReportInterface/ReportRqdStartup', 'rqd.RqdInterface/LaunchFrame']) {
      expect((await call(rpc, {}, bearer)).error?.code).toBe(status.UNIMPLEMENTED);
    }
  });

  it('gives networks the rights that the policy file says, and no others', async () => {
    const settings = { POLICY_FILE: policyFile(workstations('cue:read cue:operate')) };
    const { cuebot } = await start({ settings });
    const [job] = cuebot.farm.jobs.values();
    expect((await call('job.JobInterface/Pause', { job: { id: job!.id } })).error).toBeUndefined();
    const refused = await call('show.ShowInterface/CreateShow', { name: 'new' });
    expect(refused.error).toMatchObject({ code: status.PERMISSION_DENIED });
    // A bad token is refused, whatever the network is good for.
    const bad = await call('job.JobInterface/Pause', { job: { id: job!.id } }, { authorization: 'Bearer nonsense' });
    expect(bad.error?.code).toBe(status.UNAUTHENTICATED);
  });

  it('gives them by HTTP to nobody', async () => {
    const settings = { POLICY_FILE: policyFile(workstations('cue:read')) };
    const { url } = await start({ settings });
    const answer = await fetch(`${url}/show.ShowInterface/FindShow`, { method: 'POST', body: '{"name":"testing"}' });
    expect(answer.status).toBe(401);
  });

  it('gives them to nobody behind a proxy', async () => {
    const settings = { POLICY_FILE: policyFile(workstations('cue:read')), TRUSTED_PROXIES: '127.0.0.1' };
    await start({ settings });
    const { error } = await call('show.ShowInterface/FindShow', { name: 'testing' });
    expect(error?.code).toBe(status.UNAUTHENTICATED);
  });

  const kill = (user: string, id: string) => ({ job: { id }, username: user, reason: 'stuck' });

  it('puts the network’s subject in place of the user that a request names', async () => {
    const { cuebot } = await start({ settings: { POLICY_FILE: policyFile(workstations('cue:read cue:operate')) } });
    const [job] = cuebot.farm.jobs.values();
    expect((await call('job.JobInterface/Kill', kill('zoe', job!.id))).error).toBeUndefined();
    expect(cuebot.callLog.at(-1)!.request).toMatchObject({ username: 'workstations' });
  });

  it('leaves that user where the subject is a service', async () => {
    const POLICY_FILE = policyFile(workstations('cue:read cue:operate'));
    const { cuebot } = await start({ settings: { POLICY_FILE, SERVICE_SUBJECTS: 'workstations' } });
    const [job] = cuebot.farm.jobs.values();
    expect((await call('job.JobInterface/Kill', kill('zoe', job!.id))).error).toBeUndefined();
    expect(cuebot.callLog.at(-1)!.request).toMatchObject({ username: 'zoe' });
  });

  const spec = (user: string, more = '') =>
    `<?xml version="1.0"?><!DOCTYPE spec PUBLIC "SPI Cue Specification Language" "http://localhost:8080/spcue/dtd/cjsl-1.15.dtd">` +
    `<spec><facility>local</facility><show>testing</show><shot>sh1</shot><user>${user}</user>${more}` +
    '<job name="comp"><paused>True</paused><os>rhel9</os><layers><layer name="one" type="Render"><cmd>echo</cmd><range>1-2</range>' +
    '<chunk>1</chunk><services><service>shell</service></services></layer></layers></job></spec>';

  it('lets a network submit for its own subject alone, unless it has the grant to submit for others', async () => {
    const launch = 'job.JobInterface/LaunchSpec';
    await start({ settings: { POLICY_FILE: policyFile(workstations('cue:submit cue:grant:launch')) } });
    expect((await call(launch, { spec: spec('zoe') })).error).toMatchObject({ code: status.PERMISSION_DENIED });
    expect((await call(launch, { spec: spec('workstations', '<uid>0</uid>') })).error).toMatchObject({
      code: status.PERMISSION_DENIED,
    });
    expect((await call(launch, { spec: spec('workstations') })).error).toBeUndefined();
    await running!.close();
    client!.close();
    const scopes = 'cue:submit cue:grant:launch cue:grant:submit-as';
    await start({ settings: { POLICY_FILE: policyFile(workstations(scopes)) } });
    expect((await call(launch, { spec: spec('zoe') })).error).toBeUndefined();
  });

  it('lets a network ask for user ids from 1000 on, and for none where a claim would say whose they are', async () => {
    const launch = 'job.JobInterface/LaunchSpec';
    const POLICY_FILE = policyFile(workstations('cue:submit cue:grant:launch'));
    const numbered = { spec: spec('workstations', '<uid>1004</uid>') };
    await start({ settings: { POLICY_FILE } });
    expect((await call(launch, numbered)).error).toBeUndefined();
    await running!.close();
    client!.close();
    await start({ settings: { POLICY_FILE, UID_CLAIM: 'uidNumber' } });
    expect((await call(launch, numbered)).error).toMatchObject({
      code: status.PERMISSION_DENIED,
      details: expect.stringContaining('your token does not say which is yours'),
    });
    expect((await call(launch, { spec: spec('workstations') })).error).toBeUndefined();
  });

  it('records its writes and refusals as those of other surfaces', async () => {
    const { log, token } = await start();
    const bearer = { authorization: `Bearer ${token}`, 'x-request-id': 'r-42' };
    await call('show.ShowInterface/CreateShow', { name: 'new' }, bearer);
    await call('show.ShowInterface/CreateShow', { name: 'new' });
    const audited = log.flatMap(({ fields }) => (fields['audit'] as AuditRecord | undefined) ?? []);
    expect(audited).toMatchObject([
      { event: 'write', surface: 'grpc', requestId: 'r-42', subject: 'ann', rpc: 'show.ShowInterface/CreateShow' },
      { event: 'unauthenticated', surface: 'grpc', reason: 'TOKEN_MISSING', path: '/show.ShowInterface/CreateShow' },
    ]);
  });

  it('takes a token whose user is somebody else’s by name in nothing', async () => {
    const { cuebot } = await start();
    const exp = Math.floor(Date.now() / 1000) + 60;
    const bearer = { authorization: `Bearer ${signToken({ secret, claims: { sub: 'bea', exp } })}` };
    const [job] = cuebot.farm.jobs.values();
    await call('job.JobInterface/Kill', kill('zoe', job!.id), bearer);
    expect(cuebot.callLog.at(-1)!.request).toMatchObject({ username: 'bea' });
  });
});
