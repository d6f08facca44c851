import type { FilterRow, ServiceRow } from '../farm/configuration-rows.ts';
import { cutCores, wholeCores } from '../farm/cores.ts';
import type { Farm } from '../farm/farm.ts';
import { insert } from '../farm/farm.ts';
import { filtersOf, renumberFilters } from '../farm/filters.ts';
import { findShow, pickOnly } from '../farm/find-rows.ts';
import { createGroup } from '../farm/groups.ts';
import { newShow } from '../farm/new-rows.ts';
import type { AllocationRow, ShowRow } from '../farm/rows.ts';
import { conformName } from '../spec/names.ts';
import { viewSubscription } from '../views/allocation-view.ts';
import { viewOwner } from '../views/owner-view.ts';
import { viewFilter, viewServiceOverride, viewShow } from '../views/show-view.ts';
import { duplicateKey, illegalArgument, internalError, missingRow, stillReferenced } from '../wire/cuebot-error.ts';
import type { EntityReference, ServiceHandlers } from '../wire/rpc-handler.ts';
import { DONE } from './cuebot.ts';
import { createOverride } from './service-service.ts';

/** A request of ShowInterface that carries a show; only its id counts. */
export interface OfShow {
  readonly show: EntityReference | null;
}

/** The row of the show that a request names by id. */
export type ShowOf = (request: OfShow) => ShowRow;

/** The writes of show.ShowInterface. */
export function createShowWrites(farm: Farm, showOf: ShowOf): ServiceHandlers {
  return { ...createSetters(farm, showOf), ...createCreations(farm, showOf), ...createRemovals(farm, showOf) };
}

function createSetters(farm: Farm, showOf: ShowOf): ServiceHandlers {
  const setting =
    <Request extends OfShow>(valuesOf: (request: Request) => Partial<ShowRow>) =>
    (request: Request) => {
      Object.assign(showOf(request), valuesOf(request));
      farm.touch();
      return DONE;
    };
  const cores = (which: 'min' | 'max', value: number) => {
    const whole = wholeCores(value);
    const points = whole === -1 ? -1 : whole * 100;
    if (points < 0) throw illegalArgument(`Invalid argument, default ${which} cores ${points}must be greater tham 0`);
    return whole;
  };
  type Enabled = OfShow & { readonly enabled: boolean };
  return {
    SetActive: setting(({ value }: OfShow & { value: boolean }) => ({ active: value })),
    EnableBooking: setting(({ enabled }: Enabled) => ({ bookingEnabled: enabled })),
    EnableDispatching: setting(({ enabled }: Enabled) => ({ dispatchEnabled: enabled })),
    SetSchedulerManaged: setting(({ enabled }: Enabled) => ({ schedulerManaged: enabled })),
    SetCommentEmail: setting(({ email }: OfShow & { email: string }) => ({ commentEmail: email.replace(/,+$/, '') })),
    SetDefaultMaxCores: setting(({ maxCores }: OfShow & { maxCores: number }) => ({
      defaultMaxCores: cores('max', maxCores),
    })),
    SetDefaultMinCores: setting(({ minCores }: OfShow & { minCores: number }) => ({
      defaultMinCores: cores('min', minCores),
    })),
    SetDefaultMaxGpus: setting(({ maxGpus }: OfShow & { maxGpus: number }) => ({ defaultMaxGpus: maxGpus })),
    SetDefaultMinGpus: setting(({ minGpus }: OfShow & { minGpus: number }) => ({ defaultMinGpus: minGpus })),
  };
}

