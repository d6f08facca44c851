import { readFileSync } from 'node:fs';

import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { options } from '../../src/config/settings.ts';
import { loadProtoFiles } from '../../src/registry/sources/load-proto-files.ts';
import { compileRpcTable } from '../../src/rpc-table/rpc-table.ts';

import { connectGrpc, type GrpcClient } from './grpc-client.ts';
import { startGateway, type TestGateway } from './running-gateway.ts';

/** A Cuebot that takes a second for each answer, behind a gateway that waits for a fifth of one. */
let running: TestGateway;
let grpc: GrpcClient;
beforeAll(async () => {
  running = await startGateway({
    settings: { GRPC_TIMEOUT: '200ms', GRPC_TIMEOUT_MAX: '10m', GRPC_PORT: '0' },
    cuebot: { latencyMs: 1_000 },
  });
  grpc = connectGrpc(running.gateway.grpcPort!);
});
afterAll(async () => {
  grpc.close();
  await running.close();
});

const getJobs = 'job.JobInterface/GetJobs';
const jobs = { r: { shows: ['testing'] } };
const long = { 'grpc-timeout': '9M' };

describe('GRPC_TIMEOUT_MAX', () => {
  it('lets a caller by REST wait longer for what takes long', async () => {
    expect((await running.rest(getJobs, jobs)).status).toBe(504);
    expect((await running.rest(getJobs, jobs, long)).status).toBe(200);
  });

  it('lets a caller by Connect wait longer', async () => {
    const connect = { 'connect-protocol-version': '1' };
    expect((await running.rest(getJobs, jobs, connect)).status).toBe(504);
    expect((await running.rest(getJobs, jobs, { ...connect, 'connect-timeout-ms': '540000' })).status).toBe(200);
  });

  it('lets a caller by gRPC wait longer', async () => {
    const authorization = `Bearer ${running.token}`;
    expect((await grpc.call(getJobs, jobs, { authorization })).error?.code).toBe(status.DEADLINE_EXCEEDED);
    const { error } = await grpc.call(getJobs, jobs, { authorization, ...long });
    expect(error).toBeUndefined();
  });

  it('holds for the RPCs that its description names', () => {
    const text = readFileSync('schema/rpcs.yaml', 'utf8');
    const table = compileRpcTable(loadProtoFiles(['proto']), { fileName: 'rpcs.yaml', text, mustMatch: true });
    const names = table.rows.filter(({ mayTakeLong }) => mayTakeLong).map(({ method }) => method.name);
    const { description = '' } = options.find(({ name }) => name === 'GRPC_TIMEOUT_MAX') ?? {};
    const [, named = ''] = /a call of (.+) may take where/.exec(description) ?? [];
    expect(named.split(/, | or /).toSorted()).toEqual(names.toSorted());
  });

  it('changes nothing for other RPCs', async () => {
    expect((await running.rest('show.ShowInterface/GetShows', {}, long)).status).toBe(504);
  });
});
