import type {
  DeedRow,
  DepartmentRow,
  FilterRow,
  OwnerRow,
  RenderPartitionRow,
  ServiceOverrideRow,
  ServiceRow,
  SubscriptionRow,
} from './configuration-rows.ts';
import type { Defect } from './defects.ts';
import type { Random } from './random.ts';
import type {
  AllocationRow,
  CommentRow,
  DependRow,
  FacilityRow,
  FrameRow,
  GroupRow,
  HostRow,
  JobRow,
  LayerRow,
  LimitRow,
  ProcRow,
  ShowRow,
} from './rows.ts';

/**
 * The demo's database: tables by id, rows linked to each other. Lists without an order of their own keep the order of
 * insertion. Every change must be followed by `touch`, or replies from before it may be given again.
 */
export interface Farm {
  /** Epoch seconds. */
  readonly now: () => number;
  readonly random: Random;
  /** What the farm does wrong on purpose, as a real Cuebot does. */
  readonly defects: ReadonlySet<Defect>;
  /** The folder of a job's logs. */
  readonly logDirOf: (show: string, shot: string, jobName: string, jobId: string) => string;
  /** Grows with every change. */
  readonly version: number;
  touch(): void;

  readonly facilities: FacilityRow[];
  readonly allocations: AllocationRow[];
  readonly shows: Map<string, ShowRow>;
  readonly groups: Map<string, GroupRow>;
  readonly jobs: Map<string, JobRow>;
  readonly layers: Map<string, LayerRow>;
  readonly frames: Map<string, FrameRow>;
  readonly hosts: Map<string, HostRow>;
  readonly procs: Map<string, ProcRow>;
  readonly comments: Map<string, CommentRow>;
  readonly depends: Map<string, DependRow>;
  readonly limits: Map<string, LimitRow>;
  readonly filters: Map<string, FilterRow>;
  readonly services: Map<string, ServiceRow>;
  readonly serviceOverrides: Map<string, ServiceOverrideRow>;
  readonly subscriptions: Map<string, SubscriptionRow>;
  readonly owners: Map<string, OwnerRow>;
  readonly deeds: Map<string, DeedRow>;
  readonly departments: Map<string, DepartmentRow>;
  /** In order of name. */
  readonly departmentNames: string[];
  readonly renderPartitions: Map<string, RenderPartitionRow>;
  /** Hosts whose freed resources are meant for a job or group; the scheduler takes from the front. */
  readonly redirects: { readonly host: HostRow; readonly target: JobRow | GroupRow }[];
  /** What CueInterface.GetSystemStats counts. */
  readonly statistics: { bookedProcs: number; unbookedProcs: number; hostReports: number };
  /** Former names of archived shows, which job specs may still use. */
  readonly showAliases: Map<string, ShowRow>;
}

/** What a farm is born with; the rest is filled by the seeds. */
export interface FarmBasis {
  readonly now: () => number;
  readonly random: Random;
  readonly defects: ReadonlySet<Defect>;
  /** Under which every show has its logs. */
  readonly logRoot: string;
  readonly facilities: FacilityRow[];
  readonly allocations: AllocationRow[];
  readonly departmentNames: string[];
}

/** A farm with empty tables. */
export function createFarm(basis: FarmBasis): Farm {
  let version = 0;
  return {
    ...basis,
    logDirOf: (show, shot, jobName, jobId) => `${basis.logRoot}/${show}/${shot}/logs/${jobName}--${jobId}`,
    get version() {
      return version;
    },
    touch() {
      version += 1;
    },
    shows: new Map(),
    groups: new Map(),
    jobs: new Map(),
    layers: new Map(),
    frames: new Map(),
    hosts: new Map(),
    procs: new Map(),
    comments: new Map(),
    depends: new Map(),
    limits: new Map(),
    filters: new Map(),
    services: new Map(),
    serviceOverrides: new Map(),
    subscriptions: new Map(),
    owners: new Map(),
    deeds: new Map(),
    departments: new Map(),
    renderPartitions: new Map(),
    showAliases: new Map(),
    redirects: [],
    statistics: { bookedProcs: 0, unbookedProcs: 0, hostReports: 0 },
  };
}

/** Puts a row under its id. */
export function insert<Row extends { readonly id: string }>(table: Map<string, Row>, row: Row): Row {
  table.set(row.id, row);
  return row;
}
