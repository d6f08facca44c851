import { missingRow, notFound, tooManyRows } from '../wire/cuebot-error.ts';
import type { Farm } from './farm.ts';
import type { GroupRow, HostRow, JobRow, ShowRow } from './rows.ts';

type Absent = () => Error;

/** The row of an id. Throws what `absent` makes when there is none; most methods say so with INTERNAL. */
export function pickRow<Row>(table: ReadonlyMap<string, Row>, id: string, absent: Absent = missingRow): Row {
  const row = table.get(id);
  if (row === undefined) throw absent();
  return row;
}

/** The only row that passes the test. None: what `absent` makes (NOT_FOUND by default); several: INTERNAL. */
export function pickOnly<Row>(rows: Iterable<Row>, test: (row: Row) => boolean, absent: Absent = notFound): Row {
  const found = [...rows].filter(test);
  if (found.length > 1) throw tooManyRows(found.length);
  const [row] = found;
  if (row === undefined) throw absent();
  return row;
}

/** Sorts by name in code unit order. */
export function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  if (a.name === b.name) return 0;
  return a.name < b.name ? -1 : 1;
}

/** The show of a name, or the one that a former name stands for. Throws INTERNAL for two of a name. */
export function findShow(farm: Farm, name: string, absent: Absent = missingRow): ShowRow {
  const alias = farm.showAliases.get(name);
  const named = [...farm.shows.values()].filter((show) => show.name === name);
  return pickOnly(named.length === 0 && alias ? [alias] : named, () => true, absent);
}

/** The group at the root of a show's tree. */
export function rootGroup(farm: Farm, show: ShowRow): GroupRow {
  return pickOnly(farm.groups.values(), (group) => group.show === show && !group.parent, missingRow);
}

/** The job of a name that is not over, if there is one; names are unique among those. */
export function findLiveJob(farm: Farm, name: string): JobRow | undefined {
  for (const job of farm.jobs.values()) if (job.state !== 'FINISHED' && job.name === name) return job;
  return undefined;
}

/** The host of a name. */
export function findHost(farm: Farm, name: string, absent: Absent = missingRow): HostRow {
  return pickOnly(farm.hosts.values(), (host) => host.name === name, absent);
}
