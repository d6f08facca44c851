import type { AuthorizationServer } from '../authentication/oidc/authorization-server.ts';

/** How people log in at the pages: as which client of the issuer, and what for. */
export interface LoginSettings {
  /** A public client (RFC 6749, 2.1), whose redirect URIs are the addresses of the pages. */
  readonly clientId: string;
  /** What is asked for at first; more where something turns out to take it. */
  readonly scopes: readonly string[];
  /** What the issuer wants to be told beside that, in each of the page's requests, such as `resource` (RFC 8707). */
  readonly parameters: Readonly<Record<string, string>>;
}

/** The settings as texts, as their reader found them. */
export interface RawLoginSettings {
  readonly clientId: string;
  /** Whether there is a page at all. */
  readonly hasPage: boolean;
  readonly scopes: readonly string[];
  /** `name=value` each. */
  readonly parameters: readonly string[];
}

/** Undefined: nobody can log in at a page. What is wrong is for `findLoginProblems` to tell. */
export function readLoginSettings({ clientId, scopes, parameters }: RawLoginSettings): LoginSettings | undefined {
  if (clientId === '') return undefined;
  const pairs = parameters.map((text) => text.split(/=(.*)/s, 2) as [string, string?]);
  return { clientId, scopes, parameters: Object.fromEntries(pairs.map(([name, value = '']) => [name, value])) };
}

/** What the page sets itself, and nobody else must. */
const reserved: ReadonlySet<string> = new Set(
  (
    'client_id client_secret code code_challenge code_challenge_method code_verifier grant_type nonce prompt redirect_uri ' +
    'refresh_token request request_uri response_mode response_type scope state'
  ).split(' '),
);

/** `scope-token` of RFC 6749, 3.3 (https://www.rfc-editor.org/rfc/rfc6749#section-3.3). */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/** What is wrong with these settings, in the names that people gave them by. */
export function* findLoginProblems(
  { clientId, hasPage, scopes, parameters }: RawLoginSettings,
  { issuers, jwksUri }: { readonly issuers: readonly string[]; readonly jwksUri: string | undefined },
): Iterable<string> {
  if (clientId === '') return;
  if (!hasPage)
    yield 'GRAPHIQL_CLIENT_ID is set, but there is no page to log in at: GRAPHIQL and FARM_PAGE are false, or PERSISTED_OPERATIONS is only';
  if (issuers.length === 0) {
    yield 'GRAPHIQL_CLIENT_ID is set, but OIDC_ISSUERS is not, which says where people log in';
  }
  if (jwksUri !== undefined) {
    yield 'GRAPHIQL_CLIENT_ID needs an issuer that can be asked where people log in; JWKS_URI says that it cannot';
  }
  for (const scope of scopes) {
    if (!scopeToken.test(scope)) yield `GRAPHIQL_SCOPES: "${scope}" is no scope; expected words separated by commas`;
  }
  const names = new Set<string>();
  for (const text of parameters) {
    const [, name = ''] = /^([^=]+)=./s.exec(text) ?? [];
    if (name === '') {
      yield `GRAPHIQL_LOGIN_PARAMETERS: "${text}" is no parameter; expected name=value, e.g. resource=https://cuegate.studio.example`;
    } else if (reserved.has(name)) {
      yield `GRAPHIQL_LOGIN_PARAMETERS: "${name}" is set by GraphiQL itself`;
    } else if (names.has(name)) {
      yield `GRAPHIQL_LOGIN_PARAMETERS: "${name}" is there twice; only one value of it can be sent`;
    }
    names.add(name);
  }
}

/** How people log in, and where. */
export interface PageLogin extends LoginSettings {
  /** Null: the issuer could not be asked yet. */
  readonly server: AuthorizationServer | null;
}

/** What a page is told about those who look at it. */
export interface VisitorSettings {
  /** Whether the gateway asks for a token; if so, the page has a field for it and waits for it. */
  readonly needsToken: boolean;
  /** How people log in; without it, they have nothing but the field. */
  readonly login?: PageLogin;
}
