import type { Farm } from '../farm/farm.ts';
import { insert } from '../farm/farm.ts';
import { newGroup, newShow } from '../farm/new-rows.ts';
import type { GroupRow, ShowRow } from '../farm/rows.ts';

const TESTING_ROOT_GROUP = 'A0000000-0000-0000-0000-000000000000';

// Parent and name; a root group has its show's name. Siblings are given from the highest order to the lowest.
const GROUPS: Readonly<Record<string, readonly (readonly [parent: string, name: string, priority?: number])[]>> = {
  testing: [['testing', 'wedges']],
  demo: [
    ['demo', 'lighting'],
    ['lighting', 'seq010', 110],
    ['lighting', 'seq020', 90],
    ['demo', 'anim'],
    ['demo', 'fx', 150],
    ['demo', 'comp'],
  ],
  aurora: [
    ['aurora', 'layout'],
    ['aurora', 'lighting', 120],
    ['aurora', 'fx'],
    ['fx', 'sims', 140],
  ],
};

const DEPARTMENTS: Readonly<Record<string, string>> = {
  lighting: 'Lighting',
  seq010: 'Lighting',
  seq020: 'Lighting',
  anim: 'Animation',
  layout: 'Layout',
  fx: 'FX',
  sims: 'FX',
};

// Show, allocation, size and burst in core points.
const SUBSCRIPTIONS: readonly (readonly [string, string, number, number])[] = [
  ['demo', 'local.general', 30_000, 40_000],
  ['demo', 'local.gpu', 8_000, 12_800],
  ['demo', 'local.desktop', 2_000, 4_000],
  ['aurora', 'local.general', 24_000, 32_000],
  ['aurora', 'cloud.general', 12_800, 38_400],
];

/** Adds the shows beside `testing`, every show's tree of groups, and the subscriptions, so many times the usual ones. */
export function seedShows(farm: Farm, total: number, times: number): void {
  const demo = newShow(farm.random.uuid(), 'demo', 400);
  const aurora = newShow(farm.random.uuid(), 'aurora', 320);
  insert(farm.shows, { ...demo, commentEmail: 'demo-wranglers@example.com', defaultMaxGpus: 16 });
  insert(farm.shows, { ...aurora, commentEmail: 'aurora@example.com,io@example.com' });
  insert(farm.shows, { ...newShow(farm.random.uuid(), 'vault', 100), active: false, bookingEnabled: false });
  for (let index = 0; index < total - 4; index++) {
    insert(farm.shows, newShow(farm.random.uuid(), otherShowName(index), 300));
  }
  for (const show of farm.shows.values()) seedGroups(farm, show);
  for (const [showName, allocationName, size, burst] of SUBSCRIPTIONS) {
    const allocation = farm.allocations.find((row) => row.name === allocationName)!;
    const show = findShow(farm, showName)!;
    const share = { size: size * times, burst: burst * times };
    insert(farm.subscriptions, { id: farm.random.uuid(), show, allocation, ...share });
  }
  seedOtherShows(farm, total - 4);
}

const OTHER_NAMES = ['atlas', 'borealis', 'cinder', 'dune', 'ember', 'fathom', 'glacier', 'harbor', 'ivory', 'juniper'];

/** The name of a show that only large farms have. */
export function otherShowName(index: number): string {
  const name = OTHER_NAMES[index % OTHER_NAMES.length]!;
  const season = Math.floor(index / OTHER_NAMES.length);
  return season === 0 ? name : `${name}${season + 1}`;
}

/** Every other show may use a share of each allocation that jobs ask for. */
function seedOtherShows(farm: Farm, count: number): void {
  for (let index = 0; index < count; index++) {
    const show = findShow(farm, otherShowName(index))!;
    for (const allocation of farm.allocations.filter(({ tag }) => tag !== 'unassigned')) {
      insert(farm.subscriptions, { id: farm.random.uuid(), show, allocation, size: 160_000, burst: 240_000 });
    }
  }
}

/** The show of a name that exists at most once on the seeded farm. */
export function findShow(farm: Farm, name: string): ShowRow | undefined {
  return [...farm.shows.values()].find((show) => show.name === name);
}

/** The group of a name inside a show; names are unique within each seeded show. */
export function findGroup(farm: Farm, show: ShowRow, name: string): GroupRow | undefined {
  return [...farm.groups.values()].find((group) => group.show === show && group.name === name);
}

function seedGroups(farm: Farm, show: ShowRow): void {
  const rootId = show.name === 'testing' ? TESTING_ROOT_GROUP : farm.random.uuid();
  const root = insert(
    farm.groups,
    newGroup({ id: rootId, name: show.name, show, parent: undefined, department: departmentOf(show.name) }),
  );
  const children = GROUPS[show.name] ?? (show.active ? [[show.name, 'lighting'] as const] : []);
  for (const [index, [parentName, name, priority = -1]] of children.entries()) {
    const parent = findGroup(farm, show, parentName) ?? root;
    const row = { id: farm.random.uuid(), name, show, parent, department: departmentOf(name) };
    insert(farm.groups, newGroup({ ...row, order: children.length - index, defaultJobPriority: priority }));
  }
}

function departmentOf(groupName: string): string {
  return DEPARTMENTS[groupName] ?? 'Pipeline';
}
