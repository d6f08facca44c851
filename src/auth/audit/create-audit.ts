import type { Logger } from '../../base/logger.ts';
import type { MethodDescriptor } from '../../registry/descriptors.ts';
import type { Call, Interceptor } from '../../rpc/call.ts';
import type { CallNotes } from '../../rpc/call-notes.ts';
import { GatewayError } from '../../rpc/gateway-error.ts';
import type { OpenMessage } from '../../rpc/open-message.ts';
import type { RpcTable } from '../../rpc/rpc-table.ts';

import { type Schedule, scheduleByTimer } from '../schedule.ts';
import type { AuditRecord } from './audit-record.ts';
import type { AuditTrail } from './audit-trail.ts';
import { compileTargets, type ReadTargets } from './compile-targets.ts';
import { type RejectedRequest, RejectionTally } from './rejection-tally.ts';

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
  const facts = new Map<MethodDescriptor, AuditFacts>(
    table.rows.map(({ method, kind }) => [
      method,
      { isWrite: kind === 'write', takesGrant: takesGrant(method), targetsOf: compileTargets(method.input, open) },
    ]),
  );
  let failures = 0;
  const countFailure = (error: unknown) => {
    failures += 1;
    // The first and every thousandth: a full disk fails at each call.
    if (failures % 1_000 === 1) logger.error({ err: error, failures }, 'the audit could not be written');
  };

  const record: Interceptor = (next) => async (call) => {
    const { isWrite, takesGrant, targetsOf } = facts.get(call.method)!;
    const notes: CallNotes = {};
    const startedAt = performance.now();
    const end = async (status: string, isRefused: boolean) => {
      const event = isRefused ? 'refusal' : takesGrant ? 'outcome' : 'write';
      const durationMs = Math.round((performance.now() - startedAt) * 1000) / 1000;
      const written = trail
        .append({ ...describeCall(event, call, notes, targetsOf, now()), status, durationMs }, takesGrant)
        .catch(countFailure);
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

  const intend: Interceptor = (next) => async (call) => {
    const { takesGrant, targetsOf } = facts.get(call.method)!;
    if (!takesGrant) return next(call);
    try {
      await trail.append(describeCall('intent', call, call.notes ?? {}, targetsOf, now()), true);
    } catch (cause) {
      countFailure(cause);
      const message = `${call.method.fullName} is not called unless it can be written down first, and that failed; nothing was sent`;
      throw new GatewayError('UNAVAILABLE', message, { reason: 'AUDIT_FAILED', cause });
    }
    return next(call);
  };
  const tally = new RejectionTally({
    write: (record) => void trail.append({ time: timeOf(now()), ...record }, false).catch(countFailure),
    schedule,
  });
  return {
    record,
    intend,
    reject: (rejected) => tally.note(rejected),
    failures: () => failures,
    flush: () => tally.flush(),
  };
}

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

function describeCall(
  event: AuditRecord['event'],
  { requestId, identity, peer, surface, method, request }: Call,
  { decision, onBehalfOf }: CallNotes,
  targetsOf: ReadTargets,
  nowMs: number,
): AuditRecord {
  return {
    time: timeOf(nowMs),
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
    targets: targetsOf(request),
    ...(decision !== undefined && {
      decision: decision.allow ? 'allow' : 'deny',
      rule: decision.rule,
      reason: decision.reason,
    }),
  };
}
