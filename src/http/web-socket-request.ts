import { IncomingMessage } from 'node:http';

/**
 * Makes the class of a server's requests, so that node hands over as `upgrade` only what asks for a WebSocket where there is one.
 * Without it, a server that listens for upgrades gets every request that offers another protocol without its body: curl and
 * Java's client offer `Upgrade: h2c` with what is an ordinary POST. (Node 24 has `shouldUpgradeCallback` for this.)
 *
 * @param isOffered whether there are WebSockets at a path
 */
export function compileRequestClass(isOffered: (path: string) => boolean): typeof IncomingMessage {
  return class extends IncomingMessage {
    /** What the parser found; written before this class's own fields could be made. */
    declare foundUpgrade: boolean | null;

    /** Read by node when the head is in: true makes it hand over the socket. */
    get upgrade(): boolean | null {
      return this.foundUpgrade && (this.method === 'CONNECT' || asksForWebSocket(this, isOffered));
    }

    set upgrade(found: boolean | null) {
      this.foundUpgrade = found;
    }
  };
}

/** By RFC 6455, 4.2.1 (https://www.rfc-editor.org/rfc/rfc6455#section-4.2.1), and without a body, which a WebSocket would lose. */
function asksForWebSocket(request: IncomingMessage, isOffered: (path: string) => boolean): boolean {
  const { method, url = '', headers, httpVersion } = request;
  if (method !== 'GET' || httpVersion !== '1.1' || headers.upgrade?.toLowerCase() !== 'websocket') return false;
  const hasBody = headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
  return !hasBody && isOffered(url.split('?', 1)[0]!);
}
