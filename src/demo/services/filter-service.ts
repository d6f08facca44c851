import type { ActionRow, FilterRow, MatcherRow } from '../farm/configuration-rows.ts';
import type { Farm } from '../farm/farm.ts';
import { actionsInOrder, renumberFilters, runFilter } from '../farm/filters.ts';
import { pickOnly, pickRow } from '../farm/find-rows.ts';
import { jobsOf } from '../farm/groups.ts';
import { viewFilter } from '../views/show-view.ts';
import { cuebotThrown, missingRow } from '../wire/cuebot-error.ts';
import type { EntityReference, ServiceHandlers } from '../wire/rpc-handler.ts';
import { idOf } from '../wire/rpc-handler.ts';
import type { Cuebot } from './cuebot.ts';
import { DONE } from './cuebot.ts';

interface OfFilter {
  readonly filter: EntityReference | null;
}

type ActionData = Omit<ActionRow, 'id'> & { readonly id: string };

// Whoever comes first or last is put there before the filters are numbered anew.
const FIRST = 0;
const LAST = 9999;

/** filter.FilterInterface. */
export function createFilterService({ farm, queue }: Cuebot): ServiceHandlers {
  const filterOf = ({ filter }: OfFilter) => pickRow(farm.filters, idOf(filter));
  const changing =
    <Request extends OfFilter>(change: (filter: FilterRow, request: Request) => void) =>
    (request: Request) => {
      change(filterOf(request), request);
      farm.touch();
      return DONE;
    };
  const ordering = <Request extends OfFilter>(orderOf: (filter: FilterRow, request: Request) => number) =>
    changing((filter, request: Request) => {
      filter.order = orderOf(filter, request);
      renumberFilters(farm, filter.show);
    });
  return {
    FindFilter({ show, name }: { show: string; name: string }) {
      const test = (row: FilterRow) => row.show.name === show && row.name === name;
      return { filter: viewFilter(pickOnly(farm.filters.values(), test)) };
    },
    GetMatchers: (request: OfFilter) => ({ matchers: { matchers: filterOf(request).matchers } }),
    GetActions: (request: OfFilter) => ({ actions: { actions: actionsInOrder(filterOf(request)) } }),
    CreateMatcher(request: OfFilter & { data: Omit<MatcherRow, 'id'> | null }) {
      const filter = filterOf(request);
      const { subject = 'JOB_NAME', type = 'CONTAINS', input = '' } = request.data ?? {};
      const matcher = { id: farm.random.uuid(), subject, type, input };
      filter.matchers.push(matcher);
      farm.touch();
      return { matcher };
    },
    CreateAction(request: OfFilter & { data: ActionData | null }) {
      const filter = filterOf(request);
      const action = { id: farm.random.uuid(), ...keptValues(farm, request.data ?? NO_ACTION) };
      filter.actions.push(action);
      farm.touch();
      return { action };
    },
    Delete(request: OfFilter) {
      const filter = filterOf(request);
      queue.execute(`delete filter ${filter.id}`, () => {
        farm.filters.delete(filter.id);
        renumberFilters(farm, filter.show);
      });
      return DONE;
    },
    SetName: changing((filter, { name }: OfFilter & { name: string }) => {
      filter.name = name;
    }),
    SetType: changing((filter, { type }: OfFilter & Pick<FilterRow, 'type'>) => {
      filter.type = type;
    }),
    SetEnabled: changing((filter, { enabled }: OfFilter & { enabled: boolean }) => {
      filter.enabled = enabled;
    }),
    // Half a place too far, so that the filter passes its neighbour when all are numbered anew.
    SetOrder: ordering((_filter, { order }: OfFilter & { order: number }) => order - 0.1),
    OrderFirst: ordering(() => FIRST - 0.1),
    OrderLast: ordering(() => LAST - 0.1),
    RaiseOrder: ordering(({ order }) => order - 1.1),
    LowerOrder: ordering(({ order }) => order + 1.1),
    RunFilterOnGroup(request: OfFilter & { group: EntityReference | null }) {
      const filter = filterOf(request);
      const group = pickRow(farm.groups, idOf(request.group));
      for (const job of jobsOf(farm, group)) if (job.state === 'PENDING') runFilter(farm, filter, job);
      return DONE;
    },
    RunFilterOnJobs(request: OfFilter & { jobs: { jobs: readonly EntityReference[] } | null }) {
      const filter = filterOf(request);
      for (const { id } of request.jobs?.jobs ?? []) runFilter(farm, filter, pickRow(farm.jobs, id));
      return DONE;
    },
  };
}

