/**
 * Why a request is turned away before anybody asks who sent it: for a host that is not this gateway's, from a page of
 * another site, or in a form that browsers send for any page without asking.
 */
export type BlockReason = 'unknown-host' | 'cross-site' | 'simple-content-type';

/** A request that is turned away. */
export interface BlockedRequest {
  readonly reason: BlockReason;
  /** 421: RFC 9110, 15.5.20, https://www.rfc-editor.org/rfc/rfc9110#section-15.5.20. */
  readonly httpStatus: 403 | 415 | 421;
  /** What was found, what was expected, and how to get there. */
  readonly message: string;
}

/** A name that does not lead here: either a browser was tricked (DNS rebinding), or the setting lacks the name. */
export function unknownHost(host: string): BlockedRequest {
  const name = withoutPort(host);
  const message = `this gateway is not "${name}"; if that is one of its names, its operator adds it to ALLOWED_HOSTS`;
  return { reason: 'unknown-host', httpStatus: 421, message };
}

/** A page of another site sent it. */
export function crossSite(origin: string | undefined): BlockedRequest {
  const message =
    `requests of pages of other sites are refused, and this one comes from ${origin ?? 'such a page'}; if it is one of yours, ` +
    'its origin belongs into CORS_ORIGINS, and a proxy before the gateway must pass the Host header on as it is';
  return { reason: 'cross-site', httpStatus: 403, message };
}

/** Without tokens, the content type is what tells a program from a form on somebody's page. */
export function simpleContentType(contentType: string | undefined): BlockedRequest {
  const found = contentType === undefined ? 'it has none' : `it is "${contentType}"`;
  const message = `with AUTH=none a body needs "Content-Type: application/json"; ${found}`;
  return { reason: 'simple-content-type', httpStatus: 415, message };
}

/** As ALLOWED_HOSTS takes it. */
function withoutPort(host: string): string {
  return host.replace(/(?<=^[^:]*|\]):\d*$/, '');
}
