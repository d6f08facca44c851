import { sendAnswer } from './send-answer.ts';
import type { Handler } from './create-server.ts';

/** Serves a JSON document that everybody may read, from whatever page, and that changes with the settings only. */
export function serveDocument(document: unknown): Handler {
  const body = Buffer.from(`${JSON.stringify(document)}\n`);
  const fields =
    'Access-Control-Allow-Origin: *\r\nCache-Control: public, max-age=3600\r\nContent-Type: application/json\r\n' +
    'X-Content-Type-Options: nosniff\r\n';
  return ({ method }, response) => {
    if (method === 'GET' || method === 'HEAD') sendAnswer(response, { status: '200 OK', fields, body });
    else
      sendAnswer(response, { status: '405 Method Not Allowed', fields: 'Allow: GET, HEAD\r\n', body: Buffer.alloc(0) });
  };
}
