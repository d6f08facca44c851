import type { BeforeRouting, EarlyAnswer } from '../http/before-routing.ts';

import { parseRequestTarget } from './request-target.ts';
import { sendRedirect } from './send-answer.ts';

/** In plain text, without date or length; the connection ends with it. Nothing of the request is echoed. */
const refusal = (status: number, phrase: string, body = `${status} ${phrase}`): EarlyAnswer => ({
  status,
  phrase,
  fields: [
    ['Content-Type', 'text/plain; charset=utf-8'],
    ['Connection', 'close'],
  ],
  body,
});

/** A status alone, which ends the connection. */
const bare = (status: number, phrase: string): EarlyAnswer => ({
  status,
  phrase,
  fields: [['Connection', 'close'], ['Date'], ['Content-Length', '0']],
  body: '',
});

/** What Go's net/http and its ServeMux say and do before a handler sees a request, word for word. */
export const beforeRouting: BeforeRouting = {
  answers: {
    badRequest: refusal(400, 'Bad Request'),
    missingHost: refusal(400, 'Bad Request: missing required Host header'),
    malformedHost: refusal(400, 'Bad Request: malformed Host header'),
    badEncoding: refusal(501, 'Not Implemented', 'Unsupported transfer encoding'),
    badVersion: refusal(505, 'HTTP Version Not Supported: unsupported protocol version'),
    badExpectation: bare(417, 'Expectation Failed'),
    badTarget: bare(400, 'Bad Request'),
    serverOptions: { status: 200, phrase: 'OK', fields: [['Content-Length', '0'], ['Date']], body: '' },
    timeout: refusal(408, 'Request Timeout'),
    bodyTooLarge: refusal(413, 'Content Too Large'),
    headTooLarge: refusal(431, 'Request Header Fields Too Large'),
    tooManyConnections: {
      status: 503,
      phrase: 'Service Unavailable',
      fields: [
        ['Content-Type', 'text/plain; charset=utf-8'],
        ['Retry-After', '1'],
        ['Connection', 'close'],
      ],
      body: 'too many connections',
    },
  },
  parseTarget: parseRequestTarget,
  redirect: sendRedirect,
};
