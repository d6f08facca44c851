import type { AuthorizationServer } from '../authentication/oidc/authorization-server.ts';

/** What a page needs beyond files of its own; nothing when not given. */
export interface PolicyNeeds {
  /** Whether parts that are not ours set `style` attributes. */
  readonly styleAttributes?: boolean;
  /** Whether style sheets that are not ours hold pictures, as `data:`. */
  readonly dataPictures?: boolean;
}

/**
 * What a page may do, for browsers (https://www.w3.org/TR/CSP3/): load scripts, styles and pictures from here, and talk to
 * here and, where people log in, to the addresses at which the issuer gives and ends tokens; nothing else. In particular no
 * inline script and no eval run, and no other page may frame this one.
 *
 * @param server where people log in; undefined: nowhere
 */
export function contentSecurityPolicy(
  { styleAttributes = false, dataPictures = false }: PolicyNeeds = {},
  server?: AuthorizationServer,
): string {
  const { token_endpoint: token, revocation_endpoint: revocation } = server ?? {};
  // By path and not by origin: what else is at the issuer's is none of the page's business.
  const addresses = [token, revocation].flatMap((url) => (url === undefined ? [] : withoutQuery(url)));
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    ...(styleAttributes ? ["style-src-attr 'unsafe-inline'"] : []),
    dataPictures ? "img-src 'self' data:" : "img-src 'self'",
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
