// The farm's tables as linked objects. Times are epoch seconds (0: not set), cores are float cores, memory is in KB:
// the units of the messages, so that views copy instead of converting. Fields without `readonly` change in calls.

export type JobState = 'PENDING' | 'FINISHED' | 'STARTUP' | 'SHUTDOWN' | 'POSTED';
export type FrameState = 'WAITING' | 'SETUP' | 'RUNNING' | 'SUCCEEDED' | 'DEPEND' | 'DEAD' | 'EATEN' | 'CHECKPOINT';
export type LayerType = 'PRE' | 'POST' | 'RENDER' | 'UTIL';
export type HardwareState = 'UP' | 'DOWN' | 'REBOOTING' | 'REBOOT_WHEN_IDLE' | 'REPAIR';
export type LockState = 'OPEN' | 'LOCKED' | 'NIMBY_LOCKED';
export type ThreadMode = 'AUTO' | 'ALL' | 'VARIABLE';
export type DependType =
  | 'JOB_ON_JOB'
  | 'JOB_ON_LAYER'
  | 'JOB_ON_FRAME'
  | 'LAYER_ON_JOB'
  | 'LAYER_ON_LAYER'
  | 'LAYER_ON_FRAME'
  | 'FRAME_ON_JOB'
  | 'FRAME_ON_LAYER'
  | 'FRAME_ON_FRAME'
  | 'FRAME_BY_FRAME'
  | 'PREVIOUS_FRAME'
  | 'LAYER_ON_SIM_FRAME';

export interface FacilityRow {
  readonly id: string;
  readonly name: string;
}

export interface AllocationRow {
  readonly id: string;
  /** `<facility>.<allocation>`. */
  readonly name: string;
  readonly tag: string;
  readonly facility: FacilityRow;
  readonly billable: boolean;
  /** The allocation of hosts whose tags name none. */
  readonly isDefault: boolean;
}

export interface ShowRow {
  readonly id: string;
  readonly name: string;
  defaultMinCores: number;
  defaultMaxCores: number;
  defaultMinGpus: number;
  defaultMaxGpus: number;
  commentEmail: string;
  bookingEnabled: boolean;
  dispatchEnabled: boolean;
  active: boolean;
  schedulerManaged: boolean;
}

export interface GroupRow {
  readonly id: string;
  readonly name: string;
  readonly show: ShowRow;
  readonly parent: GroupRow | undefined;
  /** 0 for the root group of a show. */
  readonly level: number;
  /** Sorts siblings, highest first. */
  readonly order: number;
  readonly department: string;
  readonly defaultJobPriority: number;
  readonly defaultJobMinCores: number;
  readonly defaultJobMaxCores: number;
}

export interface JobRow {
  readonly id: string;
  readonly name: string;
  readonly shot: string;
  readonly user: string;
  readonly uid: number;
  readonly group: GroupRow;
  readonly facility: FacilityRow;
  readonly os: string;
  readonly logDir: string;
  readonly startTime: number;
  stopTime: number;
  state: JobState;
  isPaused: boolean;
  autoEat: boolean;
  maxRetries: number;
  priority: number;
  minCores: number;
  maxCores: number;
  minGpus: number;
  maxGpus: number;
  /** In dispatch order. */
  readonly layers: LayerRow[];
  /** Depends in which the job, or something in it, waits. */
  readonly dependsOn: DependRow[];
  /** Depends in which somebody waits for the job or something in it. */
  readonly awaitedBy: DependRow[];
}

export interface LayerRow {
  readonly id: string;
  readonly name: string;
  readonly job: JobRow;
  readonly type: LayerType;
  /** Frame range as written in the spec, such as `1001-1096`. */
  readonly range: string;
  readonly chunkSize: number;
  readonly dispatchOrder: number;
  readonly command: string;
  readonly services: readonly string[];
  readonly limits: LimitRow[];
  readonly outputPaths: string[];
  readonly memoryOptimizerEnabled: boolean;
  readonly eligibleTime: number;
  tags: string[];
  minCores: number;
  maxCores: number;
  isThreadable: boolean;
  minMemory: number;
  minGpuMemory: number;
  minGpus: number;
  maxGpus: number;
  timeout: number;
  timeoutLlu: number;
  startAfter: number;
  startAfterReason: string;
  /** In dispatch order. */
  readonly frames: FrameRow[];
  /** Sums over the frames; undefined after a change, counted again when read (see `countLayer`). */
  counted: LayerCount | undefined;
}

export interface FrameRow {
  readonly id: string;
  /** Four digits, a dash and the layer name. */
  readonly name: string;
  readonly layer: LayerRow;
  readonly number: number;
  readonly dispatchOrder: number;
  state: FrameState;
  retryCount: number;
  exitStatus: number;
  startTime: number;
  stopTime: number;
  maxRss: number;
  usedMemory: number;
  reservedMemory: number;
  /** Cores and GPUs of the last attempt. */
  cores: number;
  gpus: number;
  /** Name of the last attempt's host; empty when there was none. */
  hostName: string;
  /** Core-seconds of failed attempts. */
  failedCoreSec: number;
  checkpointState: 'DISABLED' | 'ENABLED' | 'COPYING' | 'COMPLETE';
  checkpointCount: number;
  /** When the frame stopped waiting for others; 0 while it never did. */
  eligibleTime: number;
  updateTime: number;
  /** Where the frame runs now. */
  proc: ProcRow | undefined;
  readonly overrides: readonly FrameStateOverrideRow[];
}

