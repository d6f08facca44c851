import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { type Agent, createAgent } from '../../src/agent/create-agent.ts';
import { createDeviceLogin, type DeviceLogin, type LoginPrompt } from '../../src/agent/device-login.ts';
import type { AuditRecord } from '../../src/audit/audit-record.ts';
import { readAgentOptions } from '../../src/commands/agent-options.ts';
import { writeFileDescriptors } from '../../src/registry/sources/descriptors/write-descriptor-set.ts';
import { loadProtoFiles } from '../../src/registry/sources/load-proto-files.ts';

import { connectGrpc, type GrpcClient } from '../app/grpc-client.ts';
import { startGateway, type TestGateway } from '../app/running-gateway.ts';
import { audience } from '../authentication/oidc/test-issuer.ts';
import { agentClientId, type DeviceProvider, startDeviceProvider } from './device-provider.ts';

const registry = loadProtoFiles(['proto']);

let provider: DeviceProvider;
let gateway: TestGateway;
let folder: string;
beforeAll(async () => {
  provider = await startDeviceProvider();
  gateway = await startGateway({ settings: { OIDC_ISSUERS: provider.url, OIDC_AUDIENCE: audience } });
});
afterAll(async () => {
  await gateway.close();
  await provider.stop();
});

let agent: Agent;
let login: DeviceLogin;
let client: GrpcClient;
let prompts: LoginPrompt[];
let loggedIn: Promise<void>;
/** Lets the agent ask the issuer again whether somebody has logged in. */
let askAgain: () => void;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cuegate-agent-'));
  prompts = [];
  askAgain = () => undefined;
  let onLoggedIn: () => void = () => undefined;
  loggedIn = new Promise((resolve) => {
    onLoggedIn = resolve;
  });
  login = createDeviceLogin({
    issuer: provider.url,
    clientId: agentClientId,
    scopes: readAgentOptions({ gateway: 'https://cuegate.studio.example', 'client-id': agentClientId }, {}).scopes,
    resource: audience,
    onPrompt: (prompt) => prompts.push(prompt),
    onLoggedIn,
    wait: () =>
      new Promise((resolve) => {
        askAgain = resolve;
      }),
  });
  const socketPath = join(folder, 'own', 'cuebot.sock');
  agent = await createAgent({
    gateway: gateway.url,
    login,
    services: registry.services,
    fileDescriptors: () => writeFileDescriptors(registry.files()),
    isRead: ({ name }) => /^(?:Find|Get)/.test(name),
    requestIdOf: (offered) => offered ?? 'r-1',
    socketPath,
    port: undefined,
  });
  client = connectGrpc(`unix:${socketPath}`);
});
afterEach(async () => {
  client.close();
  await agent.close();
  rmSync(folder, { recursive: true });
});

const find = () => client.call('show.ShowInterface/FindShow', { name: 'testing' });

async function logIn(): Promise<void> {
  await login.begin();
  await provider.approve(prompts.at(-1)!.code, 'ann');
  askAgain();
  await loggedIn;
}

describe('an agent', () => {
  it('says where to log in, and then calls as whoever has', async () => {
    const { error } = await find();
    expect(error).toMatchObject({ code: status.UNAUTHENTICATED });
    const [{ url, code }] = prompts as [LoginPrompt];
    expect(url).toBe(`${provider.url}/device`);
    expect(error!.details).toBe(`log in first: open ${url} in a browser and enter the code ${code}; then try again`);
    // One log-in at a time.
    await find();
    expect(prompts).toHaveLength(1);

    await logIn();
    expect((await find()).reply).toMatchObject({ show: { name: 'testing' } });
    const [job] = gateway.cuebot.farm.jobs.values();
    const pause = await client.call('job.JobInterface/Pause', { job: { id: job!.id } }, { 'x-request-id': 'r-42' });
    expect(pause.error).toBeUndefined();
    const audited = gateway.log.flatMap(({ fields }) => (fields['audit'] as AuditRecord | undefined) ?? []);
    expect(audited.at(-1)).toMatchObject({ rpc: 'job.JobInterface/Pause', subject: 'ann', requestId: 'r-42' });
  });

  it('answers the call by which pycue looks for Cuebot', async () => {
    await logIn();
    expect((await client.call('cue.CueInterface/GetSystemStats', {})).error).toBeUndefined();
  });

  it('launches for whoever has logged in, with the scopes that the command asks for', async () => {
    await logIn();
    const spec = readFileSync(new URL('../../examples/first-light.xml', import.meta.url), 'utf8');
    const own = spec.replace('<user>demo</user>', '<user>ann</user>');
    const { error, reply } = await client.call('job.JobInterface/LaunchSpecAndWait', { spec: own });
    expect(error).toBeUndefined();
    expect(reply.jobs.jobs).toMatchObject([{ user: 'ann' }]);
    expect((await client.call('job.JobInterface/LaunchSpecAndWait', { spec })).error).toMatchObject({
      code: status.PERMISSION_DENIED,
    });
  });

  it('tells errors as the gateway does', async () => {
    await logIn();
    expect((await client.call('show.ShowInterface/FindShow', { name: 'nowhere' })).error).toMatchObject({
      code: status.NOT_FOUND,
    });
    expect((await client.call('show.ShowInterface/CreateShow', { name: 'new' })).error).toMatchObject({
      code: status.PERMISSION_DENIED,
    });
    expect((await client.call('rqd.RqdInterface/LaunchFrame', {})).error).toMatchObject({ code: status.UNIMPLEMENTED });
  });

  it('renews a token that is no longer taken, and asks for a new log-in when that fails', async () => {
    await logIn();
    const first = await login.token();
    login.refused(first);
    expect((await find()).error).toBeUndefined();
    expect(await login.token()).not.toBe(first);
    expect(provider.grants.at(-1)).toBe('refresh_token');

    login.refused(await login.token());
    await provider.revokeAll();
    expect((await find()).error?.code).toBe(status.UNAUTHENTICATED);
    expect(prompts).toHaveLength(2);
  });

  it('listens where nobody else may', () => {
    expect(statSync(join(folder, 'own')).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'own', 'cuebot.sock')).mode & 0o777).toBe(0o600);
    expect(agent.port).toBeUndefined();
  });
});
