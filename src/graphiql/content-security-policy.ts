import type { AuthorizationServer } from '../authentication/oidc/authorization-server.ts';

/**
 * What the page may do, for browsers (https://www.w3.org/TR/CSP3/): load scripts, styles and pictures from here, and talk to
 * here and, where people log in, to the addresses at which the issuer gives and ends tokens; nothing else. In particular no
 * inline script and no eval run, and no other page may frame this one.
 * `unsafe-inline` is for the `style` attributes with which CodeMirror's search box sets its own width. `data:` pictures are
 * the marks that its style sheet sets beside a wrong line.
 *
 * @param server where people log in; undefined: nowhere
 */
export function contentSecurityPolicy(server?: AuthorizationServer): string {
  const { token_endpoint: token, revocation_endpoint: revocation } = server ?? {};
  // By path and not by origin: what else is at the issuer's is none of the page's business.
  const addresses = [token, revocation].flatMap((url) => (url === undefined ? [] : withoutQuery(url)));
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    ['connect-src', "'self'", ...new Set(addresses)].join(' '),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** A source expression has no query (https://www.w3.org/TR/CSP3/#grammardef-path-part), and `;` and `,` must be escaped. */
function withoutQuery(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname.replaceAll(';', '%3B').replaceAll(',', '%2C');
}
