import { providerUrlProblem } from '../authentication/provider-fetch.ts';
import { UserError } from '../errors/user-error.ts';

const wellKnownPath = '/.well-known/oauth-protected-resource';

/** How long the gateway may take to answer, in milliseconds. */
const timeoutMs = 10_000;

/**
 * Asks a gateway who issues the tokens that it takes (RFC 9728, https://www.rfc-editor.org/rfc/rfc9728#section-3). Rejects with a UserError
 * when it does not say.
 */
export async function findIssuer(gateway: string): Promise<string> {
  const { origin, pathname } = new URL(gateway);
  const url = `${origin}${wellKnownPath}${pathname === '/' ? '' : pathname.replace(/\/$/, '')}`;
  const issuer = await askFor(url);
  if (issuer === undefined) {
    throw new UserError(
      `${url} does not say who issues tokens for the gateway; is it up, and has it PUBLIC_URL and OIDC_ISSUERS? Or name the issuer with --issuer`,
    );
  }
  const problem = providerUrlProblem(issuer, { allowHttp: false });
  if (problem !== undefined) throw new UserError(`${url}: the issuer ${problem}`);
  return issuer;
}

async function askFor(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
    const { authorization_servers: issuers } = (await response.json()) as { readonly authorization_servers?: unknown };
    const [first] = Array.isArray(issuers) ? issuers : [];
    return typeof first === 'string' ? first : undefined;
  } catch {
    return undefined;
  }
}
