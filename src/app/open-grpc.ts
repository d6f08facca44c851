import type { Authentication } from '../authentication/create-authentication.ts';
import type { AdmitCaller } from '../authentication/request-rate.ts';
import { compileIdentifyPeer } from '../authentication/identify-request.ts';
import type { Config } from '../config/config.ts';
import { createGrpc, type RunningGrpc, type ServedRpcs } from '../grpc/create-grpc.ts';
import type { Access } from '../http/watch-access.ts';
import { compileNetworks } from '../http/ip-network.ts';
import type { ServedTls } from '../http/tls-listener.ts';
import { requestIdOf } from '../http/request-id.ts';
import type { Pipeline } from '../pipeline/compose-pipeline.ts';
import type { Tracer } from '../telemetry/span.ts';
import { writeFileDescriptors } from '../registry/sources/descriptors/write-descriptor-set.ts';

import { explainListenError } from './explain-listen-error.ts';
import type { Meters } from './meters.ts';
import type { OpenedPipeline } from './open-pipeline.ts';
import type { Snapshot } from './snapshot.ts';
import { traceRpc } from './trace-requests.ts';

/** What gRPC is opened with. */
export interface OpenGrpcOptions {
  readonly config: Config;
  /** What is known of RPCs now. */
  readonly snapshot: () => Snapshot;
  readonly pipeline: Pick<Pipeline, 'invokeOf'>;
  /** Writes down a request that was turned away before it could be a call. */
  readonly reject: OpenedPipeline['reject'];
  readonly authentication: Pick<Authentication, 'identify'>;
  /** Whether who calls may do so now; undefined: always. */
  readonly admit: AdmitCaller | undefined;
  /** The gateway's certificate; undefined: it has none. */
  readonly tls: ServedTls | undefined;
  /** Told of each call how it ended; undefined: nobody is. */
  readonly onAccess: ((access: Access) => void) | undefined;
  /** Undefined: nothing is measured. */
  readonly meters: Meters | undefined;
  /** Undefined: nothing is traced. */
  readonly tracer: Tracer | undefined;
}

/** Listens on GRPC_PORT; undefined when the settings name none. Rejects with a UserError when the port cannot be had. */
export async function openGrpc(options: OpenGrpcOptions): Promise<RunningGrpc | undefined> {
  const { config, snapshot, pipeline, reject, authentication, onAccess, meters, tracer } = options;
  const { grpcPort: port, host } = config;
  if (port === undefined) return undefined;
  const isProxy = compileNetworks(config.trustedProxies);
  const identify = compileIdentifyPeer({
    identify: authentication.identify,
    // Behind a proxy everybody has its address, and none of them its rights.
    identityOfPeer: (peer) => (isProxy(peer.remoteAddress ?? '') ? undefined : snapshot().policy.identityOfPeer(peer)),
    admit: options.admit,
    onRejected: (rejection) => {
      meters?.rejected(rejection.reason);
      reject({ event: 'unauthenticated', ...rejection });
    },
  });
  const listening = createGrpc({
    ...servedByGrpc(snapshot(), pipeline),
    identify,
    forwardMetadata: config.forwardMetadata,
    requestIdOf,
    onEnded: onAccess && ((ended) => onAccess({ method: 'gRPC', ...ended })),
    trace: tracer && ((called) => traceRpc(tracer, called)),
    host,
    port,
    maxRequestBytes: config.maxRequestBytes,
    tls: config.grpcTls === 'on' ? options.tls : undefined,
    ...config.grpcLimits,
  });
  return listening.catch((error: unknown) => {
    throw explainListenError(error, { host, port, hostSetting: 'HOST', portSetting: 'GRPC_PORT' });
  });
}

/** What GRPC_PORT serves of a snapshot. */
export function servedByGrpc(
  { grpcServices, registry, table }: Snapshot,
  { invokeOf }: Pick<Pipeline, 'invokeOf'>,
): ServedRpcs {
  return {
    services: grpcServices,
    fileDescriptors: () => writeFileDescriptors(registry.files()),
    invokeOf,
    isRead: (method) => table.factsOf(method).kind === 'read',
  };
}
