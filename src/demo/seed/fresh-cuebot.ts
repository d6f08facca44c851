import type { ServiceRow } from '../farm/configuration-rows.ts';
import type { Defect } from '../farm/defects.ts';
import { USUAL_DEFECTS } from '../farm/defects.ts';
import type { Farm } from '../farm/farm.ts';
import { createFarm, insert } from '../farm/farm.ts';
import { newShow } from '../farm/new-rows.ts';
import type { Random } from '../farm/random.ts';
import type { AllocationRow, FacilityRow } from '../farm/rows.ts';

const DEPARTMENT_NAMES = ['Animation', 'Cloth', 'FX', 'Hair', 'Layout', 'Lighting', 'Pipeline', 'Unknown'];

const GIGABYTE = 1_048_576;
const DEFAULT_MEMORY = 3_355_443;

// Name, id suffix, threadable, core points, memory, tags: the rows that Cuebot's own seed data creates.
const SERVICES: readonly (readonly [string, string, boolean, number, number, string])[] = [
  ['default', 'A0', false, 100, DEFAULT_MEMORY, 'general desktop'],
  ['prman', 'A1', false, 100, DEFAULT_MEMORY, 'general desktop'],
  ['arnold', 'A2', true, 100, DEFAULT_MEMORY, 'general desktop'],
  ['shell', 'A3', false, 100, DEFAULT_MEMORY, 'general util'],
  ['maya', 'A4', false, 100, 2 * GIGABYTE, 'general desktop'],
  ['houdini', 'A5', false, 100, DEFAULT_MEMORY, 'general desktop'],
  ['katana', 'A7', true, 100, 2 * GIGABYTE, 'general desktop util'],
  ['nuke', 'A9', false, 100, 2 * GIGABYTE, 'general desktop'],
  ['preprocess', '11', false, 10, 393_216, 'util'],
  ['postprocess', '12', false, 10, 524_288, 'util'],
];

/** What a farm may be told when it begins. */
export interface FarmSettings {
  readonly defects?: ReadonlySet<Defect>;
  /** Where the jobs' logs lie; `/shots` by default, as in a stock Cuebot. */
  readonly logRoot?: string;
}

/** What the first start of a Cuebot finds in its database, plus the `local.gpu` allocation that the demo's hosts need. */
export function createFreshFarm(now: () => number, random: Random, settings: FarmSettings): Farm {
  const local: FacilityRow = { id: 'AAAAAAAA-AAAA-AAAA-AAAA-AAAAAAAAAAA1', name: 'local' };
  const cloud: FacilityRow = { id: 'AAAAAAAA-AAAA-AAAA-AAAA-AAAAAAAAAAA0', name: 'cloud' };
  const farm = createFarm({
    now,
    random,
    defects: settings.defects ?? USUAL_DEFECTS,
    logRoot: settings.logRoot ?? '/shots',
    facilities: [local, cloud],
    allocations: freshAllocations(random, local, cloud),
    departmentNames: [...DEPARTMENT_NAMES],
  });
  for (const service of SERVICES) insert(farm.services, serviceRow(...service));
  const testing = insert(farm.shows, newShow('00000000-0000-0000-0000-000000000000', 'testing'));
  farm.showAliases.set('test', testing);
  insert(farm.departments, {
    id: 'FFEEDDCC-AAAA-AAAA-AAAA-AAAAAAAAAAA0',
    show: testing,
    dept: 'Pipeline',
    tiTask: '',
    minCores: 0,
    tiManaged: false,
    tasks: [],
  });
  for (const [digit, name] of [
    ['1', 'local.general'],
    ['2', 'local.desktop'],
    ['3', 'cloud.general'],
  ] as const) {
    const allocation = farm.allocations.find((row) => row.name === name)!;
    const id = `00000000-0000-0000-0000-00000000000${digit}`;
    insert(farm.subscriptions, { id, show: testing, allocation, size: 100_000, burst: 100_000 });
  }
  return farm;
}

function freshAllocations(random: Random, local: FacilityRow, cloud: FacilityRow): AllocationRow[] {
  const row = (id: string, facility: FacilityRow, tag: string, isDefault = false): AllocationRow => ({
    id,
    name: `${facility.name}.${tag}`,
    tag,
    facility,
    billable: false,
    isDefault,
    enabled: true,
  });
  const numbered = (digit: number) => `00000000-0000-0000-0000-00000000000${digit}`;
  return [
    row(numbered(0), local, 'general', true),
    row(numbered(1), local, 'desktop'),
    row(numbered(2), local, 'unassigned'),
    row(numbered(3), cloud, 'general'),
    row(numbered(4), cloud, 'unassigned'),
    { ...row(random.uuid(), local, 'gpu'), billable: true },
  ];
}

function serviceRow(
  name: string,
  suffix: string,
  threadable: boolean,
  minCores: number,
  minMemory: number,
  tags: string,
): ServiceRow {
  return {
    id: `AAAAAAAA-AAAA-AAAA-AAAA-AAAAAAAAAA${suffix}`,
    name,
    threadable,
    minCores,
    maxCores: 0,
    minMemory,
    minGpuMemory: 0,
    tags: tags.split(' '),
    timeout: 0,
    timeoutLlu: 0,
    minGpus: 0,
    maxGpus: 0,
    minMemoryIncrease: 2 * GIGABYTE,
  };
}
