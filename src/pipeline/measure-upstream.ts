import type { Interceptor } from './interceptor.ts';

/** Notes how long the upstream takes, for the calls that want to know. Stands next to the upstream. */
export const measureUpstream: Interceptor = () => (next) => (call) => {
  const { timings } = call;
  if (timings === undefined) return next(call);
  const startedAt = performance.now();
  return next(call).finally(() => {
    timings.upstreamMs = performance.now() - startedAt;
  });
};
