import { createFrameBar } from './charts.ts';
import { createList, html, setAttributes, setText } from './elements.ts';
import type { Job } from './farm-data.ts';
import { jobAddress } from './find-stuck.ts';
import { createShowMore } from './show-more.ts';
import { createSteadyOrder } from './steady-order.ts';
import { ago, cores, count, counted, frameStates, percent } from './words.ts';

/** How many are shown before somebody asks for the others. */
const shownAtFirst = 40;

const orders = {
  moves: {
    name: 'What moves',
    compare: (one: Job, other: Job) =>
      other.jobStats.runningFrames - one.jobStats.runningFrames ||
      other.jobStats.waitingFrames - one.jobStats.waitingFrames,
  },
  dead: {
    name: 'Dead frames',
    compare: (one: Job, other: Job) => other.jobStats.deadFrames - one.jobStats.deadFrames,
  },
  priority: { name: 'Priority', compare: (one: Job, other: Job) => other.priority - one.priority },
  newest: {
    name: 'Newest',
    compare: (one: Job, other: Job) => (other.submittedAt ?? '').localeCompare(one.submittedAt ?? ''),
  },
  name: { name: 'Name', compare: (one: Job, other: Job) => one.name.localeCompare(other.name) },
} as const;

type Order = keyof typeof orders;

/** The jobs with their frames by state. */
export function createJobsView() {
  const summary = html('span', { class: 'panel-summary', role: 'status' });
  const filter = html('input', {
    type: 'search',
    class: 'field',
    placeholder: 'Filter by name, user or show',
    'aria-label': 'Filter jobs',
  });
  const order = html(
    'select',
    { class: 'field', 'aria-label': 'Order of the jobs' },
    ...Object.entries(orders).map(([value, { name }]) => html('option', { value }, name)),
  );
  const body = html('tbody');
  const more = createShowMore({
    first: shownAtFirst,
    fewerText: `Show the first ${shownAtFirst} only`,
    onToggle: () => draw(),
  });
  const nothing = html('p', { class: 'calm', hidden: true });
  let [known, show, remark]: [readonly Job[], string | undefined, string] = [[], undefined, ''];
  const putInOrder = createSteadyOrder<Job>(body, ({ id }) => id);
  const drawRows = createList<Job>(body, ({ id }) => id, createJobRow);
  const draw = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = known.filter((job) => {
      if (show !== undefined && job.show !== show) return false;
      const text = `${job.name} ${job.user} ${job.show} ${job.isPaused ? 'paused' : ''}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
    const { compare } = orders[order.value as Order];
    const by = `${order.value} ${filter.value} ${show ?? ''}`;
    const inOrder = putInOrder(chosen, by, (one, other) => compare(one, other) || orders.name.compare(one, other));
    drawRows(more.cut(inOrder));
    const of = show === undefined ? '' : ` of ${show}`;
    setText(
      summary,
      chosen.length === known.length
        ? `${counted(known.length, 'job')}${of}${remark}`
        : `${count(chosen.length)} of ${counted(known.length, 'job')}${of}${remark}`,
    );
    setAttributes(nothing, { hidden: chosen.length > 0 });
    setText(nothing, words.length > 0 ? 'No job fits the filter.' : `No pending job${of}.`);
  };
  filter.addEventListener('input', draw);
  order.addEventListener('change', draw);
  const columns: readonly (readonly [name: string, style: string])[] = [
    ['Job', 'job'],
    ['Frames by state', 'bar'],
    ['Done', 'number'],
    ['Running', 'number'],
    ['To come', 'number'],
    ['Dead', 'number'],
    ['Cores', 'number'],
    ['Priority', 'number'],
  ];
  return {
    root: html(
      'section',
      { class: 'panel panel-jobs', 'aria-labelledby': 'jobs-title' },
      html(
        'header',
        { class: 'panel-head' },
        html('h2', { id: 'jobs-title' }, 'Jobs'),
        summary,
        html('div', { class: 'panel-tools' }, filter, order),
      ),
      createLegend(),
      html(
        'table',
        { class: 'jobs', 'aria-labelledby': 'jobs-title' },
        html(
          'thead',
          {},
          html('tr', {}, ...columns.map(([name, style]) => html('th', { scope: 'col', class: `cell-${style}` }, name))),
        ),
        body,
      ),
      nothing,
      more.root,
    ),
    /** @param about what to say beside their number */
    update: (jobs: readonly Job[], about = '') => {
      [known, remark] = [jobs, about];
      draw();
    },
    /** Shows the jobs of one show alone; undefined: all. */
    choose: (name: string | undefined) => {
      show = name;
      draw();
    },
  };
}

/** Which colour is which state. */
export function createLegend(): HTMLElement {
  return html(
    'ul',
    { class: 'legend', 'aria-label': 'Colours of the states' },
    ...frameStates.map(({ name, style }) => html('li', {}, html('span', { class: `swatch swatch-${style}` }), name)),
  );
}

function createJobRow() {
  const link = html('a', { class: 'job-name' });
  const paused = html('span', { class: 'badge badge-waiting' }, 'Paused');
  const about = html('span', { class: 'job-about' });
  const bar = createFrameBar();
  const short = html('span', { class: 'job-short' });
  const cell = () => html('td', { class: 'cell-number' });
  const [done, running, waiting, dead, used, priority] = [cell(), cell(), cell(), cell(), cell(), cell()];
  const root = html(
    'tr',
    {},
    html('th', { scope: 'row', class: 'cell-job' }, html('span', { class: 'job-line' }, link, paused), about),
    html('td', { class: 'cell-bar' }, bar.root, short),
    done,
    running,
    waiting,
    dead,
    used,
    priority,
  );
  return {
    root,
    update: (job: Job) => {
      const { jobStats: stats } = job;
      setText(link, job.name);
      setAttributes(link, { href: jobAddress(job.name) });
      setAttributes(paused, { hidden: !job.isPaused });
      setText(about, `${job.user} · ${job.show} · ${ago(job.submittedAt)}`);
      bar.update(stats);
      setText(done, percent(stats.succeededFrames + stats.eatenFrames, stats.totalFrames));
      setText(running, count(stats.runningFrames));
      setText(waiting, count(stats.waitingFrames + stats.dependFrames));
      setText(dead, count(stats.deadFrames));
      setAttributes(dead, { class: stats.deadFrames > 0 ? 'cell-number is-dead' : 'cell-number' });
      setText(used, cores(stats.reservedCores));
      setText(priority, count(job.priority));
      const text = `${done.textContent} done · ${running.textContent} running · ${waiting.textContent} to come`;
      setText(short, stats.deadFrames > 0 ? `${text} · ${dead.textContent} dead` : text);
    },
  };
}
