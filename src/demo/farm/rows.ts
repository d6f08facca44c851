// The farm's tables as linked objects. Times are epoch seconds (0: not set), cores are float cores, memory is in KB:
// the units of the messages, so that views copy instead of converting. Fields without `readonly` change in calls.

/** job.JobState by name. */
export type JobState = 'PENDING' | 'FINISHED' | 'STARTUP' | 'SHUTDOWN' | 'POSTED';
/** job.FrameState by name. */
export type FrameState = 'WAITING' | 'SETUP' | 'RUNNING' | 'SUCCEEDED' | 'DEPEND' | 'DEAD' | 'EATEN' | 'CHECKPOINT';
/** job.LayerType by name. */
export type LayerType = 'PRE' | 'POST' | 'RENDER' | 'UTIL';
/** host.HardwareState by name. */
export type HardwareState = 'UP' | 'DOWN' | 'REBOOTING' | 'REBOOT_WHEN_IDLE' | 'REPAIR';
/** host.LockState by name. */
export type LockState = 'OPEN' | 'LOCKED' | 'NIMBY_LOCKED';
/** host.ThreadMode by name. */
export type ThreadMode = 'AUTO' | 'ALL' | 'VARIABLE';
/** depend.DependType by name. */
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

/** A place with hosts. */
export interface FacilityRow {
  readonly id: string;
  readonly name: string;
}

/** A set of hosts inside a facility, which shows subscribe to. */
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

/** A show. */
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

/** A folder in the tree of one show. */
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

/** A job, alive or finished. */
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

/** A layer: one command over a range of frames. */
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

/** A frame, with what its last attempt left behind. */
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

/** How a frame in one state is to be shown instead. */
export interface FrameStateOverrideRow {
  readonly state: FrameState;
  readonly text: string;
  readonly color: { readonly red: number; readonly green: number; readonly blue: number };
}

/** A render host. */
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

/** Resources of a host, reserved for the frame that runs on them. */
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

/** A remark on a job or host. */
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

/** Somebody waits for something. */
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

/** A limit, such as a number of licences. */
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
