import type { Farm } from '../../../src/demo/farm/farm.ts';
import type { AllocationRow, GroupRow, HostRow, JobRow, LimitRow, ShowRow } from '../../../src/demo/farm/rows.ts';
import type { Json } from '../../json.ts';

/** One call: what the farm was like, what is asked, what comes back, what the farm is like then. */
export interface RpcCase {
  /** Puts the farm where no call leads to, before everything else. */
  readonly arrange?: (farm: Farm) => void;
  /** Made when the case's turn comes, since ids and earlier cases decide. An absent one is an empty request. */
  readonly request?: (farm: Farm) => Json;
  /** What the reply must hold; an empty reply by default. */
  readonly answer?: Json | ((farm: Farm) => Json);
  /** What the call fails with: a code and the last line of its text, or the whole text of one line. */
  readonly fails?: readonly [code: number, text: string];
  /** The part of the farm that the call changes, and its values before and after. Reads have none, and change nothing. */
  readonly state?: (farm: Farm) => unknown;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** Cases of one service by method; several of a method run one after the other. */
export type RpcTable = Readonly<Record<string, RpcCase | readonly RpcCase[]>>;

/** What a row that does not exist makes most calls say. */
export const MISSING = [13, 'Incorrect result size: expected 1, actual 0'] as const;

/** The job whose name ends so. */
export function jobOf(farm: Farm, suffix: string): JobRow {
  return [...farm.jobs.values()].find(({ name }) => name.endsWith(`_${suffix}`))!;
}

/** The host of a name. */
export function hostOf(farm: Farm, name: string): HostRow {
  return [...farm.hosts.values()].find((host) => host.name === name)!;
}

/** The show of a name. */
export function showOf(farm: Farm, name: string): ShowRow {
  return [...farm.shows.values()].find((show) => show.name === name)!;
}

/** The group of a name in a show. */
export function groupOf(farm: Farm, show: string, name: string): GroupRow {
  return [...farm.groups.values()].find((group) => group.show.name === show && group.name === name)!;
}

/** The limit of a name. */
export function limitOf(farm: Farm, name: string): LimitRow {
  return [...farm.limits.values()].find((limit) => limit.name === name)!;
}

/** The allocation of a name. */
export function allocationOf(farm: Farm, name: string): AllocationRow {
  return farm.allocations.find((allocation) => allocation.name === name)!;
}

/** How requests name an entity. */
export function ref(row: { readonly id: string }): Json {
  return { id: row.id };
}

/** The first row of a table that passes the test. */
export function first<Row>(table: ReadonlyMap<string, Row>, test: (row: Row) => boolean = () => true): Row {
  return [...table.values()].find(test)!;
}
