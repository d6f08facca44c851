import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { type HttpAnswer, startGateway, type TestGateway } from '../app/running-gateway.ts';
import { isBrowserMissing } from '../browser.ts';
import { logInAtGraphiql } from './log-in-at-graphiql.ts';
import { type Recipe, recipeGateway, recipeServer } from './recipe.ts';
import type { Keycloak } from './start-keycloak.ts';
import { tokenOfClient, tokenOfPerson } from './tokens.ts';

/** What the recipe is tried with. */
export interface CheckRecipeOptions {
  readonly recipe: Recipe;
  /** One whose realm was made by the recipe. */
  readonly keycloak: Keycloak;
  /** Where the recipe was told that the gateway is. */
  readonly gatewayPort: number;
  readonly userPassword: string;
  /** For the policy's file. */
  readonly folder: string;
  readonly say: (line: string) => void;
}

/** One thing that the page promises. */
interface Check {
  readonly name: string;
  readonly expected: string;
  /** Must have what is expected in it. */
  readonly found: string;
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
  gatewayPort,
  userPassword,
  folder,
  say,
}: CheckRecipeOptions): Promise<boolean> {
  const policyFile = join(folder, 'policy.yaml');
  writeFileSync(policyFile, recipe.policy);
  const here = (value: string) =>
    value.replace(recipeServer, keycloak.url).replace(recipeGateway, `http://127.0.0.1:${gatewayPort}`);
  const settings = Object.fromEntries(Object.entries(recipe.settings).map(([name, value]) => [name, here(value)]));
  const issuer = settings['OIDC_ISSUERS']!;
  // No shared secret: nobody gets in but by Keycloak.
  const gateway = await startGateway({
    settings: { ...settings, REST_PORT: String(gatewayPort), POLICY_FILE: policyFile, JWT_SECRET: '' },
  });
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
    answered('the script reads', await show(scriptToken), 200, '"testing"'),
    answered('ann reads', await show(reader), 200, '"testing"'),
    answered('the script may not kill', await call(scriptToken, kill, {}), 403, 'cue:operate'),
    answered('ann may not kill with cue:read', await call(reader, kill, {}), 403, 'cue:operate'),
    answered('with cue:operate she gets as far as Cuebot', await call(operator, kill, {}), 404, 'Job not found'),
    answered('her group gives her the grant to reboot', await call(wrangler, reboot, {}), 501, 'unimplemented'),
    answered(
      'cue:admin is not given to who has not got the role',
      await call(climber, 'show.ShowInterface/CreateShow', { name: 'mine' }),
      403,
      'cue:admin',
    ),
    answered('no other audience gets in', await show(strangerToken), 401, ''),
    ...(await visitGraphiql(gateway, userPassword, say)),
  ];

  await keycloak.follow(recipe.rotation);
  const renewed = await logIn('cue:read');
  if (keyOf(renewed) === keyOf(reader)) throw new Error('Keycloak did not change its key');
  say('gave Keycloak a new key');
  return [
    ...before,
    answered('tokens of the new key are good', await show(renewed), 200, '"testing"'),
    answered('tokens of the old key still are', await show(reader), 200, '"testing"'),
  ];
}

async function visitGraphiql(
  { url }: TestGateway,
  password: string,
  say: (line: string) => void,
): Promise<readonly Check[]> {
  if (isBrowserMissing) {
    say('skipped GraphiQL: needs Chromium');
    return [];
  }
  const visit = await logInAtGraphiql({ url, username: 'ann', password });
  say('logged ann in at GraphiQL with a real browser');
  return [
    { name: 'GraphiQL knows her', expected: 'Logged in as ann', found: visit.hint },
    { name: 'and shows her the farm', expected: '"testing"', found: visit.shows },
    { name: 'it gets her cue:operate when she needs it', expected: 'Logged in as ann', found: visit.hintWithMore },
    { name: 'and not cue:admin', expected: 'The issuer did not give you cue:admin', found: visit.hintWithTooMuch },
    { name: 'she stays logged in over a reload', expected: 'Logged in as ann', found: visit.hintAfterReload },
  ];
}

/** An answer of REST: its status, and a part of it, its header `WWW-Authenticate` included. */
function answered(name: string, answer: HttpAnswer, status: number, says: string): Check {
  const words = `${answer.text}${String(answer.headers['www-authenticate'] ?? '')}`;
  const found = words.includes(says) ? says : words.slice(0, 500);
  return { name, expected: `${status} ${says}`.trim(), found: `${answer.status} ${found}` };
}

/** The header's `kid`. */
function keyOf(token: string): string {
  return JSON.parse(Buffer.from(token.split('.', 1)[0]!, 'base64url').toString()).kid;
}

function holds({ expected, found }: Check): boolean {
  return found.includes(expected);
}

function describeCheck(check: Check): string {
  const { name, expected, found } = check;
  return holds(check) ? `ok      ${name}: ${expected}` : `FAILED  ${name}: expected ${expected}, found ${found}`;
}
