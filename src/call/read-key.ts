import type { Call } from './call.ts';

/** Calls with equal keys would be answered alike, whoever makes them: same RPC, same request, same metadata. */
export function readKeyOf(call: Call): string {
  const request = Buffer.from(call.request.buffer, call.request.byteOffset, call.request.byteLength).toString('latin1');
  const metadata = call.metadata.length === 0 ? '' : JSON.stringify(call.metadata);
  return `${call.method.fullName}\n${metadata}\n${request}`;
}
