import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { compilePolicy, type Policy } from '../authorization/compile-policy.ts';
import { needsOf } from '../authorization/decide.ts';
import { type Config, ConfigError } from '../config/config.ts';
import { Problems } from '../errors/problems.ts';
import { UserError } from '../errors/user-error.ts';
import { GatewayError } from '../call/gateway-error.ts';
import { replyFormOf } from '../graphql/execution/create-executor.ts';
import { compileLinks, type Links } from '../graphql/links/compile-links.ts';
import { type PersistedOperations, readPersistedOperations } from '../graphql/persisted/read-persisted-operations.ts';
import { type Descriptions, readDescriptions } from '../graphql/schema/read-descriptions.ts';
import { type ExampleOf, readExamples } from '../openapi/read-examples.ts';
import type { MethodDescriptor, Registry, ServiceDescriptor } from '../registry/descriptors.ts';
import type { ReflectionTransport } from '../registry/sources/load-by-reflection.ts';
import { loadRegistry, type RegistrySource } from '../registry/load-registry.ts';
import { loadDescriptorSet } from '../registry/sources/load-descriptor-set.ts';
import { compileRpcTable, type RpcTable } from '../rpc-table/rpc-table.ts';
import { selectServices } from '../rpc-table/select-services.ts';
import type { Endpoint } from '../upstream/parse-endpoint.ts';

/** What boot learnt from protos, RPC table and settings: everything that the surfaces are compiled from. */
export interface Snapshot {
  readonly registry: Registry;
  readonly table: RpcTable;
  readonly policy: Policy;
  /** What callers of an RPC need, as scopes or in words; empty: nobody may call it. */
  readonly needsOf: (method: MethodDescriptor) => readonly string[];
  readonly restServices: readonly ServiceDescriptor[];
  readonly graphqlServices: readonly ServiceDescriptor[];
  readonly grpcServices: readonly ServiceDescriptor[];
  /** Sentences for what has no comment in the protos. */
  readonly descriptions: Descriptions;
  /** Requests that documents show. */
  readonly exampleOf: ExampleOf;
  /** The nested graph of the services that GraphQL serves. */
  readonly links: Links;
  /** Undefined: callers send the text of each operation. */
  readonly persistedOperations: PersistedOperations | undefined;
}

/** The settings that a snapshot depends on. */
export type SnapshotConfig = Pick<
  Config,
  | 'cuebotEndpoints'
  | 'protoSource'
  | 'protoPath'
  | 'restServices'
  | 'graphqlServices'
  | 'graphqlExecutor'
  | 'grpcServices'
  | 'policyFile'
  | 'jwtSecretLevel'
  | 'linkLimits'
  | 'persistedOperationsFile'
  | 'persistedOperations'
  | 'graphqlLimits'
>;

/** What a snapshot is taken with. */
export interface TakeSnapshotOptions {
  /** How the server is asked for its protos; needed only when the settings say so. */
  readonly reflect?: ReflectionTransport;
  /** The snapshot before this one, of the same settings: what cannot have changed since is taken over. */
  readonly previous?: Snapshot | undefined;
}

/**
 * Reads the protos that the settings name, and the other files.
 * Rejects with a ConfigError that names every mistake of every file, each under its setting.
 */
