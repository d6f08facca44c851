// The program that the conformance runner asks: testee.ts FOLDER COUNTS, where FOLDER holds the runner's protos. Answers
// requests on stdin until it ends, then writes how many there were, by category, as JSON into the file COUNTS.
import { readSync, writeFileSync, writeSync } from 'node:fs';

import { linkRegistry } from '../../../src/registry/linking/link-registry.ts';
import type { ProtoField, ProtoFile, ProtoMessage } from '../../../src/registry/proto-file.ts';
import { readProtoFiles } from '../../../src/registry/sources/load-proto-files.ts';
import { addWellKnownFiles } from '../../../src/registry/sources/well-known-protos.ts';

import { createAnswer } from './answer-request.ts';
import { decodeRequest, encodeResponse } from './protocol.ts';
import { categoryOf } from './report-suite.ts';

const { files, problems } = readProtoFiles([process.argv[2]!]);
const read = linkRegistry(addWellKnownFiles(files), problems);
const written = linkRegistry(addWellKnownFiles(files.map(leaveOutUnset)));
const answer = createAnswer(read, written);
const counts = new Map<string, number>();

for (let head = readExactly(4); head !== undefined; head = readExactly(4)) {
  const request = readExactly(head.readUInt32LE());
  if (request === undefined) break;
  const decoded = decodeRequest(request);
  const { messageType = '', jsonPayload } = decoded;
  const category = categoryOf(messageType, jsonPayload !== undefined);
  const reply = answer(decoded);
  if (!('skipped' in reply) && messageType.startsWith('protobuf_test_messages.')) {
    counts.set(category, (counts.get(category) ?? 0) + 1);
  }
  writeAll(encodeResponse(reply));
}
writeFileSync(process.argv[3]!, JSON.stringify(Object.fromEntries(counts)));

/** Undefined at the end of the input. */
function readExactly(length: number): Buffer | undefined {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; ) {
    const read = readSync(0, bytes, at, length - at, null);
    if (read === 0) return undefined;
    at += read;
  }
  return bytes;
}

function writeAll(bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at);
}

/**
 * The suite expects JSON without unset fields; ours shows them, as the Go gateway's does, but for members of oneofs. So for
 * what is written each singular field becomes the member of a oneof of its own, which changes nothing else.
 */
function leaveOutUnset(file: ProtoFile): ProtoFile {
  const separate = (message: ProtoMessage): ProtoMessage => {
    const isAlone = ({ cardinality, oneof }: ProtoField) => cardinality === 'singular' && oneof === undefined;
    const oneofs = message.fields.filter(isAlone).map((field) => ({ ...field, name: `_${field.name}` }));
    return {
      ...message,
      fields: message.fields.map((field) => (isAlone(field) ? { ...field, oneof: `_${field.name}` } : field)),
      oneofs: [...message.oneofs, ...oneofs],
      messages: message.messages.map(separate),
    };
  };
  return { ...file, messages: file.messages.map(separate) };
}
