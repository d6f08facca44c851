import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { type HttpAnswer, startGateway, type TestGateway } from '../gateway.ts';
import { type Recipe, recipeServer } from './recipe.ts';
import type { Keycloak } from './start-keycloak.ts';
import { tokenOfClient, tokenOfPerson } from './tokens.ts';

/** What the recipe is tried with. */
export interface CheckRecipeOptions {
  readonly recipe: Recipe;
  /** One whose realm was made by the recipe. */
  readonly keycloak: Keycloak;
  readonly userPassword: string;
  /** For the policy's file. */
  readonly folder: string;
  readonly say: (line: string) => void;
}

/** One thing that the page promises. */
interface Check {
  readonly name: string;
  readonly answer: HttpAnswer;
  readonly status: number;
  /** A part of the answer, its header `WWW-Authenticate` included. */
  readonly says: string;
}

const findShow = 'show.ShowInterface/FindShow';
/** Asks for operate. */
const kill = 'job.JobInterface/Kill';
/** Asks for wrangle and a grant. The demo does not have it: 501 says that the call was let through. */
const reboot = 'host.HostInterface/RebootWhenIdle';

/** Starts a gateway with the recipe's settings and tries it with Keycloak's tokens. Resolves with whether all of it holds. */
export async function checkRecipe({
  recipe,
  keycloak,
  userPassword,
  folder,
  say,
}: CheckRecipeOptions): Promise<boolean> {
  const policyFile = join(folder, 'policy.yaml');
  writeFileSync(policyFile, recipe.policy);
  const settings = Object.fromEntries(
    Object.entries(recipe.settings).map(([name, value]) => [name, value.replace(recipeServer, keycloak.url)]),
  );
  const issuer = settings['OIDC_ISSUERS']!;
  // No shared secret: nobody gets in but by Keycloak.
  const gateway = await startGateway({ settings: { ...settings, POLICY_FILE: policyFile, JWT_SECRET: '' } });
  say(`started a gateway with ${Object.keys(settings).join(', ')} and the recipe's policy`);
  try {
    const checks = await runChecks(gateway, { recipe, keycloak, userPassword, issuer, say });
    for (const check of checks) say(describeCheck(check));
    return checks.every(holds);
  } finally {
    await gateway.close();
  }
}

interface Parties extends Pick<CheckRecipeOptions, 'recipe' | 'keycloak' | 'userPassword' | 'say'> {
  readonly issuer: string;
}

async function runChecks(gateway: TestGateway, parties: Parties): Promise<readonly Check[]> {
  const { recipe, keycloak, userPassword, issuer, say } = parties;
  const call = (token: string, rpc: string, body: unknown) =>
    gateway.rest(rpc, body, { authorization: `Bearer ${token}` });
  const show = (token: string) => call(token, findShow, { name: 'testing' });
  const logIn = (scope: string) =>
    tokenOfPerson(issuer, {
      clientId: 'farm-tools',
      redirectUri: 'http://127.0.0.1/callback',
      username: 'ann',
      password: userPassword,
      scope,
    });
  const secretOf = async (clientId: string): Promise<string> => {
    const found = await keycloak.follow(`kcadm.sh get clients -r farm -q clientId=${clientId} --fields secret`);
    return JSON.parse(found)[0].secret;
  };
  const script = { clientId: 'nightly-report', secret: await secretOf('nightly-report') };

  const scriptToken = await tokenOfClient(issuer, script);
  const reader = await logIn('cue:read');
  const operator = await logIn('cue:read cue:operate');
  const wrangler = await logIn('cue:wrangle');
  const climber = await logIn('cue:read cue:admin');
  say('got tokens for the script by its client credentials and for ann by a code with PKCE');

  const stranger = 'stranger';
  await keycloak.follow(
    `kcadm.sh create clients -r farm -s clientId=${stranger} -s publicClient=false -s serviceAccountsEnabled=true`,
  );
  const strangerToken = await tokenOfClient(issuer, { clientId: stranger, secret: await secretOf(stranger) });

  const before: readonly Check[] = [
    { name: 'the script reads', answer: await show(scriptToken), status: 200, says: '"testing"' },
    { name: 'ann reads', answer: await show(reader), status: 200, says: '"testing"' },
    { name: 'the script may not kill', answer: await call(scriptToken, kill, {}), status: 403, says: 'cue:operate' },
    { name: 'ann may not kill with cue:read', answer: await call(reader, kill, {}), status: 403, says: 'cue:operate' },
    {
      name: 'with cue:operate she gets as far as Cuebot',
      answer: await call(operator, kill, {}),
      status: 404,
      says: 'Job not found',
    },
    {
      name: 'her group gives her the grant to reboot',
      answer: await call(wrangler, reboot, {}),
      status: 501,
      says: 'unimplemented',
    },
    {
      name: 'cue:admin is not given to who has not got the role',
      answer: await call(climber, 'show.ShowInterface/CreateShow', { name: 'mine' }),
      status: 403,
      says: 'cue:admin',
    },
    { name: 'no other audience gets in', answer: await show(strangerToken), status: 401, says: '' },
  ];

  await keycloak.follow(recipe.rotation);
  const renewed = await logIn('cue:read');
  if (keyOf(renewed) === keyOf(reader)) throw new Error('Keycloak did not change its key');
  say('gave Keycloak a new key');
  return [
    ...before,
    { name: 'tokens of the new key are good', answer: await show(renewed), status: 200, says: '"testing"' },
    { name: 'tokens of the old key still are', answer: await show(reader), status: 200, says: '"testing"' },
  ];
}

/** The header's `kid`. */
function keyOf(token: string): string {
  return JSON.parse(Buffer.from(token.split('.', 1)[0]!, 'base64url').toString()).kid;
}

function holds({ answer, status, says }: Check): boolean {
  return answer.status === status && wordsOf(answer).includes(says);
}

function describeCheck(check: Check): string {
  const { name, answer, status, says } = check;
  if (holds(check)) return `ok      ${name}: ${answer.status}`;
  return `FAILED  ${name}: expected ${status} with "${says}", got ${answer.status}: ${wordsOf(answer).slice(0, 500)}`;
}

function wordsOf({ text, headers }: HttpAnswer): string {
  return `${text}${String(headers['www-authenticate'] ?? '')}`;
}