/** filter.MatcherInterface. */
export function createMatcherService({ farm }: Cuebot): ServiceHandlers {
  const find = (id: string) => {
    const test = (row: FilterRow) => row.matchers.some((matcher) => matcher.id === id);
    const filter = pickOnly(farm.filters.values(), test, missingRow);
    return { filter, matcher: filter.matchers.find((matcher) => matcher.id === id)! };
  };
  return {
    GetParentFilter: ({ matcher }: { matcher: EntityReference | null }) => ({
      filter: viewFilter(find(idOf(matcher)).filter),
    }),
    Commit({ matcher }: { matcher: MatcherRow | null }) {
      const { matcher: row } = find(matcher?.id ?? '');
      Object.assign(row, { subject: matcher?.subject, type: matcher?.type, input: matcher?.input });
      farm.touch();
      return DONE;
    },
    Delete({ matcher }: { matcher: EntityReference | null }) {
      const { filter, matcher: row } = find(idOf(matcher));
      filter.matchers.splice(filter.matchers.indexOf(row), 1);
      farm.touch();
      return DONE;
    },
  };
}

/** filter.ActionInterface. Its read never worked. */
export function createActionService({ farm }: Cuebot): ServiceHandlers {
  const find = (id: string) => {
    const test = (row: FilterRow) => row.actions.some((action) => action.id === id);
    const filter = pickOnly(farm.filters.values(), test, missingRow);
    return { filter, action: filter.actions.find((action) => action.id === id)! };
  };
  return {
    GetParentFilter({ action }: { action: EntityReference | null }) {
      if (!farm.defects.has('action-parents')) return { filter: viewFilter(find(idOf(action)).filter) };
      const text = 'Trying to get a filterId from a ActityEntity created without a filter';
      throw cuebotThrown('SpcueRuntimeException', text);
    },
    Commit({ action }: { action: ActionData | null }) {
      const id = action?.id ?? '';
      if (![...farm.filters.values()].some(({ actions }) => actions.some((row) => row.id === id))) {
        throw cuebotThrown('SpcueRuntimeException', `Invalid actionId on Action commit: ${id}`);
      }
      Object.assign(find(id).action, keptValues(farm, action ?? NO_ACTION));
      farm.touch();
      return DONE;
    },
    Delete({ action }: { action: EntityReference | null }) {
      const { filter, action: row } = find(idOf(action));
      filter.actions.splice(filter.actions.indexOf(row), 1);
      farm.touch();
      return DONE;
    },
  };
}

const NO_ACTION: ActionData = {
  id: '',
  type: 'MOVE_JOB_TO_GROUP',
  valueType: 'GROUP_TYPE',
  groupValue: '',
  stringValue: '',
  integerValue: 0,
  floatValue: 0,
  booleanValue: false,
};

/** Only the value of the action's value type is stored; a group must exist. */
function keptValues(farm: Farm, data: ActionData): Omit<ActionRow, 'id'> {
  const { type, valueType } = data;
  const isOf = (name: string) => valueType === name;
  if (isOf('GROUP_TYPE')) pickRow(farm.groups, data.groupValue);
  return {
    type,
    valueType,
    groupValue: isOf('GROUP_TYPE') ? data.groupValue : '',
    stringValue: isOf('STRING_TYPE') ? data.stringValue : '',
    integerValue: isOf('INTEGER_TYPE') ? data.integerValue : 0,
    floatValue: isOf('FLOAT_TYPE') ? data.floatValue : 0,
    booleanValue: isOf('BOOLEAN_TYPE') ? data.booleanValue : false,
  };
}