export interface FrameStateOverrideRow {
  readonly state: FrameState;
  readonly text: string;
  readonly color: { readonly red: number; readonly green: number; readonly blue: number };
}

export interface HostRow {
  readonly id: string;
  readonly name: string;
  readonly allocation: AllocationRow;
  readonly nimbyEnabled: boolean;
  readonly cores: number;
  readonly gpus: number;
  readonly memory: number;
  readonly totalMemory: number;
  readonly gpuMemory: number;
  readonly totalSwap: number;
  readonly totalMcp: number;
  readonly freeMcp: number;
  readonly bootTime: number;
  /** Seconds between the host's last report and the present, or the seed's present for hosts that fell silent. */
  readonly pingAge: number;
  /** When the seed saw the host last. */
  readonly seededAt: number;
  readonly os: string;
  tags: string[];
  state: HardwareState;
  lockState: LockState;
  readonly threadMode: ThreadMode;
  readonly procs: Set<ProcRow>;
}

export interface ProcRow {
  readonly id: string;
  readonly host: HostRow;
  readonly frame: FrameRow;
  readonly cores: number;
  readonly gpus: number;
  readonly memory: number;
  readonly gpuMemory: number;
  readonly usedMemory: number;
  readonly bookedTime: number;
  readonly dispatchTime: number;
  unbooked: boolean;
  /** Name of the job or group that gets the proc next; empty when nobody asked for it. */
  redirectTarget: string;
}

export interface CommentRow {
  readonly id: string;
  readonly parent: JobRow | HostRow;
  readonly timestamp: number;
  readonly user: string;
  subject: string;
  message: string;
}

/** One side of a depend: a job, one of its layers, or one of its frames. */
export interface DependSide {
  readonly job: JobRow;
  readonly layer: LayerRow | undefined;
  readonly frame: FrameRow | undefined;
}

export interface DependRow {
  readonly id: string;
  readonly type: DependType;
  readonly anyFrame: boolean;
  active: boolean;
  /** The row this one was expanded from, for the FRAME_ON_FRAME children of FRAME_BY_FRAME. */
  readonly parent: DependRow | undefined;
  /** The side that waits. */
  readonly er: DependSide;
  /** The side that is waited for. */
  readonly on: DependSide;
}

export interface LimitRow {
  readonly id: string;
  name: string;
  maxValue: number;
  type: 'FRAME' | 'HOST';
  enforcement: 'ENFORCED' | 'ADVISORY' | 'DISABLED';
  softValue: number;
  reportTtl: number;
  exitStatus: number;
  delayMinutes: number;
  autoTag: boolean;
}

export interface FilterRow {
  readonly id: string;
  readonly name: string;
  readonly show: ShowRow;
  readonly type: 'MATCH_ANY' | 'MATCH_ALL';
  readonly order: number;
  readonly enabled: boolean;
  /** In order of creation. */
  readonly matchers: readonly MatcherRow[];
  /** In order of creation. */
  readonly actions: readonly ActionRow[];
}

export interface MatcherRow {
  readonly id: string;
  readonly subject: string;
  readonly type: string;
  readonly input: string;
}

export interface ActionRow {
  readonly id: string;
  readonly type: string;
  readonly valueType: string;
  readonly groupValue: string;
  readonly stringValue: string;
  readonly integerValue: number;
  readonly floatValue: number;
  readonly booleanValue: boolean;
}

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

export interface ServiceOverrideRow {
  readonly show: ShowRow;
  /** The override's own id and values. */
  readonly data: ServiceRow;
}

export interface SubscriptionRow {
  readonly id: string;
  readonly show: ShowRow;
  readonly allocation: AllocationRow;
  /** Core points, 100 to a core. */
  readonly size: number;
  readonly burst: number;
}

export interface OwnerRow {
  readonly id: string;
  readonly name: string;
  readonly show: ShowRow;
}

export interface DeedRow {
  readonly id: string;
  readonly host: HostRow;
  readonly owner: OwnerRow;
}

export interface DepartmentRow {
  readonly id: string;
  readonly show: ShowRow;
  readonly dept: string;
  readonly tiTask: string;
  readonly minCores: number;
  readonly tiManaged: boolean;
  /** In order of shot. */
  readonly tasks: readonly TaskRow[];
}

export interface TaskRow {
  readonly id: string;
  readonly shot: string;
  readonly minCores: number;
  readonly adjustCores: number;
}

export interface RenderPartitionRow {
  readonly id: string;
  readonly job: JobRow;
  readonly layer: LayerRow | undefined;
  readonly frame: FrameRow | undefined;
  readonly host: HostRow;
  readonly threads: number;
  /** Core points, 100 to a core. */
  readonly cores: number;
  readonly maxCores: number;
  readonly memory: number;
  readonly maxMemory: number;
  readonly gpus: number;
  readonly maxGpus: number;
  readonly gpuMemory: number;
  readonly maxGpuMemory: number;
}

/** Sums over the frames of one layer, or of several. Durations in seconds, memory in KB. */
export interface LayerCount {
  readonly frames: Readonly<Record<FrameState, number>>;
  readonly totalFrames: number;
  readonly renderedFrames: number;
  readonly failedFrames: number;
  readonly renderedCoreSec: number;
  readonly failedCoreSec: number;
  readonly renderedGpuSec: number;
  readonly clockSec: number;
  readonly lowFrameSec: number;
  readonly highFrameSec: number;
  readonly maxRss: number;
  readonly reservedCores: number;
  readonly reservedGpus: number;
}
