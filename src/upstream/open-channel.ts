import { Channel, type ChannelCredentials, credentials } from '@grpc/grpc-js';

import { Http2Channel } from './http2-channel.ts';
import type { ChannelTls, UpstreamChannel, UpstreamTransport } from './upstream-channel.ts';

/** Which Cuebot, and what may come from it. */
export interface ChannelOptions {
  /** `host:port`, or any target that gRPC resolves (`dns:///host:port`). */
  readonly endpoint: string;
  /** Where the name was resolved already: its one address, without brackets. Else gRPC resolves it. */
  readonly address?: string;
  /** How the server is called by where it is dialled by its address: `host:port`. */
  readonly authority?: string;
  /** The largest reply that is accepted, in bytes. */
  readonly maxReceiveBytes: number;
  /** grpc-js when not given. */
  readonly transport?: UpstreamTransport;
  /** Undefined: plain text, which is all that Cuebot itself speaks. */
  readonly tls?: ChannelTls | undefined;
}

/**
 * Opens a channel (lazily: nothing is dialled before the first call). The other side's certificate must be for the name in
 * the endpoint.
 *
 * No keepalive pings: Cuebot closes a connection at the third ping within five minutes (`too_many_pings`).
 */
export function openChannel(options: ChannelOptions): UpstreamChannel {
  const { endpoint, authority, maxReceiveBytes, tls } = options;
  if (options.transport === 'http2') return new Http2Channel(options);
  return new Channel(endpoint, credentialsOf(tls), {
    ...(authority !== undefined && {
      'grpc.default_authority': authority,
      // Else the certificate would have to be for the address.
      'grpc.ssl_target_name_override': authority.replace(/:\d+$/, '').replace(/^\[|\]$/g, ''),
    }),
    'grpc.max_receive_message_length': maxReceiveBytes,
    // The pipeline measures requests before they get here.
    'grpc.max_send_message_length': -1,
    // A proxy from the environment is meant for the web, never for the farm's own network.
    'grpc.enable_http_proxy': 0,
    'grpc.service_config_disable_resolution': 1,
    // A call that was sent is never sent again: it may have been carried out.
    'grpc.enable_retries': 0,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 2_000,
    'grpc.client_idle_timeout_ms': 2 ** 31 - 1,
    'grpc.use_local_subchannel_pool': 1,
    // Lists come as megabytes; HTTP/2's default window of 64 KiB would make each one wait for a dozen round trips.
    'grpc-node.flow_control_window': 8 * 1024 * 1024,
  });
}

function credentialsOf(tls: ChannelTls | undefined): ChannelCredentials {
  if (tls === undefined) return credentials.createInsecure();
  const { authorities = null, key = null, certificate = null } = tls;
  return credentials.createSsl(authorities, key, certificate);
}
