import { createMeters } from '../app/meters.ts';
import { openPipeline } from '../app/open-pipeline.ts';
import { type Config, parseConfig } from '../config/config.ts';
import { formatOperations, listOperations } from '../app/operations.ts';
import { type Snapshot, takeSnapshot } from '../app/snapshot.ts';
import type { Pipeline } from '../pipeline/compose-pipeline.ts';
import { silentLogger } from '../telemetry/logger.ts';

import type { Command } from './command.ts';

/**
 * `cuegate operations`: every RPC with its REST path, its GraphQL field, whether it reads or writes and why, and its lane;
 * the table of `schema/operations.md`, or with `--json` the same for programs. With `--pipeline` each has the interceptors
 * that its calls pass, too. Settings count, an upstream is not needed.
 */
export const operations: Command = async ({ environment, flags, switches }) => {
  const config = parseConfig({
    // Nothing is dialled and nobody is asked, so what those need does not have to be set.
    environment: { ...environment, CUEBOT_ENDPOINT: 'localhost:8443', AUTH: 'none', HOST: '127.0.0.1' },
    flags,
  });
  const snapshot = await takeSnapshot(config);
  const rows = listOperations(snapshot, switches.has('pipeline') ? await pipelineOf(config, snapshot) : undefined);
  process.stdout.write(switches.has('json') ? `${JSON.stringify(rows, undefined, 2)}\n` : formatOperations(rows));
};

/** The pipeline as `serve` composes it, but for the audit's file: nothing will be called, so nothing will be written down. */
async function pipelineOf(config: Config, snapshot: Snapshot): Promise<Pipeline> {
  const { compose } = await openPipeline({
    config: { ...config, auditFile: undefined },
    upstream: {
      endpoint: 'localhost:8443',
      invokeOf: () => () => Promise.reject(new Error('cuegate operations calls nothing')),
    },
    meters: createMeters(config),
    logger: silentLogger,
    now: Date.now,
  });
  return compose(snapshot);
}
