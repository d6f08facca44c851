import { parseConfig } from '../config/config.ts';
import { formatOperations, listOperations } from '../app/operations.ts';
import { takeSnapshot } from '../app/snapshot.ts';

import type { Command } from './command.ts';

/**
 * `cuegate operations`: every RPC with its REST path, its GraphQL field, whether it reads or writes and why, and its lane;
 * the table of `schema/operations.md`, or with `--json` the same for programs. Settings count, an upstream is not needed.
 */
export const operations: Command = async ({ environment, flags, switches }) => {
  const config = parseConfig({
    // Nothing is dialled and nobody is asked, so what those need does not have to be set.
    environment: { ...environment, CUEBOT_ENDPOINT: 'localhost:8443', AUTH: 'none', HOST: '127.0.0.1' },
    flags,
  });
  const rows = listOperations(await takeSnapshot(config));
  process.stdout.write(switches.has('json') ? `${JSON.stringify(rows, undefined, 2)}\n` : formatOperations(rows));
};
