import type { Farm } from '../farm/farm.ts';
import { pickOnly, pickRow } from '../farm/pick-row.ts';
import type { ActionRow, FilterRow } from '../farm/configuration-rows.ts';
import { viewFilter } from '../views/show-view.ts';
import { missingRow, thrown } from '../wire/cuebot-error.ts';
import type { EntityReference, ServiceHandlers } from '../wire/rpc-handler.ts';
import { idOf } from '../wire/rpc-handler.ts';

interface OfFilter {
  readonly filter: EntityReference | null;
}

/** filter.FilterInterface: all reads. */
export function createFilterService(farm: Farm): ServiceHandlers {
  const filterOf = ({ filter }: OfFilter) => pickRow(farm.filters, idOf(filter));
  return {
    FindFilter({ show, name }: { show: string; name: string }) {
      const test = (row: FilterRow) => row.show.name === show && row.name === name;
      return { filter: viewFilter(pickOnly(farm.filters.values(), test)) };
    },
    GetMatchers: (request: OfFilter) => ({ matchers: { matchers: filterOf(request).matchers } }),
    GetActions: (request: OfFilter) => ({
      actions: { actions: [...filterOf(request).actions].sort((a, b) => stops(a) - stops(b)) },
    }),
  };
}

/** filter.MatcherInterface: the read. */
export function createMatcherService(farm: Farm): ServiceHandlers {
  return {
    GetParentFilter({ matcher }: { matcher: EntityReference | null }) {
      const id = idOf(matcher);
      const test = (row: FilterRow) => row.matchers.some((candidate) => candidate.id === id);
      return { filter: viewFilter(pickOnly(farm.filters.values(), test, missingRow)) };
    },
  };
}

/** filter.ActionInterface: the read, which never worked. */
export function createActionService(): ServiceHandlers {
  return {
    GetParentFilter() {
      const text = 'Trying to get a filterId from a ActityEntity created without a filter';
      throw thrown('com.imageworks.spcue.SpcueRuntimeException', text);
    },
  };
}

/** The flag that actions are sorted by: whoever stops the processing comes last. */
function stops(action: ActionRow): number {
  return action.type === 'STOP_PROCESSING' ? 1 : 0;
}
