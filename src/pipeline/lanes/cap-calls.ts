import type { Call } from '../../call/call.ts';
import { callerGone } from '../../call/gateway-error.ts';
import type { ServiceDescriptor } from '../../registry/descriptors.ts';

import { type Interceptor, passOn } from '../interceptor.ts';
import { TurnQueue } from './turn-queue.ts';

/**
 * Lets so many reads of one service be under way at a time; what is more waits, and operations take turns. One operation can
 * cause hundreds of calls at once, which would otherwise all stand in line before the first call of the next one.
 *
 * Stands in front of the pipeline, so that waiting here costs a call nothing of its deadline, and nothing of the patience of
 * lanes. Writes pass: a mutation makes one at a time. Waiting ends when the caller goes away.
 */
export function capCalls(callsPerService: number): Interceptor {
  const gates = new Map<ServiceDescriptor, Gate>();
  const gateOf = (service: ServiceDescriptor): Gate => {
    const gate = gates.get(service) ?? createGate(callsPerService);
    gates.set(service, gate);
    return gate;
  };
  return ({ kind, method }) => {
    if (kind === 'write') return passOn;
    const gate = gateOf(method.service);
    return (next) => async (call) => {
      await gate.enter(call);
      try {
        return await next(call);
      } finally {
        gate.leave();
      }
    };
  };
}

type Gate = ReturnType<typeof createGate>;

function createGate(places: number) {
  const waiting = new TurnQueue<() => void>();
  let inside = 0;
  return {
    enter: (call: Call): Promise<void> | undefined => {
      if (inside < places) {
        inside += 1;
        return undefined;
      }
      return wait(waiting, call);
    },
    /** The place goes from hand to hand, so nobody who comes at this moment can take it. */
    leave: () => {
      const start = waiting.shift();
      if (start === undefined) inside -= 1;
      else start();
    },
  };
}

function wait(waiting: TurnQueue<() => void>, { signal, requestId }: Call): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(callerGone());
    const give = () => {
      signal.removeEventListener('abort', leave);
      resolve();
    };
    const leave = () => {
      waiting.remove(requestId, give);
      reject(callerGone());
    };
    signal.addEventListener('abort', leave);
    waiting.push(requestId, give);
  });
}
