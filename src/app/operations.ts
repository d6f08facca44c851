import { deriveNames } from '../graphql/schema/derive-names.ts';
import { isUnary } from '../graphql/schema/derive-schema.ts';
import { formatFieldPath } from '../rpc-table/field-path.ts';
import type { RpcFacts } from '../rpc-table/rpc-facts.ts';
import type { Pipeline } from '../pipeline/compose-pipeline.ts';
import type { Snapshot } from './snapshot.ts';

/** How people reach one RPC, and what was decided about it. */
export interface Operation {
  /** `<package>.<Service>/<Method>` */
  readonly rpc: string;
  /** The path to POST to; undefined when REST does not serve it. */
  readonly rest: string | undefined;
  /** The field of Query or Mutation; undefined when GraphQL does not serve it. */
  readonly graphql: string | undefined;
  readonly kind: 'query' | 'mutation';
  readonly kindReason: string;
  /** What in its name may mean the other kind; absent when there is no doubt. */
  readonly kindDoubt?: string;
  /** What its callers need, as scopes where there are some; empty: nobody may call it. */
  readonly needs: readonly string[];
  readonly lane: string | undefined;
  /** Empty without a lane. */
  readonly laneReason: string;
  /** Where there are several Cuebots: by what in a request its calls stay with one of them, as JSON; `all`; undefined: not at all. */
  readonly affinity: string | undefined;
  /** The names of the interceptors that its calls pass, from the outside in; only where somebody asked. */
  readonly pipeline?: readonly string[];
}

/**
 * Every RPC of the loaded protos, by full name, whether or not a surface serves it.
 *
 * @param pipeline tells the interceptors of each, where they are wanted
 */
export function listOperations(
  { registry, table, needsOf, restServices, graphqlServices }: Snapshot,
  pipeline?: Pick<Pipeline, 'interceptorsOf'>,
): readonly Operation[] {
  const names = deriveNames(registry);
  const rest = new Set(restServices);
  const graphql = new Set(graphqlServices);
  return table.rows.map(({ method, kind, kindReason, kindDoubt, lane, laneReason, affinity }: RpcFacts) => ({
    rpc: method.fullName,
    rest: rest.has(method.service) ? `/${method.fullName}` : undefined,
    graphql: graphql.has(method.service) && isUnary(method) ? names.rootField(method) : undefined,
    kind: kind === 'read' ? 'query' : 'mutation',
    kindReason,
    ...(kindDoubt !== undefined && { kindDoubt }),
    needs: needsOf(method),
    lane,
    laneReason,
    affinity: affinity && (affinity.by === undefined ? 'all' : formatFieldPath(affinity.by)),
    ...(pipeline !== undefined && { pipeline: pipeline.interceptorsOf(method) }),
  }));
}

/** The operations as a Markdown page. Ends with a line break. */
export function formatOperations(operations: readonly Operation[]): string {
  const lanes = new Map(operations.flatMap(({ lane, laneReason }) => (lane === undefined ? [] : [[lane, laneReason]])));
  const head = ['RPC', 'REST: POST', 'GraphQL field', 'kind', 'why', 'needs', 'lane', 'affinity'];
  if (operations.some(({ pipeline }) => pipeline !== undefined)) head.push('pipeline');
  const rows = operations.map(({ rpc, rest, graphql, kind, kindReason, needs, lane, affinity, pipeline }) => {
    const cells = [
      code(rpc),
      code(rest),
      code(graphql),
      kind,
      kindReason,
      formatNeeds(needs),
      lane ?? '-',
      affinity ?? '-',
    ];
    return pipeline === undefined ? cells : [...cells, pipeline.join(' → ')];
  });
  return `${[
    '# Operations',
    '',
    'Every RPC of the protos, how REST and GraphQL reach it, and what was decided about it. Written by `npm run codegen`.',
    '',
    'RPCs of one lane run one at a time per Cuebot:',
    '',
    ...[...lanes].map(([lane, reason]) => `- ${lane}: ${reason}`),
    '',
    'Where there are several Cuebots, calls with an affinity stay with one of them, as long as it lives: all calls of the RPC, or those that',
    'say the same in a field of their request. All other calls go wherever there is time.',
    '',
    ...formatDoubts(operations),
    ...[head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`),
  ].join('\n')}\n`;
}

/** The RPCs whose kind a person should look at. */
function formatDoubts(operations: readonly Operation[]): readonly string[] {
  const doubtful = operations.filter(({ kindDoubt }) => kindDoubt !== undefined);
  if (doubtful.length === 0) return [];
  return [
    'The kind of these follows from a name that can be read in two ways. `option idempotency_level` in the proto settles it,',
    'or `kind` in `schema/rpcs.yaml`:',
    '',
    ...doubtful.map(({ rpc, kind, kindDoubt }) => `- ${code(rpc)} counts as a ${kind}: ${kindDoubt}`),
    '',
  ];
}

function formatNeeds(needs: Operation['needs']): string {
  return needs.length === 0 ? 'nobody may' : needs.map(code).join(' and ');
}

function code(text: string | undefined): string {
  return text === undefined ? '-' : `\`${text}\``;
}
