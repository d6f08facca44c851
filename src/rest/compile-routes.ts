import { compileJsonToWire } from '../codec/json-to-wire.ts';
import type { JsonStyle } from '../codec/json-style.ts';
import { compileWireToJson } from '../codec/wire-to-json.ts';
import type { MethodDescriptor, Registry, ServiceDescriptor } from '../registry/descriptors.ts';

/** One RPC behind its path. */
export interface Route {
  readonly method: MethodDescriptor;
  /** The request message's wire bytes from the first JSON value of a body. Throws JsonError or JsonSyntaxError. */
  readonly decode: (json: Uint8Array) => Uint8Array;
  /** The response message as JSON. Throws WireError. */
  readonly encode: (wire: Uint8Array) => Buffer;
}

/** `/<package>.<Service>/<Method>` → route, for every method of the services. */
export type Routes = ReadonlyMap<string, Route>;

/** Compiles the routes of the services that are served; what is not among them is not found. */
export function compileRoutes(registry: Registry, services: readonly ServiceDescriptor[], style: JsonStyle): Routes {
  const routes = new Map<string, Route>();
  for (const { methods } of services) {
    for (const method of methods) {
      routes.set(`/${method.fullName}`, {
        method,
        decode: compileJsonToWire(method.input, registry, style),
        encode: compileWireToJson(method.output, registry, style),
      });
    }
  }
  return routes;
}
