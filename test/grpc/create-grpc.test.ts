import { once } from 'node:events';
import { connect } from 'node:net';
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { Call, Reply } from '../../src/call/call.ts';
import { GatewayError } from '../../src/call/gateway-error.ts';
import { createGrpc, type GrpcOptions, type RunningGrpc } from '../../src/grpc/create-grpc.ts';
import type { PeerCredentials } from '../../src/call/identity.ts';
import { loadByReflection } from '../../src/registry/sources/load-by-reflection.ts';
import { writeFileDescriptors } from '../../src/registry/sources/descriptors/write-descriptor-set.ts';
import { loadProtoFiles } from '../../src/registry/sources/load-proto-files.ts';

import { createUpstream } from '../../src/upstream/create-upstream.ts';

import { identityOf } from '../authentication/identity.ts';

const registry = loadProtoFiles(['proto']);
const services = registry.services.filter(({ fullName }) => fullName.startsWith('show.'));
const find = '/show.ShowInterface/FindShow';
const nothing = Buffer.alloc(0);

let answer: (call: Call) => Promise<Reply>;
let seen: PeerCredentials | undefined;
let door: RunningGrpc;
let client: Client;

const open = (options: Partial<GrpcOptions> = {}) =>
  createGrpc({
    services,
    fileDescriptors: () => writeFileDescriptors(registry.files()),
    invokeOf: () => (call) => answer(call),
    identify: (shown) => {
      seen = shown;
      return identityOf('ann');
    },
    isRead: ({ name }) => name === 'GetShows',
    forwardMetadata: true,
    requestIdOf: (offered) => offered ?? 'r-1',
    host: '127.0.0.1',
    port: 0,
    maxRequestBytes: 1024,
    maxConnections: 100,
    maxConcurrentStreams: 100,
    maxConnectionAgeMs: undefined,
    ...options,
  });
const dial = ({ port }: RunningGrpc) => new Client(`127.0.0.1:${port}`, credentials.createInsecure());

beforeAll(async () => {
  door = await open();
  client = dial(door);
});
afterAll(async () => {
  client.close();
  await door.close({ timeoutMs: 60_000 });
});
beforeEach(() => {
  seen = undefined;
});

interface Answered {
  readonly error?: ServiceError;
  readonly message?: Buffer;
  readonly header: Readonly<Record<string, unknown>>;
  readonly trailer: Readonly<Record<string, unknown>>;
}

interface Asking {
  readonly entries?: Readonly<Record<string, string>>;
  readonly by?: Client;
  readonly deadline?: number;
}

const same = (bytes: Buffer) => bytes;

function ask(path: string, request: Buffer, { entries = {}, by = client, deadline }: Asking = {}) {
  return new Promise<Answered>((resolve) => {
    const metadata = new Metadata();
    for (const [key, value] of Object.entries(entries)) metadata.add(key, value);
    let header = {};
    let result: Pick<Answered, 'error' | 'message'> = {};
    const options = deadline === undefined ? {} : { deadline };
    const call = by.makeUnaryRequest(path, same, same, request, metadata, options, (error, message) => {
      result = error === null ? { message: message! } : { error };
    });
    call.on('metadata', (received: Metadata) => {
      header = received.getMap();
    });
    // Either may come first.
    call.on('status', ({ metadata: trailer }) =>
      setImmediate(() => resolve({ ...result, header, trailer: trailer.getMap() })),
    );
  });
}

