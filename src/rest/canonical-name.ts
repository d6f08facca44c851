/**
 * `x-request-id` → `X-Request-Id`: the letter after a dash is upper case and every other lower, nothing else separates
 * words. As Go's textproto.CanonicalMIMEHeaderKey.
 */
export function canonicalName(name: string): string {
  return name.toLowerCase().replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase());
}
