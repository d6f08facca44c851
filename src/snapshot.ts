import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { Config } from './config.ts';
import type { Registry, ServiceDescriptor } from './registry/descriptors.ts';
import { loadProtoFiles } from './registry/load-proto-files.ts';
import type { ReflectionTransport } from './registry/load-by-reflection.ts';
import { loadRegistry } from './registry/load-registry.ts';
import { compileRpcTable, type RpcTable } from './rpc/rpc-table.ts';
import { selectServices } from './rpc/select-services.ts';

/** What boot learnt from protos, RPC table and settings: everything that the surfaces are compiled from. */
export interface Snapshot {
  readonly registry: Registry;
  readonly table: RpcTable;
  readonly restServices: readonly ServiceDescriptor[];
  readonly graphqlServices: readonly ServiceDescriptor[];
}

/** The settings that a snapshot depends on. */
export type SnapshotConfig = Pick<Config, 'protoSource' | 'restServices' | 'graphqlServices'>;

/**
 * Reads the protos that the settings name. `reflect` is asked only when they say so.
 * Rejects with a RegistryError, RpcTableError or ServiceListError that names every mistake.
 */
export async function takeSnapshot(config: SnapshotConfig, reflect?: ReflectionTransport): Promise<Snapshot> {
  const registry =
    config.protoSource === undefined
      ? loadProtoFiles([pathInPackage('proto')])
      : await loadRegistry(config.protoSource, reflect);
  const table = compileRpcTable(registry, {
    text: readFileSync(pathInPackage('schema/rpcs.yaml'), 'utf8'),
    fileName: 'schema/rpcs.yaml',
    mustMatch: config.protoSource === undefined,
  });
  return Object.freeze({
    registry,
    table,
    restServices: selectServices(registry.services, table, config.restServices),
    graphqlServices: selectServices(registry.services, table, config.graphqlServices),
  });
}

/** Protos and schema lie beside `src/` and `dist/` alike. */
function pathInPackage(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}
