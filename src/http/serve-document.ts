import { compressDocument, type ContentCoding, negotiateCoding } from './content-coding.ts';
import { type Handler, readOnly } from './mount.ts';
import { sendAnswer } from './send-answer.ts';

/**
 * Serves a JSON document that everybody may read, from whatever page, and that changes with the settings only. It is made when
 * it is asked for first, and compressed once for each coding.
 */
export function serveDocument(makeDocument: () => unknown, isCompressed: boolean): Handler {
  const headers = {
    'Access-Control-Allow-Origin': '*',
    'Cache-Control': 'public, max-age=3600',
    'Content-Type': 'application/json',
    ...(isCompressed && { Vary: 'Accept-Encoding' }),
    'X-Content-Type-Options': 'nosniff',
  };
  let plain: Buffer | undefined;
  const compressed = new Map<ContentCoding, Promise<Buffer>>();
  const bodyIn = (coding: ContentCoding): Promise<Buffer> => {
    const known = compressed.get(coding) ?? compressDocument(plain!, coding);
    compressed.set(coding, known);
    return known;
  };
  return readOnly((request, response) => {
    plain ??= Buffer.from(`${JSON.stringify(makeDocument())}\n`);
    const coding = isCompressed ? negotiateCoding(request).coding : undefined;
    if (coding === undefined) return sendAnswer(response, { status: 200, headers, body: plain });
    void bodyIn(coding).then((body) =>
      sendAnswer(response, { status: 200, headers: { ...headers, 'Content-Encoding': coding }, body }),
    );
  });
}
