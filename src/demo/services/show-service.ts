import type { Farm } from '../farm/farm.ts';
import { filtersOf } from '../farm/filters.ts';
import { byName, pickOnly, pickRow, rootGroup } from '../farm/find-rows.ts';
import type { ShowRow } from '../farm/rows.ts';
import { findJobs } from '../search/find-jobs.ts';
import { viewSubscription } from '../views/allocation-view.ts';
import { viewGroup, viewWhiteboard } from '../views/group-view.ts';
import { viewJob } from '../views/job-view.ts';
import { viewDeed } from '../views/owner-view.ts';
import { viewDepartment, viewFilter, viewServiceOverride, viewShow, viewShows } from '../views/show-view.ts';
import { missingRow } from '../wire/cuebot-error.ts';
import type { Message } from '../wire/message-codec.ts';
import type { EntityReference, ServiceHandlers } from '../wire/rpc-handler.ts';
import { idOf } from '../wire/rpc-handler.ts';
import type { Cuebot } from './cuebot.ts';
import type { OfShow, ShowOf } from './show-writes.ts';
import { createShowWrites } from './show-writes.ts';

// The whiteboard of a show is kept so long, and may be as old.
const WHITEBOARD_SEC = 10;

/** show.ShowInterface. */
export function createShowService({ farm }: Cuebot): ServiceHandlers {
  const showOf: ShowOf = ({ show }) => pickRow(farm.shows, idOf(show));
  return { ...createLookups(farm), ...createChildReads(farm, showOf), ...createShowWrites(farm, showOf) };
}

function createLookups(farm: Farm): ServiceHandlers {
  return {
    FindShow: ({ name }: { name: string }) => ({
      show: viewShow(
        farm,
        pickOnly(farm.shows.values(), (show) => show.name === name),
      ),
    }),
    GetShows: () => viewShows(farm, [...farm.shows.values()]),
    GetActiveShows: () =>
      viewShows(
        farm,
        [...farm.shows.values()].filter((show) => show.active),
      ),
  };
}

function createChildReads(farm: Farm, showOf: ShowOf): ServiceHandlers {
  const whiteboard = createWhiteboard(farm);
  const ofShow = <Row extends { readonly show: ShowRow }>(table: ReadonlyMap<string, Row>, request: OfShow): Row[] => {
    const show = showOf(request);
    return [...table.values()].filter((row) => row.show === show);
  };
  return {
    GetGroups(request: OfShow) {
      const groups = ofShow(farm.groups, request).sort((a, b) => a.level - b.level || byName(a, b));
      return { groups: { groups: groups.map((group) => viewGroup(farm, group)) } };
    },
    GetRootGroup: (request: OfShow) => ({ group: viewGroup(farm, rootGroup(farm, showOf(request))) }),
    GetJobs(request: OfShow) {
      const show = showOf(request);
      const jobs = findJobs(farm, null).filter((job) => job.group.show === show);
      return { jobs: { jobs: jobs.map((job) => viewJob(farm, job)) } };
    },
    GetJobWhiteboard: (request: OfShow & { fresh: boolean }) => whiteboard(showOf(request), request.fresh),
    GetFilters: (request: OfShow) => ({ filters: { filters: filtersOf(farm, showOf(request)).map(viewFilter) } }),
    FindFilter(request: OfShow & { name: string }) {
      const rows = ofShow(farm.filters, request);
      return { filter: viewFilter(pickOnly(rows, ({ name }) => name === request.name, missingRow)) };
    },
    GetSubscriptions: (request: OfShow) => ({
      subscriptions: { subscriptions: ofShow(farm.subscriptions, request).map(viewSubscription) },
    }),
    GetDepartments: (request: OfShow) => ({
      departments: { departments: ofShow(farm.departments, request).map(viewDepartment) },
    }),
    GetDepartment(request: OfShow & { department: string }) {
      const rows = ofShow(farm.departments, request);
      return { department: viewDepartment(pickOnly(rows, ({ dept }) => dept === request.department, missingRow)) };
    },
    GetServiceOverrides: (request: OfShow) => ({
      serviceOverrides: { serviceOverrides: ofShow(farm.serviceOverrides, request).map(viewServiceOverride) },
    }),
    GetServiceOverride(request: OfShow & { name: string }) {
      const isAsked = ({ data }: { data: EntityReference }) => data.name === request.name || data.id === request.name;
      const row = pickOnly(ofShow(farm.serviceOverrides, request), isAsked, missingRow);
      return { serviceOverride: viewServiceOverride(row) };
    },
    GetDeeds(request: OfShow) {
      const show = showOf(request);
      const deeds = [...farm.deeds.values()].filter(({ owner }) => owner.show === show);
      return { deeds: { deeds: deeds.map((deed) => viewDeed(farm, deed)) } };
    },
  };
}

/** A show's tree of groups and jobs, as it was at most ten seconds ago; `fresh` asks for the present one. */
function createWhiteboard(farm: Farm): (show: ShowRow, fresh: boolean) => Message {
  const kept = new Map<ShowRow, { readonly at: number; readonly whiteboard: Message }>();
  return (show, fresh) => {
    const known = kept.get(show);
    if (known && !fresh && farm.now() - known.at < WHITEBOARD_SEC) return { whiteboard: known.whiteboard };
    const whiteboard = viewWhiteboard(farm, rootGroup(farm, show));
    kept.set(show, { at: farm.now(), whiteboard });
    return { whiteboard };
  };
}
