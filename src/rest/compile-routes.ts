import { pauseBetweenSlices } from '../clock/time-slices.ts';
import { compileJsonToWireInSlices, compileWireToJsonInSlices, longBytes } from '../codec/json/in-slices.ts';
import { compileJsonToWire } from '../codec/json/json-to-wire.ts';
import type { JsonStyle } from '../codec/json/json-style.ts';
import { compileWireToJson } from '../codec/json/wire-to-json.ts';
import type { MethodDescriptor, Registry, ServiceDescriptor } from '../registry/descriptors.ts';
import type { InvokeOf } from '../call/call.ts';

import type { Respond } from './exchange.ts';
import { compileErrorRenderer } from './render-error.ts';
import { createReplyRoom, createTurns } from './reply-room.ts';
import { compileStreaming, type InvokeStream } from './respond-stream.ts';
import { compileUnary, type UnaryCodec } from './respond-unary.ts';

/** What the routes of services are compiled from. */
export interface RoutesOptions {
  readonly registry: Registry;
  /** The services that have routes; what is not among them is not found. */
  readonly services: readonly ServiceDescriptor[];
  /** How JSON is spaced. */
  readonly style: JsonStyle;
  /** What sends the calls of each method. */
  readonly invokeOf: InvokeOf;
  /** Whether a method changes nothing, so that its reply may be lost. */
  readonly isRead: (method: MethodDescriptor) => boolean;
  /** For methods that stream. Without it they are refused: no method of OpenCue does. */
  readonly invokeStream?: InvokeStream | undefined;
}

/** What answers a `POST` to a path; the paths are decoded: `/<package>.<Service>/<Method>`. */
export type Routes = ReadonlyMap<string, Respond>;

/** Compiles the routes of all methods, with everything that depends on their types. */
export function compileRoutes(options: RoutesOptions): Routes {
  const { registry, services, style, invokeOf, isRead, invokeStream } = options;
  const turn = createTurns();
  const renderCompact = compileErrorRenderer(registry, 'compact');
  const compile = (method: MethodDescriptor): Respond => {
    if (!method.clientStreaming && !method.serverStreaming) {
      const codec = compileUnaryCodec(method, registry, style);
      return compileUnary(method, codec, invokeOf(method), style, createReplyRoom(isRead(method), turn));
    }
    const codec = {
      decode: compileJsonToWire(method.input, registry, style),
      encode: compileWireToJson(method.output, registry, style),
    };
    const encodeCompact = compileWireToJson(method.output, registry, 'compact');
    return compileStreaming({ method, codec, encodeCompact, renderError: renderCompact, style, invoke: invokeStream });
  };
  const methods = services.flatMap((service) => service.methods);
  return new Map(methods.map((method) => [`/${method.fullName}`, compile(method)]));
}

/** Transcodes long messages in slices between which others are served, and short ones at once. */
function compileUnaryCodec({ input, output }: MethodDescriptor, registry: Registry, style: JsonStyle): UnaryCodec {
  const decodeAtOnce = compileJsonToWire(input, registry, style);
  const decodeInSlices = compileJsonToWireInSlices(input, registry, style);
  const encodeAtOnce = compileWireToJson(output, registry, style);
  const encodeInSlices = compileWireToJsonInSlices(output, registry, style);
  return {
    decode: (json) => (json.length < longBytes ? decodeAtOnce(json) : decodeInSlices(json, pauseBetweenSlices())),
    encode: (wire) => (wire.length < longBytes ? encodeAtOnce(wire) : encodeInSlices(wire, pauseBetweenSlices())),
  };
}
