import { openAudit, type OpenedAudit } from '../audit/open-audit.ts';
import { readUid } from '../authentication/claims.ts';
import { authorize } from '../authorization/authorize.ts';
import type { InvokeOf } from '../call/call.ts';
import type { Identity } from '../call/identity.ts';
import { compileWireToWindow } from '../codec/value/message-window.ts';
import { compileValueToWire } from '../codec/value/value-to-wire.ts';
import { compileWireToValue } from '../codec/value/wire-to-value.ts';
import { compileTextField } from '../codec/wire/text-field.ts';
import type { Config } from '../config/config.ts';
import type { Coordination } from '../coordination/create-coordination.ts';
import { answerOnce } from '../pipeline/answer-once.ts';
import { composePipeline, type Pipeline } from '../pipeline/compose-pipeline.ts';
import { explainEmptyKeys } from '../pipeline/explain-empty-keys.ts';
import { fillIdentityFields } from '../pipeline/fill-identity-fields.ts';
import type { Lanes } from '../pipeline/lanes/create-lanes.ts';
import { limitCalls } from '../pipeline/limit-calls.ts';
import { logCalls } from '../pipeline/log-calls.ts';
import { measureCalls, measureUpstream } from '../pipeline/measure-calls.ts';
import type { Destination } from '../pipeline/placement/destination.ts';
import { placeCalls } from '../pipeline/placement/place-calls.ts';
import { RetryBudget } from '../pipeline/placement/retry-budget.ts';
import { retryAfterReset, type RetryReason } from '../pipeline/placement/retry-calls.ts';
import { spareReads } from '../pipeline/spare-reads.ts';
import { traceCalls, traceUpstream } from '../pipeline/trace-calls.ts';
import { validateRequests, validateWhenSent } from '../pipeline/validation/validate-requests.ts';
import type { MessageDescriptor, MethodDescriptor } from '../registry/descriptors.ts';
import type { Logger } from '../telemetry/logger.ts';

import { createDestinations, type Destinations, type EndpointLane } from './destinations.ts';
import type { Meters } from './meters.ts';
import type { Snapshot } from './snapshot.ts';

/** What the pipeline is made from, besides what is known of RPCs. */
export interface OpenPipelineOptions {
  readonly config: Config;
  /** The one Cuebot; undefined: there are several, and each is handed to `cuebots`. */
  readonly upstream: OneCuebot | undefined;
  /** Undefined: nothing is measured. */
  readonly meters: Meters | undefined;
  readonly logger: Logger;
  /** The current time in milliseconds since 1970. */
  readonly now: () => number;
  /** What is shared with other gateways; undefined: this one is alone. */
  readonly coordination?: Pick<Coordination, 'openTurnOf' | 'answers' | 'writes'> | undefined;
}

/** The only Cuebot, and how people know it. */
export interface OneCuebot {
  readonly endpoint: string;
  readonly invokeOf: InvokeOf;
}

/** The one way to the upstream, for every surface. */
export interface OpenedPipeline {
  /**
   * Composes the ways of the calls of a snapshot's RPCs. When another snapshot comes, its ways share with those before what lasts
   * longer than a snapshot: lanes, recent reads, idempotency keys, budgets, the audit.
   */
  readonly compose: (snapshot: Pick<Snapshot, 'registry' | 'table' | 'policy'>) => Pipeline;
  /** Of every Cuebot; empty when lanes are off. */
  readonly laneStates: () => readonly EndpointLane[];
  /** Where several Cuebots come and go. */
  readonly cuebots: Pick<Destinations, 'open' | 'abandon' | 'close'>;
  /** Writes down a request that was turned away before it could be a call. */
  readonly reject: OpenedAudit['reject'];
  /** How many audit records could not be written. */
  readonly auditFailures: () => number;
  /** How often somebody else took the audit file away or changed it, by what they did. */
  readonly auditDisturbances: OpenedAudit['disturbances'];
  /** Ends the audit; call when nothing is under way any more. */
  readonly close: () => Promise<void>;
}

