import type { AllocationRow, FrameRow, HostRow, JobRow, LayerRow, ShowRow } from './rows.ts';

// What people set up around the work: filters, services, departments, desks. Units as in rows.ts, but for core points.

/** What happens to new jobs of a show. */
export interface FilterRow {
  readonly id: string;
  name: string;
  readonly show: ShowRow;
  type: 'MATCH_ANY' | 'MATCH_ALL';
  order: number;
  enabled: boolean;
  /** In order of creation. */
  readonly matchers: MatcherRow[];
  /** In order of creation. */
  readonly actions: ActionRow[];
}

/** filter.Matcher. */
export interface MatcherRow {
  readonly id: string;
  subject: string;
  type: string;
  input: string;
}

/** filter.Action. */
export interface ActionRow {
  readonly id: string;
  type: string;
  valueType: string;
  groupValue: string;
  stringValue: string;
  integerValue: number;
  floatValue: number;
  booleanValue: boolean;
}

/** Defaults for layers of one kind. */
export interface ServiceRow {
  readonly id: string;
  readonly name: string;
  readonly threadable: boolean;
  /** Core points, 100 to a core. */
  readonly minCores: number;
  readonly maxCores: number;
  readonly minMemory: number;
  readonly minGpuMemory: number;
  readonly tags: readonly string[];
  readonly timeout: number;
  readonly timeoutLlu: number;
  readonly minGpus: number;
  readonly maxGpus: number;
  readonly minMemoryIncrease: number;
}

/** One show's own version of a service. */
export interface ServiceOverrideRow {
  readonly show: ShowRow;
  /** The override's own id and values. */
  readonly data: ServiceRow;
}

/** The share of an allocation that a show may use. */
export interface SubscriptionRow {
  readonly id: string;
  readonly show: ShowRow;
  readonly allocation: AllocationRow;
  /** Core points, 100 to a core. */
  size: number;
  burst: number;
}

/** Somebody with a workstation on the farm. */
export interface OwnerRow {
  readonly id: string;
  readonly name: string;
  show: ShowRow;
}

/** Says which host is whose. */
export interface DeedRow {
  readonly id: string;
  readonly host: HostRow;
  readonly owner: OwnerRow;
}

/** A department of a show. */
export interface DepartmentRow {
  readonly id: string;
  readonly show: ShowRow;
  readonly dept: string;
  tiTask: string;
  minCores: number;
  tiManaged: boolean;
  /** In order of shot. */
  tasks: TaskRow[];
}

/** The share of a shot in what a department gets. */
export interface TaskRow {
  readonly id: string;
  readonly shot: string;
  minCores: number;
  adjustCores: number;
}

/** A part of somebody's workstation, lent to a job, layer or frame. */
export interface RenderPartitionRow {
  readonly id: string;
  readonly job: JobRow;
  readonly layer: LayerRow | undefined;
  readonly frame: FrameRow | undefined;
  readonly host: HostRow;
  readonly threads: number;
  /** Core points, 100 to a core. */
  readonly cores: number;
  maxCores: number;
  readonly memory: number;
  maxMemory: number;
  readonly gpus: number;
  maxGpus: number;
  readonly gpuMemory: number;
  maxGpuMemory: number;
}
