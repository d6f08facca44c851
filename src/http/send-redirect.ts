import type { ServerResponse } from 'node:http';

import { httpDate } from './http-date.ts';
import { sendAnswer, sendRaw } from './send-answer.ts';

/**
 * Sends the client to a cleaner spelling of its path. 307 keeps the method: a POST to a base URL that ends in a slash
 * arrives as a POST. 301, which Go used before 1.26, is turned into a GET by most clients.
 */
export function sendRedirect(response: ServerResponse, location: string): void {
  const status = '307 Temporary Redirect';
  const fields = `Location: ${location}\r\n`;
  const pageFields = `Content-Type: text/html; charset=utf-8\r\n${fields}`;
  switch (response.req.method) {
    case 'GET':
      sendAnswer(response, { status, fields: pageFields, body: Buffer.from(pageOf(location), 'latin1') });
      break;
    case 'HEAD':
      // The page is not written for HEAD, so its length is not known either.
      sendRaw(response, `HTTP/1.1 ${status}\r\n${pageFields}Date: ${httpDate()}\r\n\r\n`, Buffer.alloc(0), '');
      break;
    default:
      sendAnswer(response, { status, fields, body: Buffer.alloc(0) });
  }
}

function pageOf(location: string): string {
  return `<a href="${escapeHtml(location)}">Temporary Redirect</a>.\n\n`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&${htmlEscapes[character]};`);
}

const htmlEscapes: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': '#34', "'": '#39' };
