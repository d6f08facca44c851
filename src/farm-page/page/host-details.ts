import { createList, html, setText } from './elements.ts';
import { createFacts } from './facts.ts';
import type { Allocation, Host, Proc } from './farm-data.ts';
import { frameAddress } from './find-stuck.ts';
import { ago, conditionOf, coreCount, cores, counted, duration, secondsSince } from './words.ts';

/** A host, and what runs on it. */
export function createHostDetails() {
  const facts = createFacts();
  const procs = html('ul', { class: 'frames' });
  const summary = html('span', { class: 'panel-summary' });
  const draw = createList<Proc>(
    procs,
    ({ id }) => id,
    ({ jobName, frameName }) => {
      const used = html('span', { class: 'quiet' });
      const time = html('span', { class: 'numbers' });
      const link = { class: 'frame-row frame-row-host', href: frameAddress(jobName, frameName) };
      const root = html(
        'li',
        {},
        html('a', link, html('strong', {}, frameName), html('span', { class: 'quiet frame-job' }, jobName), used, time),
      );
      return {
        root,
        update: ({ reservedCores, dispatchedAt }) => {
          setText(used, coreCount(reservedCores));
          setText(time, duration(secondsSince(dispatchedAt) ?? 0));
        },
      };
    },
  );
  return {
    root: html('div', { class: 'details-body' }, facts.root, html('h3', {}, 'Frames on it ', summary), procs),
    update: (host: Host, { name }: Allocation) => {
      facts.update([
        ['Condition', conditionOf(host).word],
        ['Allocation', name],
        ['Cores', `${cores(host.cores - host.idleCores)} of ${cores(host.cores)} in use`],
        ['Load', host.loadAverage.toFixed(1)],
        ['Last report', ago(host.pingedAt)],
      ]);
      setText(
        summary,
        host.procs === undefined ? 'not followed on a farm of this size' : counted(host.procs.length, 'frame'),
      );
      draw(host.procs ?? []);
    },
  };
}
