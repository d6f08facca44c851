import { cuebotThrown, duplicateKey } from '../wire/cuebot-error.ts';
import type { Farm } from './farm.ts';
import { insert } from './farm.ts';
import { newGroup } from './new-rows.ts';
import type { GroupRow, JobRow, ShowRow } from './rows.ts';

const INSERT_GROUP = 'INSERT INTO folder (pk_folder,pk_parent_folder,pk_show,pk_dept,str_name) VALUES (?,?,?,?,?)';
const DEFAULT_DEPARTMENT = 'Unknown';

/** Adds a group to the tree of a show, and the department's row when the show has none of that name yet. */
export function createGroup(farm: Farm, show: ShowRow, parent: GroupRow | undefined, name: string): GroupRow {
  if ([...farm.groups.values()].some((group) => group.parent === parent && parent && group.name === name)) {
    const twin = duplicateKey(INSERT_GROUP, 'c_folder_uk', `(pk_parent_folder, str_name)=(${parent?.id}, ${name})`);
    throw cuebotThrown('EntityCreationError', `error creating group, ${twin.exception}`);
  }
  const row = newGroup({ id: farm.random.uuid(), name, show, parent, department: DEFAULT_DEPARTMENT });
  ensureDepartment(farm, show, DEFAULT_DEPARTMENT);
  farm.touch();
  return insert(farm.groups, row);
}

/** Makes sure that a show has the row of a department. */
export function ensureDepartment(farm: Farm, show: ShowRow, dept: string): void {
  for (const row of farm.departments.values()) if (row.show === show && row.dept === dept) return;
  insert(farm.departments, {
    id: farm.random.uuid(),
    show,
    dept,
    tiTask: '',
    minCores: 0,
    tiManaged: false,
    tasks: [],
  });
}

/** Hangs a group below another of the same show, its sub-groups with it. */
export function moveGroup(farm: Farm, group: GroupRow, parent: GroupRow): void {
  refuseMove(group, parent);
  group.parent = parent;
  setLevel(farm, group, parent.level + 1);
  farm.touch();
}

function refuseMove(group: GroupRow, parent: GroupRow): void {
  const refuse = (reason: string) => cuebotThrown('EntityModificationError', `error moving group, ${reason}`);
  if (group === parent) throw refuse('cannot move group into itself');
  if (group.show !== parent.show) throw refuse('cannot move groups between shows');
  for (let above = parent.parent; above; above = above.parent) {
    if (above === group) throw refuse('you cannot move a group into one of its sub groups');
  }
  if (!group.parent) throw refuse(`${group.name}, the group does not exist or its the top level group`);
}

function setLevel(farm: Farm, group: GroupRow, level: number): void {
  group.level = level;
  for (const child of farm.groups.values()) if (child.parent === group) setLevel(farm, child, level + 1);
}

/** Jobs that lie directly in a group and are in the live tables, finished ones too. */
export function jobsOf(farm: Farm, group: GroupRow): JobRow[] {
  return [...farm.jobs.values()].filter((job) => job.group === group);
}
