import { openAuditFile } from '../audit/audit-file.ts';
import { type AuditTrail, createLogTrail } from '../audit/audit-trail.ts';
import { type Audit, createAudit } from '../audit/create-audit.ts';
import { readUid } from '../authentication/claim-names.ts';
import { authorize } from '../authorization/authorize.ts';
import type { Logger } from '../telemetry/logger.ts';
import { compileValueToWire } from '../codec/value/value-to-wire.ts';
import { compileWireToValue } from '../codec/value/wire-to-value.ts';
import type { Config } from '../config/config.ts';
import type { Meters } from './meters.ts';
import type { MessageDescriptor, MethodDescriptor } from '../registry/descriptors.ts';
import type { Invoke } from '../call/call.ts';
import { composeWaist } from '../pipeline/compose-pipeline.ts';
import { answerOnce } from '../pipeline/answer-once.ts';
import { enforceGuards } from '../pipeline/validation/validate-requests.ts';
import { stampIdentity } from '../pipeline/fill-identity-fields.ts';
import type { Identity } from '../call/identity.ts';
import type { LaneState } from '../pipeline/lanes/lane.ts';
import { createLanes } from '../pipeline/lanes/create-lanes.ts';
import type { Snapshot } from './snapshot.ts';

/** What the waist is made from. */
export interface CreateWaistOptions {
  readonly config: Config;
  readonly snapshot: Snapshot;
  readonly upstream: Invoke;
  /** Undefined: nothing is measured. */
  readonly meters: Meters | undefined;
  readonly logger: Logger;
  /** The current time in milliseconds since 1970. */
  readonly now: () => number;
}

/** The one way to the upstream, for both surfaces. */
export interface Waist {
  readonly invoke: Invoke;
  /** By lane name. */
  readonly laneStates: () => ReadonlyMap<string, LaneState>;
  /** Writes down a request that was turned away before it could be a call. */
  readonly reject: Audit['reject'];
  /** How many audit records could not be written. */
  readonly auditFailures: () => number;
  /** Ends the audit; call when nothing is under way any more. */
  readonly close: () => Promise<void>;
}

/** Gives every interceptor of the waist what the settings say. Rejects when the audit cannot be opened. */
export async function createWaist(options: CreateWaistOptions): Promise<Waist> {
  const { config, snapshot, upstream, meters, logger, now } = options;
  const { registry, table, policy } = snapshot;
  const open = (message: MessageDescriptor) => compileWireToValue(message, registry);
  const close = (message: MessageDescriptor) => compileValueToWire(message, registry);
  const takesGrant = (method: MethodDescriptor) => policy.factsOf(method).grant !== undefined;
  const { grpcTimeoutMs: timeoutMs, maxRequestBytes, maxSpecBytes, identityMismatch, serviceSubjects } = config;
  const { claimNames } = config.authentication;
  const uidOf = claimNames.uid === undefined ? undefined : ({ claims }: Identity) => readUid(claims, claimNames);
  const lanes = createLanes(table, { ...config.laneLimits, callMs: timeoutMs }, meters?.laneWait);
  const trail = await openTrail(config, logger, now);
  const audit = createAudit({ table, takesGrant, trail, open, logger, now });
  const invoke = composeWaist({
    table,
    timeoutMs,
    maxRequestBytes,
    audit,
    authorize: authorize(policy, { open, close }),
    guard: enforceGuards({ table, open, close, timeoutMs, now, maxSpecBytes, hasGrant: policy.hasGrant, uidOf }),
    stamp: stampIdentity({ table, open, close, mismatch: identityMismatch, services: serviceSubjects }),
    once: answerOnce({ table, timeoutMs, now: Date.now }),
    lanes: config.lanes ? lanes : undefined,
    meters: meters?.calls,
    logger,
    upstream,
  });
  const { reject, failures: auditFailures, flush } = audit;
  const end = () => {
    flush();
    return trail.close();
  };
  return { invoke, laneStates: lanes.states, reject, auditFailures, close: end };
}

/** Where the audit goes. */
function openTrail({ auditFile, auditMaxBytes }: Config, logger: Logger, now: () => number): Promise<AuditTrail> {
  if (auditFile === undefined) return Promise.resolve(createLogTrail(logger));
  return openAuditFile({ path: auditFile, maxBytes: auditMaxBytes, now });
}
