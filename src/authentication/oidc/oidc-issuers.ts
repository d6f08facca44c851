import { didYouMean } from '../../errors/did-you-mean.ts';
import type { Logger } from '../../telemetry/logger.ts';

import type { CommonSettings } from '../common-settings.ts';
import { providerUrlProblem } from '../provider-fetch.ts';
import type { VerifierKind, VerifierSurroundings } from '../token-verifier.ts';
import type { AuthorizationServer } from './authorization-server.ts';
import { type IssuerMetadata, readAuthorizationServer } from './issuer-metadata.ts';
import { signatureAlgorithms } from './key-ring.ts';
import { KeySet } from './key-set.ts';
import { createLoadKeys } from './load-keys.ts';
import { createOidcVerifier } from './oidc-verifier.ts';

/** What the settings say about OAuth issuers. */
export interface OidcSettings {
  /** Whose access tokens are accepted, exactly as in their claim `iss`. */
  readonly issuers: readonly string[];
  /** Whether people log in at the first of them from a page of ours. */
  readonly offersLogin: boolean;
  /** Where the keys of the only issuer are, if it cannot be asked for that. */
  readonly jwksUri: string | undefined;
  /** What tokens must be meant for. */
  readonly audiences: readonly string[];
  readonly algorithms: readonly string[];
}

/** JWT access tokens of OAuth issuers. */
export const oidc: VerifierKind<OidcSettings> = {
  read: (read) => ({
    issuers: read.list('OIDC_ISSUERS'),
    offersLogin: read.text('GRAPHIQL_CLIENT_ID') !== '',
    jwksUri: read.text('JWKS_URI') || undefined,
    audiences: read.list('OIDC_AUDIENCE'),
    algorithms: read.list('OIDC_ALGORITHMS'),
  }),
  findProblems,
  isOn: ({ issuers, jwksUri }) => issuers.length > 0 || jwksUri !== undefined,
  takesAnyJwt: true,
  holdsSecret: false,
  open: (settings, surroundings) => {
    const { keySets, authorizationServer } = openKeySets(settings, surroundings);
    const { audiences, algorithms, claimNames } = settings;
    const { leavesOtherJwts: leavesOthers, now } = surroundings;
    const all = [...keySets.values()];
    return {
      verifier: createOidcVerifier({ issuers: keySets, audiences, algorithms, claimNames, leavesOthers, now }),
      sentAs: 'bearer',
      // Signatures are not.
      isGuessable: false,
      start: async () => void (await Promise.all(all.map((keySet) => keySet.start()))),
      isReady: () => all.every(({ state }) => state.keys > 0),
      close: () => {
        for (const keySet of all) keySet.close();
      },
      keySets: () => all.map(({ state }) => state),
      authorizationServer,
    };
  },
};

function* findProblems({
  issuers,
  jwksUri,
  audiences,
  algorithms,
  allowHttpIssuers: allowHttp,
}: OidcSettings & CommonSettings): Iterable<string> {
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
      ? '; it needs a shared secret, and published keys are none'
      : didYouMean(algorithm, known);
    yield `OIDC_ALGORITHMS: "${algorithm}" is not among ${known.join(', ')}${hint}`;
  }
  if (issuers.length > 0 && algorithms.length === 0) yield 'OIDC_ALGORITHMS is empty: every token would be refused';
}

interface OpenKeySets {
  readonly keySets: ReadonlyMap<string, KeySet>;
  readonly authorizationServer: () => AuthorizationServer | undefined;
}

/** The keys of each issuer by its name, and what the first one says about logging in. */
function openKeySets(
  { issuers, jwksUri, algorithms, allowHttpIssuers: allowHttp, offersLogin }: OidcSettings & CommonSettings,
  { fetch, now, schedule, random, logger }: VerifierSurroundings,
): OpenKeySets {
  const keySets = new Map<string, KeySet>();
  let authorizationServer: AuthorizationServer | undefined;
  for (const [index, issuer] of issuers.entries()) {
    const onMetadata = (metadata: IssuerMetadata) => {
      if (index > 0 || !offersLogin) return;
      const found = readIfThere(metadata, allowHttp, logger);
      // As long as it says the same it is the same, for whoever has made something of it.
      if (JSON.stringify(found) !== JSON.stringify(authorizationServer)) authorizationServer = found;
    };
    const load = createLoadKeys({ issuer, jwksUri, algorithms, fetch, allowHttp, onMetadata });
    keySets.set(issuer, new KeySet({ issuer, load, now, schedule, random, logger }));
  }
  return { keySets, authorizationServer: () => authorizationServer };
}

/** Undefined when there is none: an issuer for machines alone has no place to log in, and its tokens are good all the same. */
function readIfThere(metadata: IssuerMetadata, allowHttp: boolean, logger: Logger): AuthorizationServer | undefined {
  try {
    return readAuthorizationServer(metadata, { allowHttp });
  } catch (error) {
    const reason = (error as Error).message;
    logger.warn(
      { issuer: metadata.issuer, reason },
      'nobody can log in at an issuer; its tokens are good all the same',
    );
    return undefined;
  }
}
