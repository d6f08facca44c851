import type { Call, Invoke } from '../../call/call.ts';
import { Departure } from '../../call/call-signal.ts';
import { GatewayError } from '../../call/gateway-error.ts';
import type { RpcTable } from '../../rpc-table/rpc-table.ts';

/**
 * Gives an operation its time: what waits for a place, or for an answer, when that is over fails, and nothing is called any
 * more. Each call gets what is left of it. A write that was sent is not given up: the pipeline waits for it and tells what
 * became of it, within the same time.
 *
 * @param timeoutMs from now on (GRAPHQL_TIMEOUT)
 */
export function limitOperationTime(invoke: Invoke, table: RpcTable, timeoutMs: number): Invoke {
  const endsAt = Date.now() + timeoutMs;
  const over = new Departure();
  let isOver = false;
  let underWay = 0;
  let timer: NodeJS.Timeout | undefined;
  const begin = ({ signal }: Call) => {
    underWay += 1;
    if (underWay > 1) return;
    // One timer and one listener, however many calls there are.
    signal.addEventListener('abort', leave);
    timer = setTimeout(() => {
      isOver = true;
      over.abort();
    }, endsAt - Date.now());
  };
  const leave = () => over.abort();
  const end = ({ signal }: Call) => {
    underWay -= 1;
    if (underWay > 0) return;
    signal.removeEventListener('abort', leave);
    clearTimeout(timer);
  };
  return async (call) => {
    const leftMs = endsAt - Date.now();
    if (leftMs <= 0) throw timeIsUp(call, timeoutMs);
    const isWrite = table.factsOf(call.method).kind === 'write';
    begin(call);
    if (call.signal.aborted) over.abort();
    try {
      return await invoke({
        ...call,
        timeoutMs: Math.min(call.timeoutMs ?? leftMs, leftMs),
        signal: isWrite ? call.signal : over,
      });
    } catch (error) {
      // To whoever waited, the end of its time looks as if its caller had gone.
      if (isOver && !isWrite && GatewayError.from(error).reason === 'CALLER_GONE') throw timeIsUp(call, timeoutMs);
      throw error;
    } finally {
      end(call);
    }
  };
}

function timeIsUp({ method }: Call, timeoutMs: number): GatewayError {
  return new GatewayError(
    'DEADLINE_EXCEEDED',
    `This operation has taken ${timeoutMs} ms, and may take no longer (GRAPHQL_TIMEOUT): ${method.fullName} was given up. ` +
      'Ask for less at once.',
    { reason: 'OPERATION_TIMEOUT' },
  );
}