export async function takeSnapshot(
  config: SnapshotConfig,
  { reflect, previous }: TakeSnapshotOptions = {},
): Promise<Snapshot> {
  const problems = new Problems();
  const { protoSource, policyFile } = config;
  const mustMatch = protoSource === undefined;
  // What cuegate brings along stays as it is while it runs.
  const kept = mustMatch ? previous : undefined;
  const registry = await problems.attempt(mustMatch ? undefined : 'PROTO_SOURCE', () =>
    mustMatch
      ? (kept?.registry ?? loadOurs())
      : loadTheirs({ protoSource, protoPath: config.protoPath, ask: reflect }, config.cuebotEndpoints),
  );
  const own = await problems.attempt('POLICY_FILE', () =>
    policyFile === undefined ? undefined : readTheirs(policyFile),
  );
  const persistedOperations = await problems.attempt('PERSISTED_OPERATIONS_FILE', () => readPersisted(config));
  if (registry === undefined) throw new ConfigError(problems.found);
  const table = kept?.table ?? compileRpcTable(registry, { ...readOwn('schema/rpcs.yaml'), mustMatch });
  const select = (setting: 'REST_SERVICES' | 'GRAPHQL_SERVICES' | 'GRPC_SERVICES', patterns: readonly string[]) =>
    problems.attempt(setting, () => selectServices(registry.services, table, patterns));
  const standard = readOwn('schema/policy.yaml');
  const policy = await problems.attempt('POLICY_FILE', () =>
    compilePolicy({ registry, table, standard, own, secretLevel: config.jwtSecretLevel, mustMatch }),
  );
  const restServices = await select('REST_SERVICES', config.restServices);
  const graphqlServices = await select('GRAPHQL_SERVICES', config.graphqlServices);
  const grpcServices = await select('GRPC_SERVICES', config.grpcServices);
  if (!policy || !restServices || !graphqlServices || !grpcServices || problems.found.length > 0) {
    throw new ConfigError(problems.found);
  }
  return Object.freeze({
    registry,
    table,
    policy,
    needsOf: compileNeedsOf(policy),
    restServices,
    graphqlServices,
    grpcServices,
    descriptions: kept?.descriptions ?? readDescriptions(readOwn('schema/descriptions.yaml'), registry, mustMatch),
    exampleOf: kept?.exampleOf ?? readExamples(readOwn('schema/examples.yaml'), registry, mustMatch),
    links:
      kept?.links ??
      compileLinks({
        registry,
        table,
        services: graphqlServices,
        source: readOwn('schema/links.graphql'),
        mustMatch,
        limits: config.linkLimits,
        replyForm: replyFormOf(config.graphqlExecutor),
        counters: previous?.links.counters,
      }),
    persistedOperations,
  });
}

/** By itself: a function that is made above would keep the snapshot before this one in memory, and that the one before it. */
function compileNeedsOf(policy: Policy): Snapshot['needsOf'] {
  return (method) => needsOf(policy.factsOf(method)) ?? [];
}

function readPersisted(config: SnapshotConfig): PersistedOperations | undefined {
  if (config.persistedOperationsFile === undefined) return undefined;
  return readPersistedOperations({
    ...readTheirs(config.persistedOperationsFile),
    isExclusive: config.persistedOperations === 'only',
    maxTokens: config.graphqlLimits.maxTokens,
  });
}

/** OpenCue's protos, which codegen compiled: to read the set takes a fifth less time than the sources. */
function loadOurs(): Registry {
  const name = 'schema/opencue.binpb';
  return loadDescriptorSet(readFileSync(pathInPackage(name)), name);
}

async function loadTheirs(source: RegistrySource, endpoints: readonly Endpoint[]): Promise<Registry> {
  try {
    return await loadRegistry(source);
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    throw new UserError(
      `the server at ${endpoints.map(({ name }) => name).join(', ')} cannot be asked for its protos: ${error.message}. It must be up and serve gRPC reflection; ` +
        'or name a folder of .proto files, or a descriptor set',
    );
  }
}

/** A file that cuegate brings along. */
function readOwn(fileName: string) {
  return { fileName, text: readFileSync(pathInPackage(fileName), 'utf8') };
}

/** A file that a setting names. */
function readTheirs(fileName: string) {
  try {
    return { fileName, text: readFileSync(fileName, 'utf8') };
  } catch (cause) {
    const problem = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : 'cannot be read';
    throw new UserError(`the file ${fileName} ${problem}`);
  }
}

/** Protos and schema lie beside `src/` and `dist/` alike. */
function pathInPackage(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}
