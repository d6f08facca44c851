import { appendFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

import type { Farm } from '../farm/farm.ts';
import type { FrameRow, JobRow } from '../farm/rows.ts';

// Writing is done in the server's own thread, so a large farm writes a part of its logs only.
const MOST_WRITES = 60;
const MOST_OLD_LOGS = 3_000;

/** The logs of frames on disk, as a render host writes them: `<log dir>/<job>.<frame>.rqlog`. */
export interface LogFiles {
  /** Adds a few lines to the logs of frames that run, and the end to those that have come to it. */
  write(grown: readonly FrameRow[]): void;
  /** Removes the logs of a job. */
  removeJob(job: JobRow): void;
}

/** The log of a frame's last attempt. */
export function logPath({ layer: { job }, name }: FrameRow): string {
  return `${job.logDir}/${job.name}.${name}.rqlog`;
}

/** Writes logs for a farm, and at once those of frames that ran before it began, as far as there is reason to look. */
export function createLogFiles(farm: Farm): LogFiles {
  /** Frames whose log is open, with the attempt that it is of. */
  const open = new Map<FrameRow, number>();
  for (const frame of framesThatRan(farm)) writeOldLog(farm, frame, open);
  return {
    write(grown) {
      let writes = 0;
      for (const [frame, startTime] of open) {
        if (frame.proc && frame.startTime === startTime) continue;
        append(frame, endLines(frame));
        open.delete(frame);
      }
      for (const frame of grown) {
        if (writes >= MOST_WRITES) return;
        writes += 1;
        if (open.get(frame) === frame.startTime) append(frame, progressLines(farm, frame));
        else begin(frame, open);
      }
    },
    removeJob: (job) => rmSync(job.logDir, { recursive: true, force: true }),
  };
}

/** All running frames, then those that ended, newest first. */
function framesThatRan(farm: Farm): FrameRow[] {
  const ended: FrameRow[] = [];
  for (const frame of farm.frames.values()) if (!frame.proc && frame.startTime > 0) ended.push(frame);
  ended.sort((a, b) => b.stopTime - a.stopTime);
  return [...[...farm.procs.values()].map(({ frame }) => frame), ...ended].slice(0, MOST_OLD_LOGS);
}

function writeOldLog(farm: Farm, frame: FrameRow, open: Map<FrameRow, number>): void {
  begin(frame, open);
  append(frame, progressLines(farm, frame));
  if (frame.proc) return;
  append(frame, endLines(frame));
  open.delete(frame);
}

/** A retry moves the log of the attempt before out of the way. */
function begin(frame: FrameRow, open: Map<FrameRow, number>): void {
  const path = logPath(frame);
  mkdirSync(dirname(path), { recursive: true });
  if (existsSync(path)) renameSync(path, `${path}.${Math.max(frame.retryCount, 1)}`);
  open.set(frame, frame.startTime);
  append(frame, startLines(frame));
}

function append(frame: FrameRow, lines: readonly string[]): void {
  appendFileSync(logPath(frame), `${lines.join('\n')}\n`);
}

function startLines(frame: FrameRow): string[] {
  const { layer } = frame;
  const { job } = layer;
  const variables = Object.entries({ ...job.environment, ...layer.environment });
  return [
    '===========================================================',
    'RenderQ JobSpec      the demo Cuebot plays this render host',
    `proxy                RunningFrame/${frame.id}`,
    `startTime            ${clock(frame.startTime)}`,
    `numAttempts          ${frame.retryCount + 1}`,
    `frameHost            ${frame.hostName}`,
    `jobName              ${job.name}`,
    `frameName            ${frame.name}`,
    `user                 ${job.user}`,
    `numCores             ${frame.cores}`,
    `command              ${layer.command}`,
    ...variables.map(([name, value]) => `env                  ${name}=${value}`),
    '===========================================================',
  ];
}

function progressLines(farm: Farm, frame: FrameRow): string[] {
  const at = frame.proc ? farm.now() : Math.round((frame.startTime + frame.stopTime) / 2);
  const megabytes = Math.round(frame.usedMemory / 1024);
  return [`[${clock(at)}] ${frame.name}: ${at - frame.startTime} s, ${megabytes} MB`];
}

function endLines(frame: FrameRow): string[] {
  const reason = frame.exitStatus === 0 ? [] : [`[${clock(frame.stopTime)}] error: the command failed`];
  return [
    ...reason,
    '===========================================================',
    'RenderQ Job Complete',
    `exitStatus           ${frame.exitStatus}`,
    `endTime              ${clock(frame.stopTime)}`,
    `maxrss               ${frame.maxRss}`,
    '===========================================================',
  ];
}

function clock(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString().replace('.000Z', 'Z');
}
