import { nearestName } from '../errors/did-you-mean.ts';

import type { ClaimNames } from './claims.ts';
import { signatureAlgorithms } from './oidc/signature-algorithms.ts';
import { providerUrlProblem } from './provider-url.ts';

/** Everything that the settings say about how callers are identified. */
export interface AuthenticationSettings {
  /** `none`: nobody is asked, and nothing below counts. */
  readonly auth: 'jwt' | 'none';
  /** Shared secrets; tokens are signed with the first, and those of the others are still accepted. */
  readonly jwtSecrets: readonly string[];
  /** Whether these may be such that they can be guessed. */
  readonly allowWeakSecrets: boolean;
  /** Whose access tokens are accepted, exactly as in their claim `iss`. */
  readonly issuers: readonly string[];
  /** Whether people log in at the first of them from a page of ours. */
  readonly offersLogin: boolean;
  /** Where the keys of the only issuer are, if it cannot be asked for that. */
  readonly jwksUri: string | undefined;
  /** What tokens must be meant for. */
  readonly audiences: readonly string[];
  readonly algorithms: readonly string[];
  /** Whom to ask about tokens that only their issuer can read. */
  readonly introspection:
    | { readonly url: string; readonly clientId: string; readonly clientSecret: string }
    | undefined;
  readonly apiKeysFile: string | undefined;
  /** How many different bad credentials are borne from one address in a minute; 0: any number. */
  readonly failuresPerMinute: number;
  readonly claimNames: ClaimNames;
  /** Whether issuers may be spoken to in clear text beyond this machine. */
  readonly allowHttpIssuers: boolean;
  /** How callers name this gateway; what OAuth calls the resource. */
  readonly publicUrl: string | undefined;
}

/** What is wrong with the settings of OAuth, in the names that people gave them by. */
export function* findAuthenticationProblems(settings: AuthenticationSettings): Iterable<string> {
  if (settings.auth === 'none') return;
  yield* issuerProblems(settings);
  yield* introspectionProblems(settings);
  yield* claimProblems(settings.claimNames);
  const { publicUrl } = settings;
  const problem = publicUrl === undefined ? undefined : providerUrlProblem(publicUrl, { allowHttp: false });
  if (problem !== undefined) yield `PUBLIC_URL: ${problem}`;
  else if (publicUrl?.includes('?')) yield `PUBLIC_URL: "${publicUrl}" has a query`;
}

function* claimProblems({ user, userDomain }: ClaimNames): Iterable<string> {
  if (user.length === 0) yield 'USER_CLAIM is empty: no token would say who its user is';
  if (userDomain !== undefined && !/^[\w-]+(?:\.[\w-]+)*$/.test(userDomain)) {
    yield `USER_DOMAIN is "${userDomain}"; expected a domain such as studio.example`;
  }
}

function* issuerProblems({
  issuers,
  jwksUri,
  audiences,
  algorithms,
  allowHttpIssuers: allowHttp,
}: AuthenticationSettings): Iterable<string> {
  for (const issuer of issuers) {
    const problem = providerUrlProblem(issuer, { allowHttp });
    if (problem !== undefined) yield `OIDC_ISSUERS: ${problem}`;
  }
  if (issuers.length > 0 && audiences.length === 0) {
    yield 'OIDC_AUDIENCE is not set: it names what tokens are made for, so that those for other services are refused here';
  }
  if (jwksUri !== undefined) {
    const problem = providerUrlProblem(jwksUri, { allowHttp });
    if (problem !== undefined) yield `JWKS_URI: ${problem}`;
    if (issuers.length !== 1) {
      yield `JWKS_URI holds the keys of one issuer, but OIDC_ISSUERS names ${issuers.length}; expected the "iss" of its tokens`;
    }
  }
  const known = [...signatureAlgorithms.keys()];
  for (const algorithm of algorithms) {
    if (known.includes(algorithm)) continue;
    const hint = algorithm.startsWith('HS')
      ? 'it needs a shared secret, and published keys are none'
      : `did you mean ${nearestName(algorithm, known) ?? 'one of these'}?`;
    yield `OIDC_ALGORITHMS: "${algorithm}" is not among ${known.join(', ')}; ${hint}`;
  }
  if (issuers.length > 0 && algorithms.length === 0) yield 'OIDC_ALGORITHMS is empty: every token would be refused';
}

function* introspectionProblems({ introspection, allowHttpIssuers }: AuthenticationSettings): Iterable<string> {
  if (introspection === undefined) return;
  const { url, clientId, clientSecret } = introspection;
  if (url === '') {
    yield 'INTROSPECTION_URL is not set, but a client for it is; it says whom to ask about tokens';
    return;
  }
  const problem = providerUrlProblem(url, { allowHttp: allowHttpIssuers });
  if (problem !== undefined) yield `INTROSPECTION_URL: ${problem}`;
  if (clientId === '') yield 'INTROSPECTION_CLIENT_ID is not set: issuers answer only clients whom they know';
  if (clientSecret === '') yield 'INTROSPECTION_CLIENT_SECRET is not set: issuers answer only clients whom they know';
}
