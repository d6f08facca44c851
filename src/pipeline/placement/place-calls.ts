import type { Call, Invoke, InvokeOf, Reply } from '../../call/call.ts';
import { GatewayError } from '../../call/gateway-error.ts';
import type { FindText } from '../../call/open-message.ts';
import type { MethodDescriptor } from '../../registry/descriptors.ts';
import type { RpcFacts } from '../../rpc-table/rpc-facts.ts';

import { workInTurns } from '../work-in-turns.ts';
import { chooseByKey, chooseByLoad, fittest } from './choose-destination.ts';
import type { Destination } from './destination.ts';
import { noteRetry, type RetryOptions, type RetryReason, whyAgain } from './retry-calls.ts';

/** What placing calls needs. */
export interface PlaceCallsOptions extends RetryOptions {
  readonly rpcs: readonly RpcFacts[];
  /** The Cuebots that there are now. */
  readonly destinations: () => Iterable<Destination>;
  /** The rest of the pipeline, for calls that are placed on one of them. */
  readonly invokeOn: (destination: Destination) => InvokeOf;
  readonly findText: FindText;
}

/**
 * Sends each call to one of several Cuebots: to the one that the RPC table keeps it with, else to where it is soonest its turn.
 * One that could not answer is left out: what surely was not sent is sent to another, and so are reads, once and within the
 * budget.
 */
export function placeCalls(options: PlaceCallsOptions): InvokeOf {
  const { rpcs, destinations, invokeOn, budget, onRetry } = options;
  let turn = 0;
  const compile = (facts: RpcFacts): Invoke => {
    const { kind, lane, method } = facts;
    const sendTo = (chosen: Destination, call: Call) => chosen.send(call, kind, invokeOn(chosen)(method));
    const keyOf = compileKey(facts, options.findText);
    const choose = (key: string | undefined, except?: Destination): Destination | undefined => {
      const candidates = fittest(destinations(), except);
      if (key !== undefined) return chooseByKey(candidates, key);
      turn = (turn + 1) % Number.MAX_SAFE_INTEGER;
      return chooseByLoad(candidates, lane, turn);
    };
    const sendAgain = (call: Call, key: string | undefined, failed: Destination, cause: unknown): Promise<Reply> => {
      const error = GatewayError.from(cause);
      const why = whyAgain(error, kind, call);
      // The same one is asked again where there is no other, if it may only have dropped the connection.
      const next =
        why && (choose(key, failed) ?? (why === 'reset' && failed.fitness() !== 'unfit' ? failed : undefined));
      if (why === undefined || next === undefined) throw error;
      // What never left is no more traffic than it was.
      if (error.connectionLoss !== 'unsent' && !budget.spend()) {
        onRetry('budget');
        throw error;
      }
      onRetry(why satisfies RetryReason);
      noteRetry(call);
      return sendTo(next, call);
    };
    const place: Invoke = async (call) => {
      const key = await keyOf?.(call);
      const chosen = choose(key);
      if (chosen === undefined) throw noCuebot();
      budget.earn();
      try {
        return await sendTo(chosen, call);
      } catch (error) {
        return await sendAgain(call, key, chosen, error);
      }
    };
    return facts.namesCuebot ? nameCuebot(place) : place;
  };
  const invokes = new Map<MethodDescriptor, Invoke>(rpcs.map((facts) => [facts.method, compile(facts)]));
  return (method) => invokes.get(method)!;
}

/** The metadata of an answer that says which Cuebot gave it. */
const cuebotMetadataKey = 'x-cuegate-endpoint';

function nameCuebot(place: Invoke): Invoke {
  return async (call) => {
    const { notes = {} } = call;
    const reply = await place({ ...call, notes });
    return { ...reply, header: [...reply.header, [cuebotMetadataKey, notes.endpoint ?? '']] };
  };
}

/** What an RPC's calls are kept together by; undefined: by nothing. */
function compileKey(
  { affinity }: RpcFacts,
  findText: FindText,
): ((call: Call) => string | Promise<string | undefined>) | undefined {
  if (affinity === undefined) return undefined;
  const { by, row } = affinity;
  if (by === undefined) return () => `row ${row}`;
  const { read } = findText(by);
  return async ({ request }) => {
    try {
      return await workInTurns(read(request), request.length);
    } catch {
      // Bytes that are no such message: any Cuebot says so.
      return undefined;
    }
  };
}

function noCuebot(): GatewayError {
  const message = 'no Cuebot can be reached; the call was not sent, try again';
  return new GatewayError('UNAVAILABLE', message, { reason: 'NO_CUEBOT', retryAfterSeconds: 1 });
}
