import type { IncomingMessage } from 'node:http';
import { gzipSync } from 'node:zlib';

import { type Handler, readOnly } from './mount.ts';
import { sendAnswer } from './send-answer.ts';

/**
 * Serves a JSON document that everybody may read, from whatever page, and that changes with the settings only. It is compressed
 * once, for those who take that: unlike an answer to a caller, it holds nothing that its length could give away.
 */
export function serveDocument(document: unknown): Handler {
  const body = Buffer.from(`${JSON.stringify(document)}\n`);
  const headers = {
    'Access-Control-Allow-Origin': '*',
    'Cache-Control': 'public, max-age=3600',
    'Content-Type': 'application/json',
    Vary: 'Accept-Encoding',
    'X-Content-Type-Options': 'nosniff',
  };
  const zipped = { status: 200, headers: { ...headers, 'Content-Encoding': 'gzip' }, body: gzipSync(body) };
  const plain = { status: 200, headers, body };
  return readOnly((request, response) => sendAnswer(response, takesGzip(request) ? zipped : plain));
}

/** A coding with weight 0 is one that is refused (RFC 9110, 12.5.3). */
function takesGzip({ headers }: IncomingMessage): boolean {
  return /(?:^|[,\s])gzip\s*(?:,|$|;\s*q=(?!0(?:\.0*)?\s*(?:,|$)))/i.test(String(headers['accept-encoding'] ?? ''));
}
