import { createFrameBar } from './charts.ts';
import { createList, html, setAttributes, setText } from './elements.ts';
import type { FrameCounts, FrameRow, JobAnswer } from './farm-data.ts';
import { frameAddress } from './find-stuck.ts';
import { createFacts } from './facts.ts';
import { createLegend } from './jobs-view.ts';
import { ago, cores, count, counted, duration, frameState, memory, percent, secondsSince } from './words.ts';

type JobInDepth = NonNullable<JobAnswer['job']>;
type Layer = NonNullable<JobInDepth['layers']>[number];

/** A job in depth: its frames by state, its layers, and the frames that run or have died. */
export function createJobDetails() {
  const bar = createFrameBar();
  const facts = createFacts();
  const layers = html('ul', { class: 'layers' });
  const frames = html('ul', { class: 'frames' });
  const framesSummary = html('span', { class: 'panel-summary' });
  const drawLayers = createList<Layer>(layers, ({ id }) => id, createLayerRow);
  let jobName = '';
  const drawFrames = createList<FrameRow>(
    frames,
    ({ id }) => id,
    (frame) => createFrameRow(jobName, frame.name),
  );
  return {
    root: html(
      'div',
      { class: 'details-body' },
      bar.root,
      createLegend(),
      facts.root,
      html('h3', {}, 'Layers'),
      layers,
      html('h3', {}, 'Frames that run or have died ', framesSummary),
      frames,
    ),
    update: (job: JobInDepth) => {
      jobName = job.name;
      const { jobStats: stats } = job;
      bar.update(stats);
      facts.update([
        ['User', job.user],
        ['Group', job.group],
        ['Submitted', ago(job.submittedAt)],
        ['Priority', count(job.priority)],
        ['Cores', `${cores(stats.reservedCores)} in use, ${cores(job.minCores)} to ${cores(job.maxCores)} wanted`],
        ['Longest frame', stats.highFrameSec === 0 ? '–' : duration(stats.highFrameSec)],
        ['Most memory', memory(stats.maxRssBytes)],
        ['Logs', job.logDir],
      ]);
      drawLayers(job.layers ?? []);
      const shown = [...(job.dead ?? []), ...(job.running ?? [])];
      drawFrames(shown);
      const all = stats.deadFrames + stats.runningFrames;
      setText(framesSummary, shown.length < all ? `${shown.length} of ${count(all)}` : counted(shown.length, 'frame'));
    },
  };
}

function createLayerRow({ name, type }: Layer) {
  const bar = createFrameBar();
  const numbers = html('span', { class: 'numbers' });
  const root = html(
    'li',
    {},
    html(
      'span',
      { class: 'layer-head' },
      html('strong', {}, name),
      html('span', { class: 'quiet' }, type.toLowerCase()),
      numbers,
    ),
    bar.root,
  );
  return {
    root,
    update: ({ layerStats: stats }: Layer) => {
      bar.update(stats);
      setText(
        numbers,
        `${describeShort(stats)}${stats.avgFrameSec > 0 ? ` · ${duration(stats.avgFrameSec)} a frame` : ''}`,
      );
    },
  };
}

function describeShort(counts: FrameCounts): string {
  return `${percent(counts.succeededFrames + counts.eatenFrames, counts.totalFrames)} of ${count(counts.totalFrames)}`;
}

function createFrameRow(jobName: string, name: string) {
  const state = html('span', { class: 'state' });
  const host = html('span', { class: 'quiet' });
  const time = html('span', { class: 'numbers' });
  const root = html(
    'li',
    {},
    html('a', { class: 'frame-row', href: frameAddress(jobName, name) }, html('strong', {}, name), state, host, time),
  );
  return {
    root,
    update: (frame: FrameRow) => {
      const { name: word, style } = frameState(frame.state);
      setText(state, frame.state === 'DEAD' ? `${word}, exit ${frame.exitStatus}` : word);
      setAttributes(state, { class: `state state-${style}` });
      setText(host, frame.hostName ?? '');
      setText(time, timeOf(frame));
    },
  };
}

/** How long a frame runs, or ran. */
export function timeOf({ startedAt, stoppedAt }: Pick<FrameRow, 'startedAt' | 'stoppedAt'>): string {
  if (startedAt === null) return '–';
  if (stoppedAt !== null) return duration((Date.parse(stoppedAt) - Date.parse(startedAt)) / 1000);
  return duration(secondsSince(startedAt) ?? 0);
}
