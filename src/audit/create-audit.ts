import { createHash } from 'node:crypto';

import type { Logger } from '../telemetry/logger.ts';
import type { MethodDescriptor } from '../registry/descriptors.ts';
import type { Call } from '../call/call.ts';
import type { CallNotes } from '../call/call.ts';
import { GatewayError } from '../call/gateway-error.ts';
import type { OpenMessage } from '../call/open-message.ts';
import { type Interceptor, passOn } from '../pipeline/interceptor.ts';
import type { RpcTable } from '../rpc-table/rpc-table.ts';

import { type Schedule, scheduleByTimer } from '../clock/schedule.ts';
import type { AuditRecord } from './audit-record.ts';
import type { AuditTrail } from './audit-trail.ts';
import { compileTargets, nounsOf, type ReadTargets } from './compile-targets.ts';
import { FloodTally, type UntimedRecord } from './flood-tally.ts';

/** A request that was turned away before it was anybody's: for its credentials, or before anybody asked for them. */
export interface RejectedRequest extends Pick<AuditRecord, 'tokenId' | 'surface' | 'status'> {
  readonly event: Extract<AuditRecord['event'], 'unauthenticated' | 'blocked'>;
  readonly requestId: string;
  readonly path: string;
  /** Undefined: the connection is gone already. */
  readonly peer: string | undefined;
  readonly reason: string;
}

/** What the audit needs. */
export interface AuditOptions {
  readonly table: RpcTable;
  /** Whether calls of a method take a grant on top of their level: these are written down before they are sent. */
  readonly takesGrant: (method: MethodDescriptor) => boolean;
  readonly trail: AuditTrail;
  readonly open: OpenMessage;
  readonly logger: Logger;
  /** The current time in milliseconds since 1970. */
  readonly now: () => number;
  /** The system's where not given. */
  readonly schedule?: Schedule;
}

/** The audit, as two interceptors: one that sees how calls end, one that sees them before they are sent. */
export interface Audit {
  /** Belongs outside of what decides: it writes down every write and every refusal. */
  readonly record: Interceptor;
  /** Belongs inside of it, where a call is known to be sent next: it writes down the intent to call what takes a grant. */
  readonly intend: Interceptor;
  /** Writes down a request that was turned away before it was a call, or counts it where there are many. */
  readonly reject: (rejected: RejectedRequest) => void;
  /** How many records could not be written since the start. */
  readonly failures: () => number;
  /** Writes down what was only counted. */
  readonly flush: () => void;
}

/**
 * Writes down every write and every refusal: who, by which token, from where, what, and how it ended. Calls that take a
 * grant are written down before they are sent and are not sent if that fails; about others the audit does its best, since a
 * full disk must not stop a farm.
 */
