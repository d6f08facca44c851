import { html } from './elements.ts';
import { createFacts, type Fact } from './facts.ts';
import type { FrameAnswer } from './farm-data.ts';
import { hostAddress, jobAddress } from './find-stuck.ts';
import { timeOf } from './job-details.ts';
import { ago, conditionOf, coreCount, cores, count, duration, frameState, memory, percent } from './words.ts';

type JobOfFrame = NonNullable<FrameAnswer['job']>;
type Frame = NonNullable<JobOfFrame['frames']>[number];

/** A frame's way through the farm: the frame, its layer, its job, where it runs, and its log. */
export function createFrameDetails() {
  const steps = ['Frame', 'Layer', 'Job', 'Host', 'Log'].map((name) => {
    const facts = createFacts();
    return { root: html('li', { class: 'way-step' }, html('h3', {}, name), facts.root), update: facts.update };
  });
  const copy = html('button', { class: 'button', type: 'button' }, 'Copy the path');
  steps[4]!.root.append(copy);
  let logPath = '';
  copy.addEventListener('click', async () => {
    // Browsers keep the clipboard from pages that came without TLS.
    await navigator.clipboard?.writeText(logPath).then(
      () => (copy.textContent = 'Copied'),
      () => (copy.textContent = 'The browser does not allow it'),
    );
    setTimeout(() => (copy.textContent = 'Copy the path'), 2_000);
  });
  copy.hidden = navigator.clipboard === undefined;
  return {
    root: html('div', { class: 'details-body' }, html('ol', { class: 'way' }, ...steps.map(({ root }) => root))),
    update: (job: JobOfFrame, frame: Frame) => {
      const proc = job.procs?.find(({ frameName }) => frameName === frame.name);
      logPath = proc?.logPath || `${job.logDir}/${job.name}.${frame.name}.rqlog`;
      const facts = [
        factsOfFrame(frame),
        factsOfLayer(frame),
        factsOfJob(job),
        factsOfHost(frame, proc),
        [
          ['File', logPath],
          ['Last written', ago(frame.logUpdatedAt)],
        ] as const,
      ];
      for (const [index, step] of steps.entries()) step.update(facts[index]!);
    },
  };
}

function factsOfFrame(frame: Frame): readonly Fact[] {
  return [
    ['State', frameState(frame.state).name],
    [frame.stoppedAt === null ? 'Runs for' : 'Ran for', timeOf(frame)],
    ['Retries', count(frame.retryCount)],
    ['Exit status', frame.stoppedAt === null ? '–' : String(frame.exitStatus)],
    ['Memory', `${memory(frame.usedMemoryBytes)} now, ${memory(frame.maxRssBytes)} at most`],
  ];
}

function factsOfLayer({ layer, layerName }: Frame): readonly Fact[] {
  if (layer === null) return [['Name', layerName]];
  const { layerStats: stats } = layer;
  return [
    ['Name', layer.name],
    ['Done', `${percent(stats.succeededFrames, stats.totalFrames)} of ${count(stats.totalFrames)} frames`],
    [
      'A frame takes',
      stats.avgFrameSec === 0 ? '–' : `${duration(stats.avgFrameSec)}, at most ${duration(stats.highFrameSec)}`,
    ],
    ['Wants', `${coreCount(layer.minCores)}, ${memory(layer.minMemoryBytes)}`],
    ['Services', layer.serviceNames.join(', ') || '–'],
    ['Tags', layer.tags.join(' | ') || '–'],
  ];
}

function factsOfJob(job: JobOfFrame): readonly Fact[] {
  return [
    ['Name', job.name, jobAddress(job.name)],
    ['Show', job.show],
    ['Group', job.group],
    ['User', job.user],
    ['Priority', `${count(job.priority)}${job.isPaused ? ', paused' : ''}`],
  ];
}

function factsOfHost(
  { host, hostName, state }: Frame,
  proc: NonNullable<JobOfFrame['procs']>[number] | undefined,
): readonly Fact[] {
  if (hostName === null) return [['Name', 'It has not run yet']];
  const running: readonly Fact[] =
    proc === undefined
      ? []
      : [
          ['Its part', `${coreCount(proc.reservedCores)}, ${memory(proc.reservedMemoryBytes)}`],
          ['Last report', ago(proc.pingedAt)],
        ];
  if (host === null) return [[state === 'RUNNING' ? 'Name' : 'Ran last on', hostName], ...running];
  return [
    [state === 'RUNNING' ? 'Name' : 'Ran last on', host.name, hostAddress(host.name)],
    ['Condition', conditionOf(host).word],
    ['Allocation', host.allocName],
    [
      'Load',
      `${host.loadAverage.toFixed(1)}, ${cores(host.cores - host.idleCores)} of ${cores(host.cores)} cores in use`,
    ],
    ...running,
  ];
}
