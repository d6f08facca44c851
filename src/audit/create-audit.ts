import type { Logger } from '../telemetry/logger.ts';
import type { MethodDescriptor } from '../registry/descriptors.ts';
import type { Call } from '../call/call.ts';
import type { CallNotes, SentCall } from '../call/call.ts';
import { GatewayError } from '../call/gateway-error.ts';
import { type Interceptor, passOn } from '../pipeline/interceptor.ts';
import type { RpcTable } from '../rpc-table/rpc-table.ts';

import { type Schedule, scheduleByTimer } from '../clock/schedule.ts';
import type { AuditRecord, AuditTrail, UntimedRecord } from './audit-record.ts';
import { compileTargets, nounsOf, type ReadTargets } from './compile-targets.ts';
import { describeRequest, type RequestDescription } from './describe-request.ts';
import { FloodTally } from './flood-tally.ts';

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
  readonly trail: AuditTrail;
  readonly logger: Logger;
  /** The current time in milliseconds since 1970. */
  readonly now: () => number;
  /** The system's where not given. */
  readonly schedule?: Schedule;
}

/** Which calls are watched. */
export interface WatchedCalls {
  readonly table: RpcTable;
  /** Whether calls of a method take a grant on top of their level: these are written down before they are sent. */
  readonly takesGrant: (method: MethodDescriptor) => boolean;
}

/** The audit, as three interceptors: one sees how calls end, one sees them before they are sent, one sees them being sent. */
export interface AuditInterceptors {
  /** Belongs outside of what decides: it writes down every write and every refusal. */
  readonly record: Interceptor;
  /** Belongs inside of it, where a call is known to be sent next: it writes down the intent to call what takes a grant. */
  readonly intend: Interceptor;
  /** Belongs next to the upstream: it notes that a write is sent, and what became of it when its caller did not wait. */
  readonly follow: Interceptor;
}

/** One audit, whatever calls it watches. */
export interface Audit {
  /** Begins to watch the calls of a table. Tables come and go when protos or the policy are read again; the audit stays. */
  readonly watch: (watched: WatchedCalls) => AuditInterceptors;
  /** Writes down a request that was turned away before it was a call, or counts it where there are many. */
  readonly reject: (rejected: RejectedRequest) => void;
  /** How many records could not be written since the start. */
  readonly failures: () => number;
  /** Writes down what was only counted, and which calls have no answer yet. Resolves when nothing is left to be written. */
  readonly flush: () => Promise<void>;
}

/**
 * Writes down every write and every refusal: who, by which token, from where, what, and how it ended. Calls that take a
 * grant are written down before they are sent and are not sent if that fails; about others the audit does its best, since a
 * full disk must not stop a farm.
 */
