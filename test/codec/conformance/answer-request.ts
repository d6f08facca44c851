import { compileJsonToWire } from '../../../src/codec/json/json-to-wire.ts';
import { compileWireToJson } from '../../../src/codec/json/wire-to-json.ts';
import { WireError } from '../../../src/codec/wire/wire-error.ts';
import type { Registry } from '../../../src/registry/descriptors.ts';

import type { ConformanceRequest, ConformanceResponse } from './protocol.ts';

const formats = { protobuf: 1, json: 2 };

interface Codec {
  readonly toJson: (bytes: Buffer) => Buffer;
  readonly toWire: (json: Buffer) => Uint8Array;
}

/**
 * Answers the runner's requests with the two ways that REST takes: replies from bytes to JSON, requests from JSON to bytes.
 * From bytes to bytes both are taken, one after the other. `read` says how JSON is read, `written` how it is written.
 */
export function createAnswer(read: Registry, written: Registry): (request: ConformanceRequest) => ConformanceResponse {
  const codecs = new Map<string, Codec>();
  const codecOf = (name: string): Codec | undefined => {
    const [from, to] = [read.messages.get(name), written.messages.get(name)];
    if (from === undefined || to === undefined) return undefined;
    const codec = codecs.get(name) ?? { toJson: compileWireToJson(to, written), toWire: compileJsonToWire(from, read) };
    codecs.set(name, codec);
    return codec;
  };
  return (request) => {
    const { messageType = '', requestedOutputFormat, protobufPayload, jsonPayload } = request;
    // The first request asks which tests are known to fail; the runner is given a file instead.
    if (messageType === 'conformance.FailureSet') return { protobufPayload: new Uint8Array() };
    const codec = codecOf(messageType);
    if (codec === undefined) return { skipped: `there is no message ${messageType}` };
    if (requestedOutputFormat !== formats.protobuf && requestedOutputFormat !== formats.json) {
      return { skipped: 'neither protobuf nor JSON' };
    }
    const { toJson, toWire } = codec;
    let bytes = protobufPayload;
    if (jsonPayload !== undefined) {
      try {
        bytes = toWire(Buffer.from(jsonPayload));
      } catch (error) {
        return { parseError: `${error}` };
      }
    }
    if (bytes === undefined) return { skipped: 'neither protobuf nor JSON' };
    if (requestedOutputFormat === formats.protobuf && jsonPayload !== undefined) return { protobufPayload: bytes };
    try {
      const json = toJson(Buffer.from(bytes));
      return requestedOutputFormat === formats.json
        ? { jsonPayload: json.toString() }
        : { protobufPayload: toWire(json) };
    } catch (error) {
      const unreadable = error instanceof WireError && error.kind !== 'unmarshalable';
      return unreadable ? { parseError: error.message } : { serializeError: `${error}` };
    }
  };
}
