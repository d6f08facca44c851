import type { AuthenticationSettings } from './verifiers.ts';

/** The document by which OAuth clients find the issuer of the tokens that they need (RFC 9728, https://www.rfc-editor.org/rfc/rfc9728#section-2). */
export interface ProtectedResource {
  /** Where the document must be served; to be named in every challenge (section 5.1). */
  readonly url: string;
  /** Its path, with the path of the resource behind it. */
  readonly path: string;
  readonly document: Readonly<Record<string, unknown>>;
}

const wellKnownPath = '/.well-known/oauth-protected-resource';

/**
 * The metadata of this gateway as a protected resource. Undefined without PUBLIC_URL or without an issuer. Never derived from a
 * request's `Host`, which callers can choose.
 * @param scopes the scopes that the policy knows; patterns with `*` are left out
 */
export function describeProtectedResource(
  { auth, publicUrl, issuers }: AuthenticationSettings,
  scopes: readonly string[] = [],
): ProtectedResource | undefined {
  if (auth === 'none' || publicUrl === undefined || issuers.length === 0) return undefined;
  const { origin, pathname } = new URL(publicUrl);
  // Section 3.1: between host and path, and without the slash of an empty path.
  const path = `${wellKnownPath}${pathname === '/' ? '' : pathname}`;
  const names = scopes.filter((scope) => !scope.includes('*'));
  return {
    url: `${origin}${path}`,
    path,
    document: {
      resource: publicUrl,
      authorization_servers: issuers,
      ...(names.length > 0 && { scopes_supported: names }),
      bearer_methods_supported: ['header'],
      dpop_bound_access_tokens_required: false,
      tls_client_certificate_bound_access_tokens: false,
      resource_name: 'cuegate',
    },
  };
}
