import { LRUCache } from 'lru-cache';

import type { MethodDescriptor } from '../registry/descriptors.ts';
import type { Call, InvokeOf } from '../call/call.ts';
import { GatewayError } from '../call/gateway-error.ts';
import type { CloseMessage, OpenMessage } from '../call/open-message.ts';

import type { ReadStep, Resource, ResourceReader } from './resources.ts';

/** What looking things up needs. */
export interface LookUpOptions {
  /** The methods that may be asked about, and how to find out. */
  readonly readers: Iterable<readonly [method: MethodDescriptor, reader: ResourceReader]>;
  readonly open: OpenMessage;
  readonly close: CloseMessage;
}

/**
 * Finds out whose the thing is that a call acts on. Rejects with a GatewayError when the upstream could not be asked.
 * `nextOf` is the way to the upstream, behind this question.
 */
export type LookUpResource = (call: Call, nextOf: InvokeOf) => Promise<Resource>;

/**
 * Compiles how to look up whose a thing is: by the id in the request, and nothing else of it, since callers may write into
 * the rest what they like. Owner and show of a job never change, so an answer is remembered.
 */
export function compileLookUpResource({ readers, open, close }: LookUpOptions): LookUpResource {
  const compileStep = compileSteps(open, close);
  const lookUps = new Map<MethodDescriptor, LookUpResource>();
  for (const [method, { field, step }] of readers) {
    const read = compileStep(step);
    const openRequest = open(method.input);
    lookUps.set(method, async (call, nextOf) => {
      const id = idIn(call.request, openRequest, field.jsonName);
      return id === '' ? unknown(`Your request names nothing by "${field.name}.id".`) : read(id, call, nextOf);
    });
  }
  const cannotTell = Promise.resolve(unknown('Whose it is cannot be looked up.'));
  return (call, nextOf) => lookUps.get(call.method)?.(call, nextOf) ?? cannotTell;
}

type ReadResource = (id: string, call: Call, nextOf: InvokeOf) => Promise<Resource>;

/** A farm has some thousands of jobs at a time, with some ten layers each; an entry takes some 200 bytes. */
const maxRemembered = 20_000;

/** An id is a UUID; what is longer is not remembered, so that memory stays bounded. */
const maxIdLength = 64;

/** One reader for each type, whatever the number of methods. */
function compileSteps(open: OpenMessage, close: CloseMessage): (step: ReadStep) => ReadResource {
  const recent = new LRUCache<string, Resource>({ max: maxRemembered });
  const compiled = new Map<string, ReadResource>();
  const compile = ({ type, method, where }: ReadStep): ReadResource => {
    const known = compiled.get(type);
    if (known !== undefined) return known;
    const [encode, decode] = [close(method.input), open(method.output)];
    const next = 'at' in where ? compile(where.next) : undefined;
    const ask: ReadResource = async (id, call, nextOf) => {
      const { message } = await nextOf(method)({ ...call, method, request: encode({ id }), metadata: [] });
      const answer = decode(message);
      if ('at' in where) return next!(textAt(answer, where.at), call, nextOf);
      return { kind: 'found', owner: textAt(answer, where.owner), show: textAt(answer, where.show) };
    };
    const read: ReadResource = async (id, call, nextOf) => {
      const remembered = recent.get(`${type} ${id}`);
      if (remembered !== undefined) return remembered;
      try {
        const resource = await ask(id, call, nextOf);
        if (resource.kind === 'found' && id.length <= maxIdLength) recent.set(`${type} ${id}`, resource);
        return resource;
      } catch (error) {
        if (!(error instanceof GatewayError) || error.status.name !== 'NOT_FOUND') throw error;
        return unknown('What your request names was not found.');
      }
    };
    compiled.set(type, read);
    return read;
  };
  return compile;
}

function unknown(why: string): Resource {
  return { kind: 'unknown', why };
}

/** Empty for bytes that are no such message: no surface makes them, and they go nowhere. */
function idIn(request: Uint8Array, open: (wire: Uint8Array) => unknown, field: string): string {
  try {
    return textAt(open(request), [field, 'id']);
  } catch {
    return '';
  }
}

/** Empty when nothing is there. */
function textAt(value: unknown, path: readonly string[]): string {
  let found = value;
  for (const step of path) found = (found as Readonly<Record<string, unknown>> | null | undefined)?.[step];
  return typeof found === 'string' ? found : '';
}
