import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { compilePolicy, type Policy } from '../authorization/compile-policy.ts';
import { needsOf } from '../authorization/policy-facts.ts';
import { type Config, ConfigError } from '../config/config.ts';
import { compileLinks, type Links } from '../graphql/links/compile-links.ts';
import type { MethodDescriptor, Registry, ServiceDescriptor } from '../registry/descriptors.ts';
import { loadProtoFiles } from '../registry/load-proto-files.ts';
import type { ReflectionTransport } from '../registry/load-by-reflection.ts';
import { loadRegistry } from '../registry/load-registry.ts';
import { compileRpcTable, type RpcTable } from '../rpc-table/rpc-table.ts';
import { selectServices } from '../rpc-table/select-services.ts';

/** What boot learnt from protos, RPC table and settings: everything that the surfaces are compiled from. */
export interface Snapshot {
  readonly registry: Registry;
  readonly table: RpcTable;
  readonly policy: Policy;
  /** What callers of an RPC need, as scopes or in words; empty: nobody may call it. */
  readonly needsOf: (method: MethodDescriptor) => readonly string[];
  readonly restServices: readonly ServiceDescriptor[];
  readonly graphqlServices: readonly ServiceDescriptor[];
  /** The nested graph of the services that GraphQL serves. */
  readonly links: Links;
}

/** The settings that a snapshot depends on. */
export type SnapshotConfig = Pick<
  Config,
  'protoSource' | 'restServices' | 'graphqlServices' | 'policyFile' | 'jwtSecretLevel' | 'linkLimits'
>;

/**
 * Reads the protos that the settings name. `reflect` is asked only when they say so.
 * Rejects with a RegistryError, RpcTableError, PolicyError, ServiceListError or LinksError that names every mistake.
 */
export async function takeSnapshot(config: SnapshotConfig, reflect?: ReflectionTransport): Promise<Snapshot> {
  const registry =
    config.protoSource === undefined
      ? loadProtoFiles([pathInPackage('proto')])
      : await loadRegistry(config.protoSource, reflect);
  const mustMatch = config.protoSource === undefined;
  const table = compileRpcTable(registry, { ...readOwn('schema/rpcs.yaml'), mustMatch });
  const policy = compilePolicy({
    registry,
    table,
    standard: readOwn('schema/policy.yaml'),
    own: config.policyFile === undefined ? undefined : readTheirs('POLICY_FILE', config.policyFile),
    secretLevel: config.jwtSecretLevel,
    mustMatch,
  });
  const graphqlServices = selectServices(registry.services, table, config.graphqlServices);
  return Object.freeze({
    registry,
    table,
    policy,
    needsOf: (method: MethodDescriptor) => needsOf(policy.factsOf(method)) ?? [],
    restServices: selectServices(registry.services, table, config.restServices),
    graphqlServices,
    links: compileLinks({
      registry,
      table,
      services: graphqlServices,
      source: readOwn('schema/links.graphql'),
      mustMatch,
      limits: config.linkLimits,
    }),
  });
}

/** A file that cuegate brings along. */
function readOwn(fileName: string) {
  return { fileName, text: readFileSync(pathInPackage(fileName), 'utf8') };
}

/** A file that a setting names. */
function readTheirs(setting: string, fileName: string) {
  try {
    return { fileName, text: readFileSync(fileName, 'utf8') };
  } catch (cause) {
    const problem = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : 'cannot be read';
    throw new ConfigError([`${setting} names a file that ${problem}: ${fileName}`]);
  }
}

/** Protos and schema lie beside `src/` and `dist/` alike. */
function pathInPackage(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}
