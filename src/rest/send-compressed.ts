import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';

import type { ByteBudget } from '../http/byte-budget.ts';
import { worthCompressing } from '../http/compress-answers.ts';
import {
  compressorBytes,
  type ContentCoding,
  createCompressor,
  negotiateCoding,
  varyByCoding,
} from '../http/content-coding.ts';

import { type Answer, lengthOf, sendAnswer, startAnswer } from './send-answer.ts';

/**
 * Sends answers as `sendAnswer` does, but compresses those from 1 kB on for clients that take it (COMPRESSION=all). The body is
 * counted already; its compressor is held for the caller, and where there is no room for it, the answer goes out as it is.
 */
export function compileSendCompressed(
  budget: Pick<ByteBudget, 'holdOf'>,
): (response: ServerResponse, answer: Answer) => void {
  return (response, answer) => {
    if (response.destroyed) return;
    varyByCoding(response);
    const { req: request } = response;
    const { coding, isNeeded } = negotiateCoding(request);
    const isWorth = coding !== undefined && lengthOf(answer.body) >= (isNeeded ? 1 : worthCompressing);
    // A request that is not read to its end may have to lose its connection; what is refused like that is short.
    if (!isWorth || request.method === 'HEAD' || !request.complete) return sendAnswer(response, answer);
    if (budget.holdOf(response)?.take(compressorBytes[coding]) === false) return sendAnswer(response, answer);
    sendThrough(coding, response, answer).catch(() => response.destroy());
  };
}

/** The body passes through the compressor no faster than it is read. */
async function sendThrough(coding: ContentCoding, response: ServerResponse, answer: Answer): Promise<void> {
  const { body } = answer;
  const stream = startAnswer(response, { ...answer, fields: `${answer.fields}Content-Encoding: ${coding}\r\n` });
  const pieces = Readable.from(body instanceof Uint8Array ? [body] : body);
  for await (const piece of pieces.pipe(createCompressor(coding))) {
    if (response.destroyed) return;
    await stream.write(piece as Buffer);
  }
  stream.end();
}
