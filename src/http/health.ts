import { type Handler, readOnly } from './mount.ts';
import { requestIdOf } from './request-id.ts';
import { sendAnswer } from './send-answer.ts';

/** Whether traffic may come, and if not, why in a few words that name no address and no secret. */
export interface Readiness {
  readonly ready: boolean;
  readonly reason?: string;
  /** How each server behind the gateway is doing, by its address: for those who operate it, never for callers. */
  readonly endpoints?: Readonly<Record<string, string>>;
}

/** Alive: the event loop turns. Nothing else is asked, so that a sick upstream does not get the gateway restarted. */
export const liveness: Handler = serveHealth(() => ({ ready: true }));

/** Ready, or 503 with the reason. `readiness` must not wait for anything. */
export function serveHealth(readiness: () => Readiness): Handler {
  return readOnly(({ headers }, response) => {
    const { ready, reason, endpoints } = readiness();
    const health = ready ? { status: 'ok', endpoints } : { status: 'unavailable', reason, endpoints };
    sendAnswer(response, {
      status: ready ? 200 : 503,
      headers: {
        'Cache-Control': 'no-store',
        'Content-Type': 'application/json',
        'X-Content-Type-Options': 'nosniff',
        'X-Request-Id': requestIdOf(headers['x-request-id']),
      },
      body: `${JSON.stringify(health)}\n`,
    });
  });
}
