import type { Socket } from 'node:net';
import { createServer, type SecureContextOptions, type Server, type TLSSocket } from 'node:tls';

/** What a server shows of itself, and what it asks of others. */
export interface ServedTls {
  /** What is in force now. */
  readonly context: () => TlsContext;
  /** Calls back when something else is in force. */
  readonly onChange: (listener: () => void) => void;
  /** Whether whoever shows no certificate of the authorities in `ca` is turned away. */
  readonly isCertificateRequired: boolean;
}

/** PEM texts, as OpenSSL takes them. */
export type TlsContext = Pick<SecureContextOptions, 'cert' | 'key' | 'ca'>;

/** What is done with connections. */
export interface TlsListenerOptions {
  readonly tls: ServedTls;
  /** Told about each connection, before anything is read of it. */
  readonly onSocket: (socket: Socket) => void;
  /** Told when a connection has agreed on HTTP/2 or HTTP/1.1 (RFC 7301). Both sockets are the same connection. */
  readonly onSecure: (socket: TLSSocket, protocol: 'h2' | 'http/1.1') => void;
}

/** How long a handshake may take, in milliseconds: as long as a request's head. */
const handshakeTimeoutMs = 10_000;

/**
 * A server that speaks TLS 1.2 or 1.3, and no protocol on top of it. Connections keep the certificate that they began with; later
 * ones see the one that is in force.
 */
export function createTlsListener({ tls, onSocket, onSecure }: TlsListenerOptions): Server {
  const { isCertificateRequired } = tls;
  const server = createServer(
    {
      ...tls.context(),
      ALPNProtocols: ['h2', 'http/1.1'],
      // By HTTP, certificates give no rights; browsers would ask their users for one.
      requestCert: isCertificateRequired,
      rejectUnauthorized: isCertificateRequired,
      handshakeTimeout: handshakeTimeoutMs,
      noDelay: true,
    },
    (socket) => onSecure(socket, socket.alpnProtocol === 'h2' ? 'h2' : 'http/1.1'),
  );
  server.on('connection', onSocket);
  server.on('tlsClientError', (_, socket) => void socket.destroy());
  tls.onChange(() => server.setSecureContext(tls.context()));
  return server;
}
