import { UserError } from '../errors/user-error.ts';

import type { ServiceDescriptor } from '../registry/descriptors.ts';

import { compileWildcards } from './rpc-pattern.ts';
import type { RpcTable } from './rpc-table.ts';

/** A list of services that cannot be meant as it stands. */
export class ServiceListError extends UserError {
  override readonly name = 'ServiceListError';
}

/**
 * The services that a list of patterns over full names means: a later pattern wins over an earlier one, `!` excludes, and a
 * bare `*` leaves out what the table says must be named. Throws ServiceListError when nothing is left, since a surface
 * without services is a mistake in the list.
 */
export function selectServices(
  services: readonly ServiceDescriptor[],
  table: RpcTable,
  patterns: readonly string[],
): readonly ServiceDescriptor[] {
  const rules = patterns.map((text) => {
    const excludes = text.startsWith('!');
    const pattern = excludes ? text.slice(1) : text;
    return { excludes, isBare: pattern === '*', matches: compileWildcards(pattern) };
  });
  const selected = services.filter((service) => {
    const mustBeNamed = service.methods.some((method) => table.factsOf(method).expose === 'named');
    let isIn = false;
    for (const { excludes, isBare, matches } of rules) {
      if (!matches.test(service.fullName) || (isBare && mustBeNamed && !excludes)) continue;
      isIn = !excludes;
    }
    return isIn;
  });
  if (selected.length === 0) {
    const known = services.map(({ fullName }) => fullName).join(', ');
    throw new ServiceListError(`"${patterns.join(',')}" selects no service; there are: ${known}`);
  }
  return selected;
}
