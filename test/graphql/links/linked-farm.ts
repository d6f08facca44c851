import { readFileSync } from 'node:fs';
import type { ExecutionResult } from 'graphql';

import { neverAborted } from '../../../src/call/call-signal.ts';
import { parseConfig } from '../../../src/config/config.ts';
import { createDemoCuebot, type DemoCuebot, type DemoCuebotOptions } from '../../../src/demo/demo-cuebot.ts';
import { createOperation } from '../../../src/graphql/execution/create-operation.ts';
import { deriveSchema } from '../../../src/graphql/schema/derive-schema.ts';
import type { GraphqlContext } from '../../../src/graphql/execution/graphql-context.ts';
import type { BatchLimits } from '../../../src/graphql/links/answer-batch.ts';
import { compileLinks, type Links } from '../../../src/graphql/links/compile-links.ts';
import { loadProtoFiles } from '../../../src/registry/sources/load-proto-files.ts';
import { compileRpcTable } from '../../../src/rpc-table/rpc-table.ts';
import { selectServices } from '../../../src/rpc-table/select-services.ts';
import { limitCalls } from '../../../src/pipeline/limit-calls.ts';
import { createUpstream } from '../../../src/upstream/create-upstream.ts';

import { type Interceptor, passOn } from '../../../src/pipeline/interceptor.ts';
import { pipe } from '../../pipeline/calls.ts';
import { identityOf } from '../../authentication/identity.ts';
import { replyForm, runGraphql } from '../executor.ts';
import type { Json } from '../../json.ts';

/** What the settings say by default. */
export const standardBatchLimits: BatchLimits = { maxKeys: 500, maxCutRows: 2_000 };

/** The document that is served, and where it lies. */
export const linksSource = { fileName: 'schema/links.graphql', text: readFileSync('schema/links.graphql', 'utf8') };

const config = parseConfig({ environment: { CUEBOT_ENDPOINT: 'cuebot:8443', AUTH: 'none' }, flags: {} });

/** Our protos, what is known about their RPCs, and the services that a gateway with default settings serves. */
export const registry = loadProtoFiles(['proto']);
export const table = compileRpcTable(registry, {
  fileName: 'schema/rpcs.yaml',
  text: readFileSync('schema/rpcs.yaml', 'utf8'),
  mustMatch: true,
});
export const services = selectServices(registry.services, table, config.graphqlServices);

/** What came of one operation. */
export interface Asked {
  readonly data: Json;
  readonly errors: ExecutionResult['errors'];
  /** The lists that ended at a default limit. */
  readonly truncated: GraphqlContext['truncated'];
  /** The fields whose RPCs the upstream is too old for. */
  readonly unsupported: GraphqlContext['unsupported'];
  /** How many calls the operation made, by RPC. */
  readonly calls: Readonly<Record<string, number>>;
}

/** A demo farm behind the nested graph. */
export interface LinkedFarm {
  readonly demo: DemoCuebot;
  readonly links: Links;
  /** Runs an operation. */
  readonly ask: (query: string, variables?: Readonly<Record<string, unknown>>) => Promise<Asked>;
  readonly close: () => Promise<void>;
}

/** How to build it. */
export interface LinkedFarmOptions {
  readonly cuebot?: DemoCuebotOptions;
  readonly limits?: Partial<BatchLimits>;
  /** A demo that another linked farm has started. */
  readonly demo?: DemoCuebot;
  /** Not given: the document that is served. */
  readonly source?: typeof linksSource;
  /** What happens on the way upstream. */
  readonly intercept?: Interceptor;
}

/** A clock that stands still, so that answers can be compared. */
const now = () => Date.UTC(2026, 0, 31);

/** Starts a demo farm on a free port of the loopback interface, and compiles the graph in front of it. */
export async function linkFarm(options: LinkedFarmOptions = {}): Promise<LinkedFarm> {
  const demo = options.demo ?? (await createDemoCuebot({ now, ...options.cuebot }));
  const upstream = createUpstream({ endpoint: demo.endpoint, maxReceiveBytes: 2 ** 28 });
  const invoke = pipe(
    table,
    [limitCalls({ maxRequestBytes: 2 ** 28, timeoutMs: 20_000 }), options.intercept ?? (() => passOn)],
    upstream.invoke,
  );
  const limits = { ...standardBatchLimits, ...options.limits };
  const source = options.source ?? linksSource;
  const links = compileLinks({ registry, table, services, source, mustMatch: true, limits, replyForm });
  const schema = deriveSchema({ registry, table, services, extensions: [links], replyForm });
  return {
    demo,
    links,
    ask: async (query, variableValues) => {
      demo.resetCalls();
      const contextValue: GraphqlContext = {
        identity: identityOf('test'),
        signal: neverAborted,
        requestId: 'r-1',
        operation: createOperation({ invoke, table, maxCalls: 100_000 }),
        unknownEnumValues: [],
        truncated: [],
        unsupported: [],
      };
      const result = await runGraphql({
        registry,
        schema,
        source: query,
        contextValue,
        ...(variableValues && { variableValues }),
      });
      const { data, errors } = JSON.parse(JSON.stringify(result));
      const { truncated, unsupported } = contextValue;
      return { data, errors, truncated, unsupported, calls: Object.fromEntries(demo.calls) };
    },
    close: async () => {
      upstream.close();
      if (options.demo === undefined) await demo.close();
    },
  };
}

/** The number of calls in all. */
export function total({ calls }: Asked): number {
  return Object.values(calls).reduce((sum, count) => sum + count, 0);
}
