import type { Handler } from './mount.ts';
import { requestIdOf } from './request-id.ts';
import { sendAnswer } from './send-answer.ts';

/** Whether traffic may come, and if not, why in a few words that name no address and no secret. */
export interface Readiness {
  readonly ready: boolean;
  readonly reason?: string;
  /** How each server behind the gateway is doing, by its address: for those who operate it, never for callers. */
  readonly endpoints?: Readonly<Record<string, string>>;
  /** Of the program: who rolls a release out sees which one answers. */
  readonly version?: string;
}

/** Alive: the event loop turns. Nothing else is asked, so that a sick upstream does not get the gateway restarted. */
export function serveLiveness(version: string | undefined): Handler {
  return serveHealth(() => ({ ready: true, ...(version !== undefined && { version }) }));
}

/** What balancers probe by; HAProxy's default is OPTIONS (https://docs.haproxy.org/2.6/configuration.html#option%20httpchk). */
const methods: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Ready, or 503 with the reason. `readiness` must not wait for anything. OPTIONS is answered as GET is: a probe looks at the
 * status, and 200 for a gateway that is not ready would bring it traffic.
 */
export function serveHealth(readiness: () => Readiness): Handler {
  return ({ method = '', headers }, response) => {
    if (!methods.includes(method)) {
      sendAnswer(response, { status: 405, headers: { Allow: methods.join(', ') } });
      return;
    }
    const { ready, reason, endpoints, version } = readiness();
    const health = ready ? { status: 'ok', version, endpoints } : { status: 'unavailable', reason, endpoints };
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
  };
}