function createCreations(farm: Farm, showOf: ShowOf): ServiceHandlers {
  return {
    CreateShow({ name }: { name: string }) {
      const show = createShow(farm, name);
      farm.touch();
      return { show: viewShow(farm, show) };
    },
    CreateSubscription(request: OfShow & { allocationId: string; size: number; burst: number }) {
      const test = ({ id, enabled }: AllocationRow) => enabled && id === request.allocationId;
      const allocation = pickOnly(farm.allocations, test, missingRow);
      const show = showOf(request);
      if ([...farm.subscriptions.values()].some((row) => row.show === show && row.allocation === allocation)) {
        const key = `(pk_show, pk_alloc)=(${show.id}, ${allocation.id})`;
        throw duplicateKey(INSERT_SUBSCRIPTION, 'c_subscription_uk', key);
      }
      const size = Math.round(cutCores(request.size) * 100);
      const burst = Math.round(cutCores(request.burst) * 100);
      const row = insert(farm.subscriptions, { id: farm.random.uuid(), show, allocation, size, burst });
      farm.touch();
      return { subscription: viewSubscription(row) };
    },
    CreateFilter(request: OfShow & { name: string }) {
      const show = showOf(request);
      const row: FilterRow = {
        id: farm.random.uuid(),
        name: request.name,
        show,
        type: 'MATCH_ALL',
        // Before all others, which are numbered anew behind it.
        order: 0,
        enabled: true,
        matchers: [],
        actions: [],
      };
      insert(farm.filters, row);
      renumberFilters(farm, show);
      // The filter is read back by its name, which fails when the show has two of it.
      return { filter: viewFilter(pickOnly(filtersOf(farm, show), ({ name }) => name === row.name, missingRow)) };
    },
    CreateOwner(request: OfShow & { name: string }) {
      const show = showOf(request);
      if ([...farm.owners.values()].some((owner) => owner.name === request.name)) {
        throw duplicateKey(INSERT_OWNER, 'i_owner_str_username', `(str_username)=(${request.name})`);
      }
      const owner = insert(farm.owners, { id: farm.random.uuid(), name: request.name, show });
      farm.touch();
      return { owner: viewOwner(farm, owner) };
    },
    CreateServiceOverride(request: OfShow & { service: ServiceRow | null }) {
      const show = showOf(request);
      createOverride(farm, show, request.service);
      const row = [...farm.serviceOverrides.values()].at(-1)!;
      return { serviceOverride: viewServiceOverride(row) };
    },
  };
}

const INSERT_SUBSCRIPTION =
  'INSERT INTO subscription (pk_subscription, pk_alloc, pk_show, int_size, int_burst) VALUES (?,?,?,?,?)';
const INSERT_OWNER = 'INSERT INTO owner (pk_owner,pk_show,str_username) VALUES (?,?,?)';

/** Stores a show with its root group. Every failure is told in the words of the one method that does this. */
function createShow(farm: Farm, wanted: string): ShowRow {
  let name: string;
  try {
    name = conformName('Show', wanted);
  } catch (error) {
    throw internalError(`Show could not be created.${error instanceof Error ? error.message : error}`);
  }
  if (!farm.defects.has('double-names') && [...farm.shows.values()].some((show) => show.name === name)) {
    const twin = duplicateKey(
      'INSERT INTO show (pk_show,str_name) VALUES (?,?)',
      'c_show_name',
      `(str_name)=(${name})`,
    );
    throw internalError(`Show could not be created.${twin.reason}`);
  }
  const show = insert(farm.shows, newShow(farm.random.uuid(), name));
  createGroup(farm, show, undefined, name);
  return show;
}

function createRemovals(farm: Farm, showOf: ShowOf): ServiceHandlers {
  return {
    Delete(request: OfShow) {
      const show = showOf(request);
      refuseWhenUsed(farm, show);
      for (const group of [...farm.groups.values()]) if (group.show === show) farm.groups.delete(group.id);
      for (const row of [...farm.departments.values()]) if (row.show === show) farm.departments.delete(row.id);
      for (const [alias, target] of [...farm.showAliases]) if (target === show) farm.showAliases.delete(alias);
      farm.shows.delete(show.id);
      farm.touch();
      return DONE;
    },
    // The old name stands for the other show from now on, in job specs only.
    Archive(request: OfShow & { targetShowName: string }) {
      const show = showOf(request);
      const target = findShow(farm, request.targetShowName);
      farm.showAliases.set(show.name, target);
      show.name = `${show.name}_archive`;
      farm.touch();
      return DONE;
    },
  };
}

function refuseWhenUsed(farm: Farm, show: ShowRow): void {
  const uses: Readonly<Record<string, boolean>> = {
    job: show.archived.jobs > 0 || [...farm.jobs.values()].some((job) => job.group.show === show),
    subscription: [...farm.subscriptions.values()].some((row) => row.show === show),
    filter: [...farm.filters.values()].some((row) => row.show === show),
    owner: [...farm.owners.values()].some((row) => row.show === show),
    show_service: [...farm.serviceOverrides.values()].some((row) => row.show === show),
  };
  const by = Object.keys(uses).find((table) => uses[table]);
  if (by) throw stillReferenced('DELETE FROM show WHERE pk_show=?', 'show', `c_${by}_pk_show`, by);
}
