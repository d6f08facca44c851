import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Defect } from './farm/defects.ts';
import { USUAL_DEFECTS } from './farm/defects.ts';
import type { Farm } from './farm/farm.ts';
import { createManageQueue } from './farm/manage-queue.ts';
import { createLogFiles } from './scheduler/log-files.ts';
import { createScheduler } from './scheduler/scheduler.ts';
import type { FarmSize } from './seed/seed-farm.ts';
import { seedFarm } from './seed/seed-farm.ts';
import { createHandlers } from './services/create-handlers.ts';
import type { RecordedCall } from './wire/call-recorder.ts';
import { createCallRecorder } from './wire/call-recorder.ts';
import { loadProtocol } from './wire/load-protocol.ts';
import { createRpcServer, listen } from './wire/rpc-server.ts';

/** How to start a demo Cuebot; everything has a default. */
export interface DemoCuebotOptions {
  /** Port to listen on; 0, the default, takes a free one. */
  readonly port?: number;
  /** Loopback only: a Cuebot asks nobody who they are. */
  readonly host?: '127.0.0.1';
  /** Decides every id and number of the farm; 1 by default. */
  readonly seed?: number;
  /** What it does wrong as a real Cuebot does; by default all that a real one shows without any race. */
  readonly defects?: ReadonlySet<Defect>;
  /**
   * Adds the defect `lanes`: calls that overlap act on each other's jobs and layers. It also switches off the cache of
   * replies, which would hide it.
   */
  readonly servantDefect?: boolean;
  /** For how long such a call can be disturbed, in milliseconds, by the job or layer; a turn of the event loop by default. */
  readonly servantMs?: (row: { readonly id: string }) => number;
  /** The clock, in milliseconds since the epoch. The farm's times lie around its first reading. */
  readonly now?: () => number;
  /** RPCs by `pkg.Service/Method` that it has never heard of, as an older release has not; none by default. */
  readonly unknownMethods?: ReadonlySet<string>;
  /** Milliseconds before a call is looked at, for all methods or by `pkg.Service/Method`; 0 by default. */
  readonly latencyMs?: number | ((method: string) => number);
  /** Milliseconds that queued work waits after its call was answered; 0, the default, does it within the call. */
  readonly queueMs?: number;
  /** The switch of Cuebot's configuration that refuses to change finished jobs; off by default. */
  readonly finishedJobsReadonly?: boolean;
  readonly farm?: FarmSize;
  /** The farm of another one, which both then work on, as several Cuebots do on one database; its own by default. */
  readonly sharedFarm?: Farm;
  /** Lets the farm live, looking after it every so many milliseconds; 0, the default, keeps it still. */
  readonly tickMs?: number;
  /** How many times faster than real ones frames and people are on a farm that lives; 1 by default. */
  readonly speed?: number;
  /** Writes the frames' logs to a temporary folder, which goes when the demo ends; off by default. */
  readonly logs?: boolean;
}

/** A demo Cuebot could not start, for a reason that whoever started it can mend. */
export class DemoStartError extends Error {
  override readonly name = 'DemoStartError';
}

/** A running demo Cuebot. */
export interface DemoCuebot {
  /** `127.0.0.1:<port>`. */
  readonly endpoint: string;
  readonly port: number;
  /** Calls received so far by `pkg.Service/Method`; calls of methods that no Cuebot has are not among them. */
  readonly calls: ReadonlyMap<string, number>;
  /** The most recent calls with decoded request and metadata, oldest first. */
  readonly callLog: readonly RecordedCall[];
  /** Forgets `calls` and `callLog`. */
  resetCalls(): void;
  /** The tables behind the answers. A test that changes them calls `farm.touch()`. */
  readonly farm: Farm;
  /** Ends all calls, unanswered ones too, and frees the port. */
  close(): Promise<void>;
}

// What a Cuebot does not register: RQD's services live on the render hosts, and monitoring is served by nobody.
const FOREIGN_PACKAGES = new Set(['monitoring', 'rqd']);

/**
 * Starts a Cuebot in a box: gRPC on loopback, a seeded farm behind it, and the answers, errors and oddities of the real
 * one. It is written with grpc-js and protobufjs and shares no code with the gateway it serves.
 */
export async function createDemoCuebot(options: DemoCuebotOptions = {}): Promise<DemoCuebot> {
  const { port = 0, host = '127.0.0.1', seed = 1, now = Date.now, latencyMs = 0, tickMs = 0 } = options;
  const nowSec = () => Math.floor(now() / 1000);
  const defects = new Set(options.defects ?? USUAL_DEFECTS);
  if (options.servantDefect) defects.add('lanes');
  const logRoot = options.logs ? mkdtempSync(join(tmpdir(), 'cuegate-demo-')) : undefined;
  const farm =
    options.sharedFarm ??
    seedFarm(seed, nowSec, options.farm ?? {}, { defects, ...(logRoot !== undefined && { logRoot }) });
  const queue = createManageQueue(options.queueMs ?? 0);
  const launches = createManageQueue(options.queueMs ?? 0);
  const recorder = createCallRecorder(now);
  const { unknownMethods = new Set() } = options;
  const methods = loadProtocol().filter(
    ({ service, name }) => !FOREIGN_PACKAGES.has(service.split('.')[0]!) && !unknownMethods.has(name),
  );
  const { finishedJobsReadonly = false, servantMs = () => 0 } = options;
  const server = createRpcServer({
    methods,
    handlers: createHandlers({ farm, queue, launches }, { finishedJobsReadonly, servantMs }),
    recorder,
    latencyMs: typeof latencyMs === 'number' ? () => latencyMs : latencyMs,
    // Whatever depends on the clock does so in whole seconds.
    stateKey: farm.defects.has('lanes') ? undefined : () => `${farm.version}@${nowSec()}`,
  });
  const removeLogs = () => {
    if (logRoot !== undefined) rmSync(logRoot, { recursive: true, force: true });
  };
  const boundPort = await listen(server, host, port).catch((error: Error) => {
    removeLogs();
    throw new DemoStartError(error.message);
  });
  const logs = logRoot === undefined ? undefined : createLogFiles(farm);
  const scheduler = createScheduler(farm, { speed: options.speed ?? 1, ...(logs && { logs }) });
  const ticking = tickMs > 0 ? setInterval(() => scheduler.advance(), tickMs) : undefined;
  return {
    endpoint: `${host}:${boundPort}`,
    port: boundPort,
    calls: recorder.counts,
    callLog: recorder.log,
    resetCalls: recorder.reset,
    farm,
    async close() {
      clearInterval(ticking);
      queue.close();
      launches.close();
      // A call that is never answered would keep a graceful shutdown waiting for ever.
      server.forceShutdown();
      removeLogs();
    },
  };
}
