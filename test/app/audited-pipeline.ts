import { readFileSync } from 'node:fs';

import { createAudit } from '../../src/audit/create-audit.ts';
import type { AuditTrail } from '../../src/audit/audit-record.ts';
import { authorize } from '../../src/authorization/authorize.ts';
import { compilePolicy } from '../../src/authorization/compile-policy.ts';
import { compileValueToWire } from '../../src/codec/value/value-to-wire.ts';
import { compileWireToValue } from '../../src/codec/value/wire-to-value.ts';
import { createDemoCuebot, type DemoCuebot } from '../../src/demo/demo-cuebot.ts';
import type { MessageDescriptor } from '../../src/registry/descriptors.ts';
import { loadProtoFiles } from '../../src/registry/sources/load-proto-files.ts';
import type { Call } from '../../src/call/call.ts';
import type { CallSignal } from '../../src/call/call-signal.ts';
import type { GatewayError } from '../../src/call/gateway-error.ts';
import type { Identity } from '../../src/call/identity.ts';
import type { Interceptor } from '../../src/pipeline/interceptor.ts';
import { compileRpcTable } from '../../src/rpc-table/rpc-table.ts';
import { createUpstream } from '../../src/upstream/create-upstream.ts';
import { pipe } from '../pipeline/calls.ts';

/** What audit and authorization add to the pipeline, in front of a demo Cuebot; nothing else of the pipeline. */
export interface GuardedCuebot {
  readonly cuebot: DemoCuebot;
  /** Calls an RPC with a request as plain values. Resolves to the answer's; rejects as the pipeline does. */
  readonly call: (
    identity: Identity,
    rpc: string,
    request?: object,
    more?: Partial<Call>,
    onBehalfOf?: string,
  ) => Promise<unknown>;
  /** The error of a call that is refused or fails; fails itself when the call does not. */
  readonly failureOf: (identity: Identity, rpc: string, request?: object) => Promise<GatewayError>;
  /** Has the audit write down what it only counted. */
  readonly flushAudit: () => Promise<void>;
  /** How many records were lost. */
  readonly auditFailures: () => number;
  readonly close: () => Promise<void>;
}

/** What to put in front. */
export interface GuardedCuebotOptions {
  /** A policy's text, as in POLICY_FILE. */
  readonly policy?: string;
  readonly trail?: AuditTrail;
  readonly now?: () => number;
}

const textOf = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const noTrail: AuditTrail = { append: async () => undefined, end: () => undefined, close: async () => undefined };
const silent = () => undefined;

/** Starts it on a free port of 127.0.0.1. */
export async function startGuardedCuebot({
  policy: text,
  trail = noTrail,
  now = Date.now,
}: GuardedCuebotOptions = {}): Promise<GuardedCuebot> {
  const registry = loadProtoFiles([new URL('../../proto', import.meta.url).pathname]);
  const table = compileRpcTable(registry, { text: textOf('schema/rpcs.yaml'), fileName: 'rpcs.yaml', mustMatch: true });
  const policy = compilePolicy({
    registry,
    table,
    standard: { text: textOf('schema/policy.yaml'), fileName: 'policy.yaml' },
    own: text === undefined ? undefined : { text, fileName: 'site.yaml' },
    secretLevel: 'everything',
    mustMatch: true,
  });
  const cuebot = await createDemoCuebot();
  const upstream = createUpstream({ endpoint: cuebot.endpoint, maxReceiveBytes: 64 * 1024 * 1024 });
  const open = (message: MessageDescriptor) => compileWireToValue(message, registry);
  const close = (message: MessageDescriptor) => compileValueToWire(message, registry);
  const logger = { debug: silent, info: silent, warn: silent, error: silent };
  const audit = createAudit({ trail, logger, now });
  const watched = audit.watch({ table, takesGrant: (method) => policy.factsOf(method).grant !== undefined });
  const speakers = new WeakMap<CallSignal, string>();
  /** Where the pipeline finds out for whom a service speaks. */
  const identityFields: Interceptor = () => (next) => (call) => {
    const onBehalfOf = speakers.get(call.signal);
    if (onBehalfOf !== undefined) call.notes!.onBehalfOf = onBehalfOf;
    return next(call);
  };
  const interceptors = [
    watched.record,
    authorize(policy, { open, close }),
    identityFields,
    watched.intend,
    watched.follow,
  ];
  const invoke = pipe(table, interceptors, upstream.invoke);
  const call = async (
    identity: Identity,
    rpc: string,
    request: object = {},
    more: Partial<Call> = {},
    onBehalfOf?: string,
  ) => {
    const method = registry.methods.get(rpc)!;
    const { signal } = new AbortController();
    if (onBehalfOf !== undefined) speakers.set(signal, onBehalfOf);
    const reply = await invoke({
      method,
      request: close(method.input)(request),
      identity,
      surface: 'rest',
      metadata: [],
      timeoutMs: undefined,
      signal,
      requestId: 'r-1',
      deadlineAt: Date.now() + 10_000,
      ...more,
    });
    return open(method.output)(reply.message);
  };
  return {
    cuebot,
    call,
    failureOf: (identity, rpc, request) =>
      call(identity, rpc, request).then(
        (answer) => {
          throw new Error(`${rpc} was answered: ${JSON.stringify(answer)}`);
        },
        (error: GatewayError) => error,
      ),
    flushAudit: audit.flush,
    auditFailures: audit.failures,
    close: async () => {
      upstream.close();
      await cuebot.close();
    },
  };
}