describe('createGrpc()', () => {
  it('passes bytes as they are, with metadata both ways', async () => {
    let call: Call | undefined;
    answer = async (received) => {
      call = received;
      return { message: Buffer.from([9, 8]), header: [['x-one', 'h']], trailer: [['x-two', 't']] };
    };
    const { message, header, trailer } = await ask(find, Buffer.from([1, 2, 3]), {
      entries: { authorization: 'Bearer abc', 'x-request-id': 'r-7', 'x-api-key': 'cue_k' },
    });
    expect(message).toEqual(Buffer.from([9, 8]));
    expect(header).toMatchObject({ 'x-one': 'h' });
    expect(trailer).toEqual({ 'x-two': 't' });
    expect(Buffer.from(call!.request)).toEqual(Buffer.from([1, 2, 3]));
    expect(call).toMatchObject({ surface: 'grpc', requestId: 'r-7', peer: '127.0.0.1', timeoutMs: undefined });
    expect(call!.metadata).toEqual([['x-request-id', 'r-7']]);
    expect(call!.method.fullName).toBe(find.slice(1));
    expect(seen).toEqual({
      authorization: 'Bearer abc',
      isAmbiguous: false,
      apiKey: 'cue_k',
      remoteAddress: '127.0.0.1',
      certificateNames: [],
      requestId: 'r-7',
      path: find,
    });
  });

  it('tells the pipeline how long its caller waits', async () => {
    let timeoutMs: number | undefined;
    answer = async (call) => {
      timeoutMs = call.timeoutMs;
      return { message: nothing, header: [], trailer: [] };
    };
    await ask(find, nothing, { deadline: Date.now() + 10_000_000 });
    expect(timeoutMs).toBeGreaterThan(0);
    expect(timeoutMs).toBeLessThanOrEqual(10_000_000);
  });

  it('tells the pipeline that its caller has gone', async () => {
    const gone = new Promise<void>((resolve) => {
      answer = (call) => {
        call.signal.addEventListener('abort', () => resolve());
        started.cancel();
        return new Promise(() => undefined);
      };
    });
    const started = client.makeUnaryRequest(find, same, same, nothing, () => undefined);
    await gone;
  });

  it('answers failures with status, text, metadata and details', async () => {
    const options = {
      origin: 'upstream',
      trailer: [['x-why', 'because']],
      statusDetails: Buffer.from([8, 5]),
    } as const;
    answer = () => Promise.reject(new GatewayError('NOT_FOUND', 'no such show', options));
    const { error, trailer } = await ask(find, nothing);
    expect(error).toMatchObject({ code: status.NOT_FOUND, details: 'no such show' });
    expect(trailer).toMatchObject({ 'x-why': 'because', 'grpc-status-details-bin': Buffer.from([8, 5]) });
  });

  it('keeps what is unexpected to itself', async () => {
    answer = () => Promise.reject(new Error('password is swordfish'));
    expect((await ask(find, nothing)).error).toMatchObject({ code: status.INTERNAL, details: 'internal error' });
  });

  it.each(['UNAVAILABLE', 'CANCELLED'] as const)(
    'never says %s of what may have been carried out: clients would send it again',
    async (name) => {
      answer = () => Promise.reject(new GatewayError(name, 'the connection broke', { mayHaveHappened: true }));
      const { error } = await ask(find, nothing);
      expect(error?.code).toBe(status.UNKNOWN);
      expect(error?.details).toContain('it may have been carried out');
      expect((await ask('/show.ShowInterface/GetShows', nothing)).error?.code).toBe(status[name]);

      answer = () => Promise.reject(new GatewayError(name, 'never sent', { mayHaveHappened: false }));
      expect((await ask(find, nothing)).error).toMatchObject({ code: status[name], details: 'never sent' });
    },
  );

  it('refuses what it does not serve', async () => {
    for (const path of ['/show.ShowInterface/Nothing', '/job.JobInterface/Kill', '/rqd.RqdInterface/Launch']) {
      expect((await ask(path, nothing)).error?.code).toBe(status.UNIMPLEMENTED);
    }
  });

  it('refuses requests that are too long, unread', async () => {
    answer = () => Promise.reject(new Error('it was read'));
    expect((await ask(find, Buffer.alloc(2_000))).error?.code).toBe(status.RESOURCE_EXHAUSTED);
  });

  it('says by the standard health service whether it serves', async () => {
    const health = () => ask('/grpc.health.v1.Health/Check', nothing);
    expect((await health()).message).toEqual(Buffer.from([8, 1]));
    door.setServing(false);
    expect((await health()).message).toEqual(Buffer.from([8, 2]));
    door.setServing(true);
  });

  it('tells by server reflection what it serves: our own loader finds the same there', async () => {
    const upstream = createUpstream({ endpoint: `127.0.0.1:${door.port}`, maxReceiveBytes: 2 ** 24 });
    // list_services, the field 7 of a ServerReflectionRequest.
    const listAll = Buffer.from([0x3a, 1, 0x2a]);
    for (const version of ['v1', 'v1alpha'] as const) {
      const rpc = `grpc.reflection.${version}.ServerReflection/ServerReflectionInfo` as const;
      const [listed] = await upstream.reflect(rpc, [listAll]);
      const names = Buffer.from(listed!)
        .toString('latin1')
        .match(/[a-z]\w*(?:\.\w+)+/g);
      expect(names).toEqual(services.map(({ fullName }) => fullName));
    }
    const found = await loadByReflection(upstream.reflect);
    upstream.close();
    for (const { fullName } of services.flatMap(({ methods }) => methods)) {
      const [ours, theirs] = [registry.methods.get(fullName)!, found.methods.get(fullName)!];
      expect([theirs.input.fullName, theirs.output.fullName]).toEqual([ours.input.fullName, ours.output.fullName]);
      expect(theirs.input.fields.map(({ name, number }) => [name, number])).toEqual(
        ours.input.fields.map(({ name, number }) => [name, number]),
      );
    }
  });

  it('takes only so many connections', async () => {
    const narrow = await open({ maxConnections: 1 });
    const first = connect(narrow.port, '127.0.0.1');
    await once(first, 'connect');
    const second = connect(narrow.port, '127.0.0.1');
    second.on('error', () => undefined);
    await once(second, 'close');
    expect(first.destroyed).toBe(false);
    await narrow.close({ timeoutMs: 60_000 });
  });

  it('answers what is under way before it closes, and takes no more', async () => {
    const closing = await open();
    const by = dial(closing);
    let release: (reply: Reply) => void = () => undefined;
    const arrived = new Promise<void>((resolve) => {
      answer = () => {
        resolve();
        return new Promise((finish) => {
          release = finish;
        });
      };
    });
    const asked = ask(find, nothing, { by });
    await arrived;
    const closed = closing.close({ timeoutMs: 60_000 });
    release({ message: Buffer.from([7]), header: [], trailer: [] });
    expect((await asked).message).toEqual(Buffer.from([7]));
    await closed;
    expect((await ask(find, nothing, { by })).error?.code).toBe(status.UNAVAILABLE);
    by.close();
  });

  it('rejects when its address cannot be had', async () => {
    await expect(open({ port: door.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