/** Opens what every pipeline shares. Rejects when the audit cannot be opened. */
export async function openPipeline(options: OpenPipelineOptions): Promise<OpenedPipeline> {
  const { config, upstream, meters, logger, now, coordination } = options;
  const { grpcTimeoutMs: timeoutMs, grpcTimeoutMaxMs: maxTimeoutMs, httpTimeoutMs, maxRequestBytes } = config;
  const destinations = createDestinations({
    limits: { ...config.laneLimits, callMs: timeoutMs },
    laneWait: meters?.laneWait,
    openTurnOf: coordination?.openTurnOf,
  });
  const onlyLanes = upstream && destinations.openLanes(upstream.endpoint);
  const { auditFile: file, auditMaxBytes: maxBytes, auditKeyFile: keyFile, auditAnchorIntervalMs } = config;
  const settings = { file, maxBytes, keyFile, anchorIntervalMs: auditAnchorIntervalMs };
  const audit = await openAudit({ settings, logger, now });
  const isTraced = config.traces !== undefined;
  const shared = {
    metrics: meters && measureCalls(meters.calls),
    log: logCalls(logger),
    limits: limitCalls({ maxRequestBytes, timeoutMs, maxTimeoutMs, httpTimeoutMs }),
    idempotency: answerOnce({ timeoutMs, now: Date.now, shared: coordination?.answers }),
    reads: spareReads({ timeoutMs, now: () => performance.now(), meters: meters?.calls, news: coordination?.writes }),
  };
  const retry = { budget: new RetryBudget(), onRetry: (reason: RetryReason) => meters?.retried(reason) };
  const retries = retryAfterReset(retry);

  const compose: OpenedPipeline['compose'] = ({ registry, table, policy }) => {
    const { rows: rpcs, dressedErrors } = table;
    const open = (message: MessageDescriptor) => compileWireToValue(message, registry);
    const look = (message: MessageDescriptor) => compileWireToWindow(message, registry);
    const close = (message: MessageDescriptor) => compileValueToWire(message, registry);
    const { maxSpecBytes, forwardMetadata: forwardsMetadata } = config;
    const { identityMismatch: mismatch, serviceSubjects: services } = config;
    const { claimNames } = config.authentication;
    const uidOf = claimNames.uid === undefined ? undefined : ({ claims }: Identity) => readUid(claims, claimNames);
    const { hasGrant } = policy;
    const validatesRest = config.restValidation === 'on';
    const validation = { dressedErrors, open, close, timeoutMs, now, maxSpecBytes, hasGrant, uidOf, validatesRest };
    const identityFields = { rpcs, findText: compileTextField, mismatch, services, forwardsMetadata };
    const takesGrant = (method: MethodDescriptor) => policy.factsOf(method).grant !== undefined;
    const watched = audit.watch({ table, takesGrant });
    // From the outside in: this is a call's life.
    const firstSteps = {
      trace: isTraced ? traceCalls : undefined,
      metrics: shared.metrics,
      log: shared.log,
      audit: watched.record,
      limits: shared.limits,
      authorization: authorize(policy, { open: look, close }),
      validation: validateRequests(validation),
      keys: explainEmptyKeys({ open: look }),
      identity: fillIdentityFields(identityFields),
      idempotency: shared.idempotency,
      // What validation refuses was never intended, and what is answered again is not intended again.
      intent: watched.intend,
      reads: shared.reads,
    };
    // Each Cuebot has these for itself: two of them do not disturb each other.
    const lastSteps = (lanes: Lanes, endpoint: string) => ({
      lane: config.lanes ? lanes.intercept : undefined,
      revalidation: validateWhenSent({ open, now }),
      sending: watched.follow,
      timing: measureUpstream,
      propagation: isTraced ? traceUpstream(endpoint) : undefined,
    });
    if (upstream !== undefined) {
      const steps = { ...firstSteps, retries, ...lastSteps(onlyLanes!, upstream.endpoint) };
      return composePipeline(rpcs, steps, upstream.invokeOf);
    }
    const composed = new WeakMap<Destination, InvokeOf>();
    const invokeOn = (destination: Destination): InvokeOf => {
      const known = composed.get(destination);
      if (known !== undefined) return known;
      const { cuebot, lanes } = destinations.of(destination);
      const { invokeOf } = composePipeline(rpcs, lastSteps(lanes, cuebot.name), cuebot.invokeOf);
      composed.set(destination, invokeOf);
      return invokeOf;
    };
    const place = placeCalls({
      ...retry,
      rpcs,
      destinations: destinations.all,
      invokeOn,
      findText: compileTextField,
    });
    return composePipeline(rpcs, firstSteps, place);
  };
  return {
    compose,
    laneStates: destinations.laneStates,
    cuebots: destinations,
    reject: audit.reject,
    auditFailures: audit.failures,
    auditDisturbances: audit.disturbances,
    close: audit.close,
  };
}
