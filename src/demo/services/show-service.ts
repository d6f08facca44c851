import type { Farm } from '../farm/farm.ts';
import { pickOnly, pickRow } from '../farm/pick-row.ts';
import type { GroupRow, ShowRow } from '../farm/rows.ts';
import { byName, findJobs } from '../search/find-jobs.ts';
import { viewDeed, viewSubscription } from '../views/host-view.ts';
import { viewJob } from '../views/job-view.ts';
import { viewDepartment, viewFilter, viewGroup, viewServiceOverride, viewShow } from '../views/show-view.ts';
import { viewWhiteboard } from '../views/whiteboard-view.ts';
import { missingRow, thrown } from '../wire/cuebot-error.ts';
import type { EntityReference, ServiceHandlers } from '../wire/rpc-handler.ts';
import { idOf } from '../wire/rpc-handler.ts';

interface OfShow {
  readonly show: EntityReference | null;
}

/** show.ShowInterface: all reads, and the setters. */
export function createShowService(farm: Farm): ServiceHandlers {
  const showOf = ({ show }: OfShow) => pickRow(farm.shows, idOf(show));
  return { ...createReads(farm, showOf), ...createSetters(farm, showOf) };
}

function createReads(farm: Farm, showOf: (request: OfShow) => ShowRow): ServiceHandlers {
  const listShows = (shows: readonly ShowRow[]) => ({ shows: { shows: shows.map((show) => viewShow(farm, show)) } });
  const groupsOf = (show: ShowRow) => [...farm.groups.values()].filter((group) => group.show === show);
  return {
    FindShow: ({ name }: { name: string }) => ({
      show: viewShow(
        farm,
        pickOnly(farm.shows.values(), (show) => show.name === name),
      ),
    }),
    GetShows: () => listShows([...farm.shows.values()]),
    GetActiveShows: () => listShows([...farm.shows.values()].filter((show) => show.active)),
    GetGroups(request: OfShow) {
      const groups = groupsOf(showOf(request)).sort((a, b) => a.level - b.level || byName(a, b));
      return { groups: { groups: groups.map((group) => viewGroup(farm, group)) } };
    },
    GetRootGroup: (request: OfShow) => ({ group: viewGroup(farm, rootOf(groupsOf(showOf(request)))) }),
    GetJobs(request: OfShow) {
      const show = showOf(request);
      const jobs = findJobs(farm, null).filter((job) => job.group.show === show);
      return { jobs: { jobs: jobs.map((job) => viewJob(farm, job)) } };
    },
    GetJobWhiteboard: (request: OfShow) => ({
      whiteboard: viewWhiteboard(farm, rootOf(groupsOf(showOf(request)))),
    }),
    GetFilters(request: OfShow) {
      const show = showOf(request);
      const filters = [...farm.filters.values()].filter((filter) => filter.show === show);
      return { filters: { filters: filters.sort((a, b) => a.order - b.order).map(viewFilter) } };
    },
    FindFilter(request: OfShow & { name: string }) {
      const show = showOf(request);
      const matches = farm.filters.values();
      return {
        filter: viewFilter(pickOnly(matches, (row) => row.show === show && row.name === request.name, missingRow)),
      };
    },
    GetSubscriptions(request: OfShow) {
      const show = showOf(request);
      const rows = [...farm.subscriptions.values()].filter((row) => row.show === show);
      return { subscriptions: { subscriptions: rows.map((row) => viewSubscription(farm, row)) } };
    },
    GetDepartments(request: OfShow) {
      const show = showOf(request);
      const rows = [...farm.departments.values()].filter((row) => row.show === show);
      return { departments: { departments: rows.map(viewDepartment) } };
    },
    GetDepartment(request: OfShow & { department: string }) {
      const show = showOf(request);
      const test = (row: { show: ShowRow; dept: string }) => row.show === show && row.dept === request.department;
      return { department: viewDepartment(pickOnly(farm.departments.values(), test, missingRow)) };
    },
    GetServiceOverrides(request: OfShow) {
      const show = showOf(request);
      const rows = [...farm.serviceOverrides.values()].filter((row) => row.show === show);
      return { serviceOverrides: { serviceOverrides: rows.map(viewServiceOverride) } };
    },
    GetServiceOverride(request: OfShow & { name: string }) {
      const show = showOf(request);
      const row = pickOnly(
        farm.serviceOverrides.values(),
        ({ show: owner, data }) => owner === show && (data.name === request.name || data.id === request.name),
        missingRow,
      );
      return { serviceOverride: viewServiceOverride(row) };
    },
    GetDeeds(request: OfShow) {
      const show = showOf(request);
      return { deeds: { deeds: [...farm.deeds.values()].filter((row) => row.owner.show === show).map(viewDeed) } };
    },
  };
}

function createSetters(farm: Farm, showOf: (request: OfShow) => ShowRow): ServiceHandlers {
  const set = (request: OfShow, change: Partial<ShowRow>) => {
    Object.assign(showOf(request), change);
    farm.touch();
    return {};
  };
  const wholeCores = (request: OfShow, cores: number) => {
    showOf(request);
    if (cores < 0) throw thrown('java.lang.IllegalArgumentException', 'The core value must not be negative.');
    return Math.round(cores);
  };
  return {
    SetActive: (request: OfShow & { value: boolean }) => set(request, { active: request.value }),
    EnableBooking: (request: OfShow & { enabled: boolean }) => set(request, { bookingEnabled: request.enabled }),
    EnableDispatching: (request: OfShow & { enabled: boolean }) => set(request, { dispatchEnabled: request.enabled }),
    SetCommentEmail: (request: OfShow & { email: string }) => set(request, { commentEmail: request.email }),
    SetDefaultMaxCores: (request: OfShow & { maxCores: number }) =>
      set(request, { defaultMaxCores: wholeCores(request, request.maxCores) }),
    SetDefaultMinCores: (request: OfShow & { minCores: number }) =>
      set(request, { defaultMinCores: wholeCores(request, request.minCores) }),
    SetDefaultMaxGpus: (request: OfShow & { maxGpus: number }) => set(request, { defaultMaxGpus: request.maxGpus }),
    SetDefaultMinGpus: (request: OfShow & { minGpus: number }) => set(request, { defaultMinGpus: request.minGpus }),
    SetSchedulerManaged: (request: OfShow & { enabled: boolean }) =>
      set(request, { schedulerManaged: request.enabled }),
  };
}

function rootOf(groups: readonly GroupRow[]): GroupRow {
  return pickOnly(groups, (group) => group.parent === undefined, missingRow);
}
