import { type Handler, readOnly } from './mount.ts';
import { sendAnswer } from './send-answer.ts';

/** Serves a JSON document that everybody may read, from whatever page, and that changes with the settings only. */
export function serveDocument(document: unknown): Handler {
  const body = Buffer.from(`${JSON.stringify(document)}\n`);
  const headers = {
    'Access-Control-Allow-Origin': '*',
    'Cache-Control': 'public, max-age=3600',
    'Content-Type': 'application/json',
    'X-Content-Type-Options': 'nosniff',
  };
  return readOnly((_, response) => sendAnswer(response, { status: 200, headers, body }));
}
