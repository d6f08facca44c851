/**
 * A scope as the issuer wants to be asked for it. Some (Entra, Google) want it with the name of the API in front, as in
 * `api://cuegate/farm.read`, and leave that out of the token; so it gets the front of those that are asked for at first.
 */
export function qualifyScope(scope: string, configured: readonly string[]): string {
  const [front] = configured.flatMap((each) => (each.includes('/') ? each.slice(0, each.lastIndexOf('/') + 1) : []));
  return front === undefined || scope.includes('/') ? scope : front + scope;
}
