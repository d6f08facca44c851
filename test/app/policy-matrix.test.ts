import {
  getNamedType,
  type GraphQLInputType,
  type GraphQLSchema,
  isInputObjectType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { signToken } from '../../src/authentication/hmac/sign-token.ts';
import { listOperations, type Operation } from '../../src/app/operations.ts';
import { deriveSchema } from '../../src/graphql/schema/derive-schema.ts';
import type { PermissionLevel } from '../../src/rpc-table/permission-level.ts';
import type { RpcFacts } from '../../src/rpc-table/rpc-facts.ts';
import { takeSnapshot } from '../../src/app/snapshot.ts';

import { secret, startGateway, type TestGateway, testConfig } from './running-gateway.ts';

/**
 * Every RPC, by both surfaces, with every level and without any, with its grant and without: allowed exactly when
 * schema/rpcs.yaml says so. What is expected is computed here anew, from the table alone.
 */

/** Every service on both surfaces, those that nobody should open too; an RPC that no Cuebot answers must not hold things up. */
const settings = {
  REST_SERVICES: '*,monitoring.*,report.*,rqd.*',
  GRAPHQL_SERVICES: '*,monitoring.*,report.*,rqd.*',
  GRPC_TIMEOUT: '1s',
};

/** What a level covers, as permission-level.ts says in words. */
const covered: Readonly<Record<string, readonly PermissionLevel[]>> = {
  none: [],
  read: ['read'],
  operate: ['read', 'operate'],
  wrangle: ['read', 'operate', 'wrangle'],
  submit: ['submit'],
  admin: ['read', 'operate', 'wrangle', 'admin'],
};

/** A call that somebody tries. */
interface Attempt {
  readonly name: string;
  readonly operation: Operation;
  readonly surface: 'rest' | 'graphql';
  readonly headers: Readonly<Record<string, string>>;
  readonly isAllowed: boolean;
}

let running: TestGateway;
let rpcs: readonly string[];
let attempts: readonly Attempt[];
let schema: GraphQLSchema;

beforeAll(async () => {
  running = await startGateway({ settings });
  const snapshot = await takeSnapshot(testConfig({ CUEBOT_ENDPOINT: 'unused:1', ...settings }));
  const { registry, table, graphqlServices: services } = snapshot;
  schema = deriveSchema({ registry, table, services, extensions: [] });
  rpcs = snapshot.table.rows.map(({ method }) => method.fullName);
  const facts = new Map(snapshot.table.rows.map((row) => [row.method.fullName, row]));
  attempts = listOperations(snapshot).flatMap((operation) => attemptsOf(operation, facts.get(operation.rpc)!));
});
afterAll(() => running.close());

describe('every RPC, with every level, with and without its grant, by both surfaces', () => {
  it('is all of them', () => {
    expect(rpcs.length).toBeGreaterThan(300);
    for (const surface of ['rest', 'graphql']) {
      const tried = attempts.filter((attempt) => attempt.surface === surface);
      expect(new Set(tried.map(({ operation }) => operation.rpc))).toEqual(new Set(rpcs));
      expect(tried.length).toBeGreaterThan(rpcs.length * Object.keys(covered).length);
    }
  });

  it('is refused without a call upstream when the table says no', async () => {
    running.cuebot.resetCalls();
    const wrong = await tryAll(attempts.filter(({ isAllowed }) => !isAllowed));
    expect(wrong).toEqual([]);
    expect([...running.cuebot.calls]).toEqual([]);
  });

  it('is allowed when the table says yes', async () => {
    const wrong = await tryAll(attempts.filter(({ isAllowed }) => isAllowed));
    expect(wrong).toEqual([]);
  });
});

function attemptsOf(operation: Operation, { level, grant }: RpcFacts): readonly Attempt[] {
  const grants = grant === undefined ? [[], ['launch']] : [[], [grant], [grant === 'launch' ? 'unbook' : 'launch']];
  return Object.entries(covered).flatMap(([name, levels]) =>
    grants.flatMap((granted) => {
      // A grant that an RPC does not ask for changes nothing; once with each level would be the same thing said again.
      if (grant === undefined && granted.length > 0 && name !== 'none') return [];
      const scopes = [...(name === 'none' ? [] : [`cue:${name}`]), ...granted.map((each) => `cue:grant:${each}`)];
      const isAllowed =
        level !== undefined && levels.includes(level) && (grant === undefined || granted.includes(grant));
      return (['rest', 'graphql'] as const).map((surface) => ({
        name: `${operation.rpc} by ${surface} with ${scopes.join(' ') || 'nothing'}`,
        operation,
        surface,
        headers: { authorization: `Bearer ${tokenWith(scopes)}` },
        isAllowed,
      }));
    }),
  );
}

const tokens = new Map<string, string>();

function tokenWith(scopes: readonly string[]): string {
  const scope = scopes.join(' ');
  const token = tokens.get(scope) ?? signToken({ secret, claims: { sub: 'ann', scope } });
  tokens.set(scope, token);
  return token;
}

const inFlight = 16;

/** Tries them, some at a time, and tells those that did not end as they should. */
async function tryAll(chosen: readonly Attempt[]): Promise<readonly string[]> {
  const wrong: string[] = [];
  let next = 0;
  const worker = async () => {
    for (let attempt = chosen[next++]; attempt !== undefined; attempt = chosen[next++]) {
      const found = attempt.surface === 'rest' ? await tryByRest(attempt) : await tryByGraphql(attempt);
      if (found.isRefused === attempt.isAllowed) wrong.push(`${attempt.name}: ${found.text}`);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return wrong;
}

interface Outcome {
  readonly isRefused: boolean;
  readonly text: string;
}

/** How the policy refuses; what looks into requests refuses in other words. */
const ourWords = /^(?:You need|You also need|Nobody may) /;

async function tryByRest({ operation, headers }: Attempt): Promise<Outcome> {
  const { status, text } = await running.rest(operation.rpc, {}, headers);
  return { isRefused: status === 403 && ourWords.test(JSON.parse(text).message), text };
}

async function tryByGraphql({ operation, headers }: Attempt): Promise<Outcome> {
  const { kind, graphql } = operation;
  const root = kind === 'query' ? schema.getQueryType() : schema.getMutationType();
  const needed = root!.getFields()[graphql!]!.args.filter(isRequiredArgument);
  const args =
    needed.length === 0 ? '' : `(${needed.map(({ name, type }) => `${name}: ${formatNone(type)}`).join(' ')})`;
  const { json, text } = await running.graphql(`${kind} { ${graphql}${args} { __typename } }`, undefined, headers);
  const [error] = json.errors ?? [];
  // One that is not valid would be refused to nobody by the policy.
  expect(error?.extensions.code).not.toBe('GRAPHQL_VALIDATION_FAILED');
  return { isRefused: error?.extensions.code === 'FORBIDDEN' && ourWords.test(error.message), text };
}

/** Something of a type, with what must be in it: the key of an object that there is not. */
function formatNone(type: GraphQLInputType): string {
  const named = getNamedType(type);
  if (!isInputObjectType(named)) return '"none"';
  const fields = Object.values(named.getFields()).filter(isRequiredInputField);
  return `{ ${fields.map((field) => `${field.name}: ${formatNone(field.type)}`).join(' ')} }`;
}
