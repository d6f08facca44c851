import type { ClaimNames } from './claims.ts';
import { providerUrlProblem } from './provider-fetch.ts';

/** Reads settings by name, each as its row in the table of settings says. */
export interface SettingsReader {
  /** Empty: not set. */
  text(name: string): string;
  number(name: string): number;
  boolean(name: string): boolean;
  list(name: string): readonly string[];
}

/** What the settings say about all verifiers. */
export interface CommonSettings {
  /** `none`: nobody is asked, and no other setting of authentication counts. */
  readonly auth: 'jwt' | 'none';
  /** How many different bad credentials one address may show in a minute before it has to wait; 0: any number. */
  readonly failuresPerMinute: number;
  readonly claimNames: ClaimNames;
  /** Whether issuers may be spoken to in clear text beyond this machine. */
  readonly allowHttpIssuers: boolean;
  /** How callers name this gateway; what OAuth calls the resource. */
  readonly publicUrl: string | undefined;
}

/** Reads what all verifiers share. */
export function readCommonSettings(read: SettingsReader): CommonSettings {
  return {
    auth: read.text('AUTH') as CommonSettings['auth'],
    failuresPerMinute: read.number('AUTH_FAILURES_PER_MINUTE'),
    claimNames: {
      user: read.list('USER_CLAIM'),
      userDomain: read.text('USER_DOMAIN') || undefined,
      uid: read.text('UID_CLAIM') || undefined,
      scopes: read.text('SCOPES_CLAIM') || undefined,
      groups: read.text('GROUPS_CLAIM'),
    },
    allowHttpIssuers: read.boolean('ALLOW_HTTP_ISSUERS'),
    publicUrl: read.text('PUBLIC_URL') || undefined,
  };
}

/** What is wrong with them, by the names of the settings. */
export function* findCommonProblems({ claimNames, publicUrl }: CommonSettings): Iterable<string> {
  const { user, userDomain } = claimNames;
  if (user.length === 0) yield 'USER_CLAIM is empty: no token would say who its user is';
  if (userDomain !== undefined && !/^[\w-]+(?:\.[\w-]+)*$/.test(userDomain)) {
    yield `USER_DOMAIN is "${userDomain}"; expected a domain such as studio.example`;
  }
  const problem = publicUrl === undefined ? undefined : providerUrlProblem(publicUrl, { allowHttp: false });
  if (problem !== undefined) yield `PUBLIC_URL: ${problem}`;
  else if (publicUrl?.includes('?')) yield `PUBLIC_URL: "${publicUrl}" has a query`;
}
