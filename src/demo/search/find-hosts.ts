import type { Farm } from '../farm/farm.ts';
import type { HostRow } from '../farm/rows.ts';
import { anyOf, compileLike, compileRegex, isAmong } from './matchers.ts';

/** host.HostSearchCriteria. `allocs` are names of allocations. */
export interface HostCriteria {
  readonly hosts: readonly string[];
  readonly regex: readonly string[];
  readonly substr: readonly string[];
  readonly ids: readonly string[];
  readonly allocs: readonly string[];
  readonly states: { readonly state: readonly string[] } | null;
  readonly lockStates: { readonly state: readonly string[] } | null;
}

const STATEMENT = 'SELECT host.pk_host FROM host WHERE host.str_name ~ ?';

/** Hosts that match, in no promised order and without a limit; no criteria match every host. */
export function findHosts(farm: Farm, criteria: HostCriteria | null): HostRow[] {
  const hosts = [...farm.hosts.values()];
  if (!criteria) return hosts;
  const nameTest = anyOf(criteria.regex.map((pattern) => compileRegex(pattern, STATEMENT)));
  const wordTest = anyOf(criteria.substr.map(compileLike));
  const tests: ((host: HostRow) => boolean)[] = [
    isAmong(criteria.hosts, (host) => host.name),
    isAmong(criteria.ids, (host) => host.id),
    isAmong(criteria.allocs, (host) => host.allocation.name),
    isAmong(criteria.states?.state ?? [], (host) => host.state),
    isAmong(criteria.lockStates?.state ?? [], (host) => host.lockState),
    (host) => nameTest(host.name) && wordTest(host.name),
  ];
  return hosts.filter((host) => tests.every((test) => test(host)));
}