export function createAudit(options: AuditOptions): Audit {
  const { table, takesGrant, trail, open, logger, now, schedule = scheduleByTimer } = options;
  const nouns = nounsOf(table.rows.map(({ method }) => method.input));
  const facts = new Map<MethodDescriptor, AuditFacts>(
    table.rows.map(({ method, kind }) => [
      method,
      {
        isWrite: kind === 'write',
        takesGrant: takesGrant(method),
        targetsOf: compileTargets(method.input, open, nouns),
      },
    ]),
  );
  let failures = 0;
  const countFailure = (error: unknown) => {
    failures += 1;
    // The first and every thousandth: a full disk fails at each call.
    if (failures % 1_000 === 1) logger.error({ err: error, failures }, 'the audit could not be written');
  };

  const append = (record: UntimedRecord, isDurable: boolean) =>
    trail.append({ time: timeOf(now()), ...record }, isDurable);
  const write = (record: UntimedRecord, isDurable: boolean) => append(record, isDurable).catch(countFailure);
  const rejections = new FloodTally({ ...rejectionFloods, write, schedule });
  const refusals = new FloodTally({ ...refusalFloods, write, schedule });

  const record: Interceptor = ({ method }) => {
    const { isWrite, takesGrant, targetsOf } = facts.get(method)!;
    return (next) => async (call) => {
      const notes: CallNotes = {};
      const startedAt = performance.now();
      const end = async (status: string, isRefused: boolean) => {
        const event = isRefused ? 'refusal' : takesGrant ? 'outcome' : 'write';
        const durationMs = Math.round((performance.now() - startedAt) * 1000) / 1000;
        const ended = { ...describeCall(event, call, notes, targetsOf), status, durationMs };
        const written = isRefused ? refusals.note(ended, takesGrant) : write(ended, takesGrant);
        if (takesGrant) await written;
      };
      try {
        const reply = await next({ ...call, notes });
        if (isWrite || takesGrant) await end('OK', false);
        return reply;
      } catch (error) {
        const isRefused = notes.decision?.allow === false;
        if (isWrite || takesGrant || isRefused) await end(GatewayError.from(error).status.name, isRefused);
        throw error;
      }
    };
  };

  const intend: Interceptor = ({ method }) => {
    const { takesGrant, targetsOf } = facts.get(method)!;
    if (!takesGrant) return passOn;
    return (next) => async (call) => {
      try {
        await append(describeCall('intent', call, call.notes ?? {}, targetsOf), true);
      } catch (cause) {
        countFailure(cause);
        const message = `${call.method.fullName} is not called unless it can be written down first, and that failed; nothing was sent`;
        throw new GatewayError('UNAVAILABLE', message, { reason: 'AUDIT_FAILED', cause });
      }
      return next(call);
    };
  };
  return {
    record,
    intend,
    reject: ({ peer, ...rejected }) =>
      void rejections.note({ ...rejected, ...(peer !== undefined && { peer }), decision: 'deny' }),
    failures: () => failures,
    flush: () => {
      rejections.flush();
      refusals.flush();
    },
  };
}

/** From one address what a person or a script that goes wrong does; from everybody some 60 kB. */
const rejectionFloods = {
  source: ['peer'],
  kind: ['event', 'surface', 'decision', 'reason', 'status'],
  maxFromOne: 20,
  maxInAll: 200,
} as const;

/** More than pages do that ask for what somebody may not see, and in all some 500 kB. */
const refusalFloods = {
  source: ['subject', 'method', 'issuer'],
  kind: ['event', 'surface', 'rpc', 'decision', 'rule', 'reason', 'status'],
  maxFromOne: 60,
  maxInAll: 600,
} as const;

function timeOf(nowMs: number): string {
  return new Date(nowMs).toISOString();
}

interface AuditFacts {
  readonly isWrite: boolean;
  readonly takesGrant: boolean;
  readonly targetsOf: ReadTargets;
}

/** A subject is what an identity provider made of it. */
const maxSubjectLength = 200;

/** A refused request above this is not looked into: to be refused must cost less than to be answered. */
const maxRefusedBytes = 1024 * 1024;

function describeCall(
  event: 'write' | 'refusal' | 'intent' | 'outcome',
  { requestId, identity, peer, surface, method, request }: Call,
  { decision, onBehalfOf }: CallNotes,
  targetsOf: ReadTargets,
): UntimedRecord {
  const isUnread = event === 'refusal' && request.length > maxRefusedBytes;
  const { targets, leftOut } = isUnread ? { targets: [], leftOut: 0 } : targetsOf(request);
  return {
    event,
    requestId,
    subject: identity.subject.slice(0, maxSubjectLength),
    method: identity.method,
    ...(identity.issuer !== undefined && { issuer: identity.issuer }),
    tokenId: identity.tokenId,
    ...(onBehalfOf !== undefined && { onBehalfOf: onBehalfOf.slice(0, maxSubjectLength) }),
    ...(peer !== undefined && { peer }),
    surface,
    rpc: method.fullName,
    targets,
    ...(leftOut > 0 && { targetsLeftOut: leftOut }),
    ...(event !== 'refusal' && { requestSha256: createHash('sha256').update(request).digest('hex') }),
    ...(decision !== undefined && {
      decision: decision.allow ? 'allow' : 'deny',
      rule: decision.rule,
      reason: decision.reason,
    }),
  };
}
