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
  name: string;
}

/** A set of hosts inside a facility, which shows subscribe to. */
export interface AllocationRow {
  readonly id: string;
  /** `<facility>.<allocation>`. */
  name: string;
  tag: string;
  readonly facility: FacilityRow;
  billable: boolean;
  /** The allocation of hosts whose tags name none. */
  isDefault: boolean;
  /** False once deleted: an allocation that was ever used stays in the database. */
  enabled: boolean;
}

/** What a show, or a part of it, has reserved on hosts. */
export interface Reservation {
  cores: number;
  gpus: number;
}

/** A show. */
export interface ShowRow {
  readonly id: string;
  name: string;
  defaultMinCores: number;
  defaultMaxCores: number;
  defaultMinGpus: number;
  defaultMaxGpus: number;
  commentEmail: string;
  bookingEnabled: boolean;
  dispatchEnabled: boolean;
  active: boolean;
  schedulerManaged: boolean;
  /** What its procs hold of each allocation; kept by `startFrame` and `releaseProc`. */
  readonly reserved: Map<AllocationRow, Reservation>;
  /** Jobs and frames that have left the live tables: they still count in the show's statistics. */
  readonly archived: { jobs: number; frames: number; rendered: number; failed: number };
}

/** A folder in the tree of one show. -1 switches a default or a maximum off. */
export interface GroupRow {
  readonly id: string;
  name: string;
  readonly show: ShowRow;
  parent: GroupRow | undefined;
  /** 0 for the root group of a show. */
  level: number;
  /** Sorts siblings, highest first. */
  readonly order: number;
  department: string;
  defaultJobPriority: number;
  defaultJobMinCores: number;
  defaultJobMaxCores: number;
  defaultJobMinGpus: number;
  defaultJobMaxGpus: number;
  minCores: number;
  maxCores: number;
  minGpus: number;
  maxGpus: number;
}

/** A job, alive or finished. */
export interface JobRow {
  readonly id: string;
  readonly name: string;
  readonly shot: string;
  readonly user: string;
  /** Unset where the spec names none, and then absent from the message. */
  readonly uid: number | undefined;
  /** Comma separated addresses that hear of the job's end; undefined where the spec names none. */
  emails: string | undefined;
  group: GroupRow;
  department: string;
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
  /** The job of the spec's POST layers: POSTED until this one ends. */
  postJob: JobRow | undefined;
  /** Variables that the spec gives to every frame. */
  readonly environment: Readonly<Record<string, string>>;
  readonly comments: CommentRow[];
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
  dispatchOrder: number;
  readonly command: string;
  readonly services: readonly string[];
  readonly limits: LimitBinding[];
  readonly outputPaths: string[];
  readonly environment: Readonly<Record<string, string>>;
  memoryOptimizerEnabled: boolean;
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
  /** In the order of the range. */
  readonly frames: FrameRow[];
  /** Sums over the frames, kept up to date by whatever changes them. */
  readonly counts: LayerCount;
  /** Depends on the layer as a whole. */
  readonly awaitedBy: DependRow[];
}

/** A limit that a layer needs, and who bound it: the job spec, a failure rule, or somebody by hand. */
export interface LimitBinding {
  readonly limit: LimitRow;
  readonly source: 'SPEC' | 'AUTO' | 'MANUAL';
  readonly createTime: number;
}

/** A frame, with what its last attempt left behind. */
export interface FrameRow {
  readonly id: string;
  /** Four digits, a dash and the layer name. */
  readonly name: string;
  readonly layer: LayerRow;
  readonly number: number;
  dispatchOrder: number;
  state: FrameState;
  /** How many active depends hold the frame up. */
  dependCount: number;
  retryCount: number;
  exitStatus: number;
  startTime: number;
  stopTime: number;
  /** When the last attempt that ended had last written to its log; 0 while none has. */
  lastLogTime: number;
  maxRss: number;
  /** What it uses, or used in the end; kept when it has ended. */
  usedMemory: number;
  reservedMemory: number;
  /** Cores and GPUs of the last attempt. */
  cores: number;
  gpus: number;
  /** Name of the last attempt's host; empty when there was none. */
  hostName: string;
  checkpointState: 'DISABLED' | 'ENABLED' | 'COPYING' | 'COMPLETE';
  checkpointCount: number;
  /** When the frame stopped waiting for others; 0 while it never did. */
  eligibleTime: number;
  updateTime: number;
  /** Where the frame runs now. */
  proc: ProcRow | undefined;
  /** Depends on just this frame; undefined while there is none, which saves a list for most frames. */
  awaitedBy: DependRow[] | undefined;
  overrides: readonly FrameStateOverrideRow[];
}