export function createAudit(options: AuditOptions): Audit {
  const { trail, logger, now, schedule = scheduleByTimer } = options;
  let failures = 0;
  const countFailure = (error: unknown) => {
    failures += 1;
    // The first and every thousandth: a full disk fails at each call.
    if (failures % 1_000 === 1) logger.error({ err: error, failures }, 'the audit could not be written');
  };

  const append = (record: UntimedRecord, isDurable: boolean) =>
    trail.append({ time: timeOf(now()), ...record }, isDurable);
  /** What is being written, or described first. */
  const underWay = new Set<Promise<unknown>>();
  const track = <Value>(work: Promise<Value>): Promise<Value> => {
    underWay.add(work);
    const end = () => void underWay.delete(work);
    work.then(end, end);
    return work;
  };
  const write = (record: UntimedRecord, isDurable: boolean) => track(append(record, isDurable).catch(countFailure));
  const rejections = new FloodTally({ ...rejectionFloods, write, schedule });
  const refusals = new FloodTally({ ...refusalFloods, write, schedule });

  /** Calls that were sent and whose callers did not wait; each tells that the gateway did not, either. */
  const unanswered = new Set<() => void>();
  const followUp = (ended: UntimedRecord, { reply }: SentCall, isDurable: boolean, elapsedMs: () => number) => {
    const end = (status: string, reason?: string) => {
      if (!unanswered.delete(giveUp)) return;
      const outcome = { ...ended, event: 'outcome', status, durationMs: elapsedMs(), late: true } as const;
      void write(reason === undefined ? outcome : { ...outcome, reason }, isDurable);
    };
    const giveUp = () => end('UNKNOWN', 'UNANSWERED');
    unanswered.add(giveUp);
    reply.then(
      () => end('OK'),
      (error) => end(GatewayError.from(error).status.name),
    );
  };

  const watch = ({ table, takesGrant }: WatchedCalls): AuditInterceptors => {
    const nouns = nounsOf(table.rows.map(({ method }) => method.input));
    const facts = new Map<MethodDescriptor, AuditFacts>(
      table.rows.map(({ method, kind, identityFields }) => [
        method,
        {
          isWrite: kind === 'write',
          takesGrant: takesGrant(method),
          readTargets: compileTargets(method.input, nouns, identityFields),
        },
      ]),
    );

    const record: Interceptor = ({ method }) => {
      const { isWrite, takesGrant, readTargets } = facts.get(method)!;
      return (next) => async (call) => {
        const { notes = {} } = call;
        const startedAt = performance.now();
        const elapsedMs = () => Math.round((performance.now() - startedAt) * 1000) / 1000;
        const end = async (status: string, isRefused: boolean) => {
          const event = isRefused ? 'refusal' : takesGrant ? 'outcome' : 'write';
          const { sent, endpoint, isRetried } = notes;
          const isUnanswered = sent !== undefined && !sent.isAnswered;
          const outcome = {
            status,
            durationMs: elapsedMs(),
            ...(!isRefused && { sent: sent !== undefined }),
            ...(endpoint !== undefined && { endpoint }),
            ...(isRetried === true && { retried: true }),
          };
          const writeDown = (described: RequestDescription) => {
            const ended = { ...describeCall(event, call, notes, described), ...outcome };
            if (isUnanswered) followUp(ended, sent, takesGrant, elapsedMs);
            return isRefused ? refusals.note(ended, takesGrant) : write(ended, takesGrant);
          };
          const isUnread = isRefused && call.request.length > maxRefusedBytes;
          const described = isUnread ? undescribed : describeRequest(call.request, readTargets);
          const written = described instanceof Promise ? track(described.then(writeDown)) : writeDown(described);
          if (takesGrant) await written;
        };
        try {
          const reply = await next(call.notes === undefined ? { ...call, notes } : call);
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
      const { takesGrant, readTargets } = facts.get(method)!;
      if (!takesGrant) return passOn;
      return (next) => async (call) => {
        try {
          const described = await describeRequest(call.request, readTargets);
          await append(describeCall('intent', call, call.notes ?? {}, described), true);
        } catch (cause) {
          countFailure(cause);
          const message = `${method.fullName} is not called unless it can be written down first, and that failed; nothing was sent`;
          throw new GatewayError('UNAVAILABLE', message, { reason: 'AUDIT_FAILED', cause });
        }
        return next(call);
      };
    };

    const follow: Interceptor = ({ method }) => {
      const { isWrite, takesGrant } = facts.get(method)!;
      if (!isWrite && !takesGrant) return passOn;
      return (next) => (call) => {
        const reply = next(call);
        if (call.notes === undefined) return reply;
        const sent: SentCall = { reply, isAnswered: false };
        const answered = () => {
          sent.isAnswered = true;
        };
        reply.then(answered, answered);
        call.notes.sent = sent;
        return reply;
      };
    };
    return { record, intend, follow };
  };
  return {
    watch,
    reject: ({ peer, ...rejected }) =>
      void rejections.note({ ...rejected, ...(peer !== undefined && { peer }), decision: 'deny' }),
    failures: () => failures,
    flush: async () => {
      // Of a large request the description is still to come, and then its record.
      while (underWay.size > 0) await Promise.allSettled(underWay);
      for (const giveUp of unanswered) giveUp();
      rejections.flush();
      refusals.flush();
      await Promise.allSettled(underWay);
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
  readonly readTargets: ReadTargets;
}

/** A subject is what an identity provider made of it; other names come from requests. */
const maxNameLength = 200;

/** A refused request above this is not looked into: to be refused must cost less than to be answered. */
const maxRefusedBytes = 1024 * 1024;
const undescribed: RequestDescription = { targets: [], leftOut: 0, said: [], sha256: '' };

function describeCall(
  event: 'write' | 'refusal' | 'intent' | 'outcome',
  { requestId, identity, peer, surface, method, span }: Call,
  { decision, onBehalfOf, replacesName, effect }: CallNotes,
  { targets, leftOut, said, sha256 }: RequestDescription,
): UntimedRecord {
  const replacedName =
    replacesName === true ? said.find((name) => name !== '' && name !== identity.subject) : undefined;
  return {
    event,
    requestId,
    ...(span?.isRecorded === true && { traceId: span.traceId }),
    subject: identity.subject.slice(0, maxNameLength),
    method: identity.method,
    ...(identity.issuer !== undefined && { issuer: identity.issuer }),
    tokenId: identity.tokenId,
    ...(onBehalfOf !== undefined && { onBehalfOf: onBehalfOf.slice(0, maxNameLength) }),
    ...(replacedName !== undefined && { replacedName: replacedName.slice(0, maxNameLength) }),
    ...(peer !== undefined && { peer }),
    surface,
    rpc: method.fullName,
    targets,
    ...(leftOut > 0 && { targetsLeftOut: leftOut }),
    ...(event !== 'refusal' && { requestSha256: sha256 }),
    ...(effect !== undefined && { effect }),
    ...(decision !== undefined && {
      decision: decision.allow ? 'allow' : 'deny',
      rule: decision.rule,
      reason: decision.reason,
    }),
  };
}
