import { describe, expect, it } from 'vitest';

import { composePipeline } from '../../src/pipeline/compose-pipeline.ts';
import { type Interceptor, passOn } from '../../src/pipeline/interceptor.ts';

import { callOf, method, replyOf, tableOf } from './calls.ts';

const get = method('GetShelf');
const find = method('FindShelf');
const set = method('SetShelf');
const { rows } = tableOf([
  [get, 'read'],
  [find, 'read'],
  [set, 'write'],
]);

/** Interceptors that write down when they are compiled and when they are passed. */
function start(more: Readonly<Record<string, Interceptor>> = {}) {
  const steps: string[] = [];
  const noting =
    (name: string): Interceptor =>
    (rpc) => {
      steps.push(`compile ${name} for ${rpc.method.name}`);
      return (next) => (call) => {
        steps.push(name);
        return next(call);
      };
    };
  const pipeline = composePipeline(
    rows,
    {
      outer: noting('outer'),
      nothing: undefined,
      writes: (rpc) => (rpc.kind === 'write' ? noting('writes')(rpc) : passOn),
      ...more,
      inner: noting('inner'),
    },
    (called) => async () => {
      steps.push(`upstream ${called.name}`);
      return replyOf();
    },
  );
  steps.length = 0;
  return { pipeline, steps };
}

describe('composePipeline()', () => {
  it('leads a call from the first interceptor to the last, and leaves out what does not concern its RPC', async () => {
    const { pipeline, steps } = start();
    await pipeline.invoke(callOf(get));
    await pipeline.invokeOf(set)(callOf(set));
    expect(steps).toEqual(['outer', 'inner', 'upstream GetShelf', 'outer', 'writes', 'inner', 'upstream SetShelf']);
  });

  it('names the interceptors that an RPC passes', () => {
    const { pipeline } = start();
    expect(pipeline.interceptorsOf(get)).toEqual(['outer', 'inner']);
    expect(pipeline.interceptorsOf(set)).toEqual(['outer', 'writes', 'inner']);
  });

  it('lets an interceptor ask by another RPC, which begins further in', async () => {
    const ask: Interceptor =
      ({ kind }) =>
      (next, nextOf) =>
        kind === 'read'
          ? next
          : async (call) => {
              await nextOf(find)({ ...call, method: find });
              return next(call);
            };
    const { pipeline, steps } = start({ ask });
    await pipeline.invoke(callOf(set));
    expect(steps).toEqual(['outer', 'writes', 'inner', 'upstream FindShelf', 'inner', 'upstream SetShelf']);
  });

  it('gives the same function for an RPC every time, and compiles nothing when it is called', async () => {
    const { pipeline, steps } = start();
    expect(pipeline.invokeOf(get)).toBe(pipeline.invokeOf(get));
    expect(steps).toEqual([]);
  });

  it('refuses an RPC of another registry', () => {
    const { pipeline } = start();
    expect(() => pipeline.invokeOf(method('GetShelf'))).toThrow(
      "shop.Shelf/GetShelf is not of this pipeline's registry",
    );
  });
});