/** How a frame in one state is to be shown instead. */
export interface FrameStateOverrideRow {
  readonly state: FrameState;
  readonly text: string;
  readonly color: { readonly red: number; readonly green: number; readonly blue: number };
}

/** A tag of a host. Those of an allocation cannot be taken away or renamed. */
export interface HostTag {
  readonly type: 'ALLOC' | 'HARDWARE' | 'HOSTNAME' | 'MANUAL';
  name: string;
}

/** A render host. */
export interface HostRow {
  readonly id: string;
  readonly name: string;
  allocation: AllocationRow;
  readonly nimbyEnabled: boolean;
  readonly cores: number;
  readonly gpus: number;
  readonly memory: number;
  readonly totalMemory: number;
  readonly gpuMemory: number;
  readonly totalSwap: number;
  readonly totalMcp: number;
  readonly freeMcp: number;
  bootTime: number;
  /** Seconds between the host's last report and the present, or `silentSince` for hosts that fell silent. */
  readonly pingAge: number;
  /** When the host was last seen before it fell silent. */
  silentSince: number;
  os: string;
  readonly hostTags: HostTag[];
  /** Names of `hostTags`, sorted by type and name; see `sortTags`. */
  tags: readonly string[];
  state: HardwareState;
  lockState: LockState;
  threadMode: ThreadMode;
  readonly procs: Set<ProcRow>;
  /** What the procs hold together, in cores, GPUs and KB. */
  readonly reserved: { cores: number; gpus: number; memory: number; gpuMemory: number };
  readonly comments: CommentRow[];
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
  usedMemory: number;
  readonly bookedTime: number;
  readonly dispatchTime: number;
  unbooked: boolean;
  /** The job or group that gets the proc next. */
  redirect: JobRow | GroupRow | undefined;
  /** When the frame last wrote to its log, for frames that are stuck; undefined for the others, which write all the time. */
  silentSince: number | undefined;
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
  /** The row this one was expanded from, for the FRAME_ON_FRAME children of FRAME_BY_FRAME and PREVIOUS_FRAME. */
  readonly parent: DependRow | undefined;
  /** The rows that this one was expanded to. It is active as long as one of them is, and holds nobody up itself. */
  readonly children: DependRow[];
  activeChildren: number;
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
  /** Seconds that a licence server's report counts; 0 for ever. */
  reportTtl: number;
  exitStatus: number;
  delayMinutes: number;
  autoTag: boolean;
  /** What the licence server said last. */
  report: LimitReportRow | undefined;
}

/** A licence server's view of one limit. */
export interface LimitReportRow {
  readonly source: string;
  /** Epoch seconds. */
  readonly time: number;
  readonly captureTime: number;
  readonly totalTokens: number;
  readonly holds: readonly { readonly hostName: string; readonly tokens: number; readonly user: string }[];
}

/**
 * Sums over the frames of one layer, or of several. Rendered and failed are attempts, so a frame that was rendered twice
 * counts twice. Durations in seconds, memory in KB.
 */
export interface LayerCount {
  readonly frames: Record<FrameState, number>;
  totalFrames: number;
  renderedFrames: number;
  failedFrames: number;
  renderedCoreSec: number;
  failedCoreSec: number;
  renderedGpuSec: number;
  failedGpuSec: number;
  clockSec: number;
  lowFrameSec: number;
  highFrameSec: number;
  maxRss: number;
  reservedCores: number;
  reservedGpus: number;
}
