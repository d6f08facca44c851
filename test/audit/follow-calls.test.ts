import { request as httpRequest } from 'node:http';
import { readFileSync } from 'node:fs';

import { beforeEach, describe, expect, it, vi } from 'vitest';

import type { AuditRecord } from '../../src/audit/audit-record.ts';
import { createAudit } from '../../src/audit/create-audit.ts';
import type { Call, Reply } from '../../src/call/call.ts';
import { GatewayError } from '../../src/call/gateway-error.ts';
import { createLanes } from '../../src/pipeline/lanes/create-lanes.ts';
import { loadProtoFiles } from '../../src/registry/sources/load-proto-files.ts';
import { compileRpcTable } from '../../src/rpc-table/rpc-table.ts';
import { shareGateway } from '../app/running-gateway.ts';
import { identityOf } from '../authentication/identity.ts';
import { pipe } from '../pipeline/calls.ts';

const textOf = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const registry = loadProtoFiles([new URL('../../proto', import.meta.url).pathname]);
const table = compileRpcTable(registry, { text: textOf('schema/rpcs.yaml'), fileName: 'rpcs.yaml', mustMatch: true });
const ok: Reply = { message: new Uint8Array(), header: [], trailer: [] };
const silent = () => undefined;

let records: AuditRecord[];
/** Answers the calls that were sent, in their order. */
let answers: { readonly resolve: (reply: Reply) => void; readonly reject: (error: unknown) => void }[];
let audit: ReturnType<typeof createAudit>;
let invoke: (rpc: string, signal: AbortSignal) => Promise<Reply>;

