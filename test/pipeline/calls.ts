import type { MessageDescriptor, MethodDescriptor, ServiceDescriptor } from '../../src/registry/descriptors.ts';
import type { Call, Invoke, Reply } from '../../src/call/call.ts';
import type { RpcKind } from '../../src/rpc-table/rpc-kind.ts';
import { composePipeline } from '../../src/pipeline/compose-pipeline.ts';
import type { Interceptor } from '../../src/pipeline/interceptor.ts';
import type { RpcFacts } from '../../src/rpc-table/rpc-facts.ts';
import type { RpcTable } from '../../src/rpc-table/rpc-table.ts';
import { identityOf } from '../authentication/identity.ts';

const empty: MessageDescriptor = {
  kind: 'message',
  name: 'Empty',
  fullName: 'shop.Empty',
  package: 'shop',
  fields: [],
  oneofs: [],
  unsupported: undefined,
  comment: '',
  deprecated: false,
};

const service: ServiceDescriptor = {
  kind: 'service',
  name: 'Shelf',
  fullName: 'shop.Shelf',
  package: 'shop',
  methods: [],
  comment: '',
  deprecated: false,
};

/** A method of a made-up service. */
export function method(name: string, overrides: Partial<MethodDescriptor> = {}): MethodDescriptor {
  return {
    kind: 'method',
    name,
    fullName: `shop.Shelf/${name}`,
    service,
    input: empty,
    output: empty,
    clientStreaming: false,
    serverStreaming: false,
    idempotency: 'unknown',
    comment: '',
    deprecated: false,
    ...overrides,
  };
}

/** A call with sensible defaults. */
export function callOf(called: MethodDescriptor, overrides: Partial<Call> = {}): Call {
  return {
    method: called,
    request: new Uint8Array(),
    identity: identityOf('ann'),
    surface: 'rest',
    metadata: [],
    timeoutMs: undefined,
    signal: new AbortController().signal,
    requestId: 'test',
    ...overrides,
  };
}

/** What is known of a method that has nothing special about it. */
export function factsOf(called: MethodDescriptor, kind: RpcKind, overrides: Partial<RpcFacts> = {}): RpcFacts {
  return {
    method: called,
    kind,
    kindReason: 'test',
    kindDoubt: undefined,
    lane: undefined,
    laneReason: '',
    expose: 'any',
    isQueued: false,
    level: undefined,
    grant: undefined,
    validations: [],
    identityFields: [],
    takesIdempotencyKey: false,
    mayTakeLong: false,
    affinity: undefined,
    namesCuebot: false,
    keys: [],
    refetches: [],
    ...overrides,
  };
}

/** A table that knows the given methods, each with its kind and lane. */
export function tableOf(rows: readonly (readonly [MethodDescriptor, RpcKind, lane?: string])[]): RpcTable {
  const facts = rows.map(([rowMethod, kind, lane]) => factsOf(rowMethod, kind, { lane }));
  return {
    rows: facts,
    factsOf: (wanted) => facts.find((row) => row.method === wanted)!,
    dressedErrors: [],
    cuebotChecks: { probe: undefined, database: undefined },
    releases: [],
    keyOf: () => undefined,
  };
}

/** A pipeline of some interceptors, from the outside in. */
export function pipe({ rows }: RpcTable, interceptors: readonly Interceptor[], upstream: Invoke): Invoke {
  const named = Object.fromEntries(interceptors.map((intercept, place) => [`interceptor ${place}`, intercept]));
  return composePipeline(rows, named, () => upstream).invoke;
}

/** A reply whose message is the given bytes. */
export function replyOf(...bytes: readonly number[]): Reply {
  return { message: Uint8Array.from(bytes), header: [], trailer: [] };
}

/** An upstream that records what reaches it and answers when it is told to. */
export interface HeldUpstream {
  readonly invoke: Invoke;
  /** Calls in the order in which they arrived. */
  readonly arrived: readonly Call[];
  /** Answers the call at this place of `arrived`. */
  readonly answer: (index: number, reply?: Reply) => Promise<void>;
  readonly fail: (index: number, error: Error) => Promise<void>;
}

export function holdUpstream(): HeldUpstream {
  const arrived: Call[] = [];
  const waiting: { resolve: (reply: Reply) => void; reject: (error: Error) => void }[] = [];
  const settled = () =>
    new Promise<void>((resolve) => queueMicrotask(() => queueMicrotask(() => queueMicrotask(resolve))));
  return {
    arrived,
    invoke: (call) => {
      arrived.push(call);
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
    answer: (index, reply = replyOf(index)) => {
      waiting[index]?.resolve(reply);
      return settled();
    },
    fail: (index, error) => {
      waiting[index]?.reject(error);
      return settled();
    },
  };
}
