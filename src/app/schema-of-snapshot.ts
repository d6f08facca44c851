import { decide } from '../authorization/decide.ts';
import type { Decision } from '../call/decision.ts';
import type { Identity } from '../call/identity.ts';
import type { Config } from '../config/config.ts';
import { replyFormOf } from '../graphql/execution/create-executor.ts';
import { deriveSchema, type SchemaExtension } from '../graphql/schema/derive-schema.ts';
import { deriveViewer } from '../graphql/schema/derive-viewer.ts';

import type { Snapshot } from './snapshot.ts';

/** Gives the schema of a snapshot. */
export type SchemaOf = (snapshot: Snapshot) => ReturnType<typeof deriveSchema>;

/**
 * Derives the schemas of snapshots. The last one is kept, and given again for the next snapshot where nothing of it would differ:
 * to derive one takes longer than all the rest of a reload, and most reloads are of rights.
 */
export function compileSchemaOf(config: Pick<Config, 'graphqlExecutor' | 'liveIntervals'>): SchemaOf {
  let last: DerivedSchema | undefined;
  return (snapshot) => {
    const { registry, table, graphqlServices, needsOf, descriptions, links } = snapshot;
    const needs = JSON.stringify(table.rows.map(({ method }) => needsOf(method)));
    if (last !== undefined && last.links === links && last.needs === needs) {
      last.judge.policy = snapshot.policy;
      return last.schema;
    }
    const judge: Judge = { policy: snapshot.policy };
    const schema = deriveSchema({
      registry,
      table,
      services: graphqlServices,
      needsOf,
      descriptions,
      extensions: [links, ...viewerOf(registry, judge)],
      live: config.liveIntervals,
      replyForm: replyFormOf(config.graphqlExecutor),
    });
    last = { links, needs, judge, schema };
    return schema;
  };
}

/** A schema, and what it depends on: links are made anew whenever protos are. */
interface DerivedSchema {
  readonly links: Snapshot['links'];
  readonly needs: string;
  readonly judge: Judge;
  readonly schema: ReturnType<SchemaOf>;
}

/** The policy that is in force. */
interface Judge {
  policy: Snapshot['policy'];
}

/** The root by which callers see what they may do. */
function viewerOf(registry: Snapshot['registry'], judge: Judge): readonly SchemaExtension[] {
  const viewer = deriveViewer(registry, (identity, method) => {
    const { policy } = judge;
    return isOpen(decide(policy.principalOf(identity), policy.factsOf(method)));
  });
  return viewer === undefined ? [] : [viewer];
}

/** Whether the policy lets somebody read anything: reads that depend on what they are about count. */
export function compileMayRead({ table, policy, graphqlServices }: Snapshot): (identity: Identity) => boolean {
  const reads = graphqlServices
    .flatMap(({ methods }) => methods)
    .filter((method) => table.factsOf(method).kind === 'read')
    .map((method) => policy.factsOf(method));
  const known = new WeakMap<Identity, boolean>();
  return (identity) => {
    const found = known.get(identity) ?? reads.some((facts) => isOpen(decide(policy.principalOf(identity), facts)));
    known.set(identity, found);
    return found;
  };
}

function isOpen({ allow, reason }: Decision): boolean {
  return allow || reason === 'RESOURCE_NEEDED';
}