/** The audit around a lane, as in the pipeline, in front of a Cuebot that answers when it is told to. */
beforeEach(() => {
  records = [];
  answers = [];
  audit = createAudit({
    trail: {
      append: async (record) => void records.push(record),
      end: () => undefined,
      close: async () => undefined,
    },
    logger: { debug: silent, info: silent, warn: silent, error: silent },
    now: () => 0,
    schedule: () => silent,
  });
  const { record, intend, follow } = audit.watch({ table, takesGrant: ({ name }) => name === 'KillFrames' });
  const lanes = createLanes({ holdLimitMs: 60_000, maxWaiting: 10, maxWaitMs: 60_000, callMs: 60_000 });
  const upstream = () => new Promise<Reply>((resolve, reject) => answers.push({ resolve, reject }));
  const inner = pipe(table, [record, intend, lanes.intercept, follow], upstream);
  const call = (rpc: string, signal: AbortSignal): Call => ({
    method: registry.methods.get(rpc)!,
    request: new Uint8Array(),
    identity: identityOf('ann'),
    surface: 'rest',
    metadata: [],
    timeoutMs: undefined,
    signal,
    requestId: rpc.replace(/^.*\//, ''),
  });
  invoke = (rpc, signal) => inner(call(rpc, signal));
});

const told = () =>
  records.map(({ requestId, event, status, sent, late, reason }) => ({ requestId, event, status, sent, late, reason }));

describe('a write whose caller leaves', () => {
  const pause = 'job.JobInterface/Pause';
  const resume = 'job.JobInterface/Resume';

  it('is told apart: one that was sent, with what became of it, and one that never was', async () => {
    const caller = new AbortController();
    const calls = [invoke(pause, caller.signal), invoke(resume, caller.signal)];
    await vi.waitFor(() => expect(answers).toHaveLength(1));
    caller.abort();
    expect((await Promise.allSettled(calls)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await vi.waitFor(() => expect(records).toHaveLength(2));
    expect(told()).toEqual([
      { requestId: 'Pause', event: 'write', status: 'CANCELLED', sent: true },
      { requestId: 'Resume', event: 'write', status: 'CANCELLED', sent: false },
    ]);
    answers[0]!.resolve(ok);
    await vi.waitFor(() => expect(records).toHaveLength(3));
    expect(told()[2]).toEqual({ requestId: 'Pause', event: 'outcome', status: 'OK', sent: true, late: true });
    expect(answers).toHaveLength(1);
  });

  it('has its late failure recorded, too', async () => {
    const caller = new AbortController();
    const call = invoke(pause, caller.signal);
    await vi.waitFor(() => expect(answers).toHaveLength(1));
    caller.abort();
    await expect(call).rejects.toThrow('context canceled');
    answers[0]!.reject(new GatewayError('NOT_FOUND', 'no such job', { origin: 'upstream' }));
    await vi.waitFor(() => expect(records).toHaveLength(2));
    expect(told()[1]).toMatchObject({ event: 'outcome', status: 'NOT_FOUND', late: true });
  });

  it('is told to have no answer when the gateway ends first', async () => {
    const caller = new AbortController();
    const call = invoke(pause, caller.signal);
    await vi.waitFor(() => expect(answers).toHaveLength(1));
    caller.abort();
    await expect(call).rejects.toThrow('context canceled');
    await audit.flush();
    expect(told()[1]).toEqual({
      requestId: 'Pause',
      event: 'outcome',
      status: 'UNKNOWN',
      sent: true,
      late: true,
      reason: 'UNANSWERED',
    });
    answers[0]!.resolve(ok);
    await audit.flush();
    expect(records).toHaveLength(2);
  });

  it('has two outcomes after its intent where it takes a grant', async () => {
    const caller = new AbortController();
    const call = invoke('job.JobInterface/KillFrames', caller.signal);
    await vi.waitFor(() => expect(answers).toHaveLength(1));
    caller.abort();
    await expect(call).rejects.toThrow('context canceled');
    answers[0]!.resolve(ok);
    await vi.waitFor(() => expect(records).toHaveLength(3));
    expect(told()).toMatchObject([
      { event: 'intent' },
      { event: 'outcome', status: 'CANCELLED', sent: true },
      { event: 'outcome', status: 'OK', sent: true, late: true },
    ]);
  });
});

describe('a write whose caller waits', () => {
  it.each<[how: string, answer: () => void, status: string]>([
    ['succeeds', () => answers[0]!.resolve(ok), 'OK'],
    ['fails', () => answers[0]!.reject(new GatewayError('NOT_FOUND', 'no such job')), 'NOT_FOUND'],
  ])('has one record when it %s', async (_, answer, status) => {
    const call = invoke('job.JobInterface/Pause', new AbortController().signal).catch(silent);
    await vi.waitFor(() => expect(answers).toHaveLength(1));
    answer();
    await call;
    await audit.flush();
    expect(told()).toEqual([{ requestId: 'Pause', event: 'write', status, sent: true }]);
  });
});

describe('a gateway', () => {
  const pause = 'job.JobInterface/Pause';
  const running = shareGateway({ cuebot: { latencyMs: (method) => (method === pause ? 3_000 : 0) } });

  it('writes down what Cuebot did for somebody who had left', async () => {
    const { url, token, cuebot, log } = running();
    const request = httpRequest(`${url}/${pause}`, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
    request.on('error', silent);
    request.end('{"job":{"id":"nowhere"}}');
    await vi.waitFor(() => expect(cuebot.calls.get(pause)).toBe(1), { timeout: 60_000 });
    request.destroy();
    const audited = () => log.flatMap(({ fields }) => ('audit' in fields ? [fields['audit'] as AuditRecord] : []));
    await vi.waitFor(() => expect(audited()).toHaveLength(2), { timeout: 60_000 });
    expect(audited()).toMatchObject([
      { event: 'write', rpc: pause, status: 'CANCELLED', sent: true },
      { event: 'outcome', rpc: pause, status: expect.any(String), sent: true, late: true },
    ]);
    expect(audited()[1]!.status).not.toBe('CANCELLED');
    expect(audited()[1]!.requestId).toBe(audited()[0]!.requestId);
  });
});
