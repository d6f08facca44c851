import { emptyCounts } from './counts.ts';
import type { FrameRow, GroupRow, JobRow, LayerRow, LimitRow, ShowRow } from './rows.ts';

// The defaults that Cuebot's tables give to new rows.

/** A show with the defaults of a created one. The odd GPU numbers are core points that nobody converted. */
export function newShow(id: string, name: string, defaultMaxCores = 2000): ShowRow {
  return {
    id,
    name,
    defaultMinCores: 1,
    defaultMaxCores,
    defaultMinGpus: 100,
    defaultMaxGpus: 100_000,
    commentEmail: '',
    bookingEnabled: true,
    dispatchEnabled: true,
    active: true,
    schedulerManaged: false,
    reserved: new Map(),
    archived: { jobs: 0, frames: 0, rendered: 0, failed: 0 },
  };
}

/** A group without limits and defaults of its own. */
export function newGroup(
  row: Pick<GroupRow, 'id' | 'name' | 'show' | 'parent' | 'department'> & Partial<GroupRow>,
): GroupRow {
  return {
    level: row.parent ? row.parent.level + 1 : 0,
    order: 0,
    defaultJobPriority: -1,
    defaultJobMinCores: -1,
    defaultJobMaxCores: -1,
    defaultJobMinGpus: -1,
    defaultJobMaxGpus: -1,
    minCores: 0,
    maxCores: -1,
    minGpus: 0,
    maxGpus: -1,
    ...row,
  };
}

type JobKey = 'id' | 'name' | 'shot' | 'user' | 'group' | 'facility' | 'logDir' | 'startTime';

/** A job without layers, in the state STARTUP. */
export function newJob(row: Pick<JobRow, JobKey> & Partial<JobRow>): JobRow {
  return {
    uid: undefined,
    emails: undefined,
    department: row.group.department,
    os: '',
    stopTime: 0,
    state: 'STARTUP',
    isPaused: false,
    autoEat: false,
    maxRetries: 1,
    priority: 1,
    minCores: 1,
    maxCores: 200,
    minGpus: 0,
    maxGpus: 100,
    layers: [],
    dependsOn: [],
    awaitedBy: [],
    postJob: undefined,
    environment: {},
    comments: [],
    ...row,
  };
}

type LayerKey = 'id' | 'name' | 'job' | 'type' | 'range' | 'dispatchOrder' | 'command' | 'services' | 'tags';

/** A layer without frames. */
export function newLayer(row: Pick<LayerRow, LayerKey> & Partial<LayerRow>): LayerRow {
  return {
    chunkSize: 1,
    limits: [],
    outputPaths: [],
    environment: {},
    memoryOptimizerEnabled: true,
    eligibleTime: row.job.startTime,
    minCores: 1,
    maxCores: 0,
    isThreadable: false,
    minMemory: 3_355_443,
    minGpuMemory: 0,
    minGpus: 0,
    maxGpus: 0,
    timeout: 0,
    timeoutLlu: 0,
    startAfter: 0,
    startAfterReason: '',
    frames: [],
    counts: emptyCounts(),
    awaitedBy: [],
    ...row,
  };
}

/** A frame of a layer in the state SETUP, counted there. */
export function newFrame(id: string, layer: LayerRow, number: number, dispatchOrder: number): FrameRow {
  layer.counts.totalFrames += 1;
  layer.counts.frames.SETUP += 1;
  return {
    id,
    name: frameName(layer, number),
    layer,
    number,
    dispatchOrder,
    state: 'SETUP',
    dependCount: 0,
    retryCount: 0,
    exitStatus: -1,
    startTime: 0,
    stopTime: 0,
    lastLogTime: 0,
    maxRss: 0,
    usedMemory: 0,
    reservedMemory: 0,
    cores: 0,
    gpus: 0,
    hostName: '',
    checkpointState: 'DISABLED',
    checkpointCount: 0,
    eligibleTime: 0,
    updateTime: layer.job.startTime,
    proc: undefined,
    awaitedBy: undefined,
    overrides: NO_OVERRIDES,
  };
}

const NO_OVERRIDES: FrameRow['overrides'] = [];

/** Four digits (more when needed), a dash and the layer's name. */
export function frameName(layer: Pick<LayerRow, 'name'>, number: number): string {
  const digits = String(Math.abs(number)).padStart(number < 0 ? 3 : 4, '0');
  return `${number < 0 ? '-' : ''}${digits}-${layer.name}`;
}

/** A limit as `Create` makes it from a name and a number. */
export function newLimit(id: string, name: string, maxValue: number): LimitRow {
  return {
    id,
    name,
    maxValue,
    type: 'FRAME',
    enforcement: 'ENFORCED',
    softValue: 0,
    reportTtl: 0,
    exitStatus: 0,
    delayMinutes: 0,
    autoTag: false,
    report: undefined,
  };
}
