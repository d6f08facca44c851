import { createShareBar } from './charts.ts';
import { createList, html, setAttributes, setText } from './elements.ts';
import type { Share, Show } from './farm-data.ts';
import { createShowMore } from './show-more.ts';
import { createSteadyOrder } from './steady-order.ts';
import { cores, count, counted } from './words.ts';

/** How many are shown before somebody asks for the others. */
const shownAtFirst = 12;

/** Up to so many shows, their shares are open from the beginning. */
const fewShows = 6;

/** The shows with their shares, those that use most first. Choosing one leaves its jobs alone in the list of jobs. */
export function createShowsView(onChosen: (show: string | undefined) => void) {
  const summary = html('span', { class: 'panel-summary' });
  const legend = html(
    'ul',
    { class: 'legend', 'aria-label': 'What the bars mean' },
    ...(
      [
        ['used', 'cores in use'],
        ['over', 'beyond the size'],
        ['size', 'size; the bar ends at the burst'],
      ] as const
    ).map(([style, text]) => html('li', {}, html('span', { class: `swatch swatch-${style}` }), text)),
  );
  const list = html('ul', { class: 'shows' });
  const more = createShowMore({ first: shownAtFirst, fewerText: 'Show the busiest only', onToggle: () => draw() });
  let [known, chosen]: [readonly Show[], string | undefined] = [[], undefined];
  const choose = (name: string) => {
    chosen = chosen === name ? undefined : name;
    draw();
    onChosen(chosen);
  };
  const putInOrder = createSteadyOrder<Show>(list, ({ id }) => id);
  const drawList = createList<Show>(
    list,
    ({ id }) => id,
    ({ name }) => {
      const row = createShowRow(() => choose(name), known.length <= fewShows);
      return { root: row.root, update: (show) => row.update(show, show.name === chosen) };
    },
  );
  const draw = () => {
    const inOrder = putInOrder(
      known,
      'cores',
      (one, other) => other.showStats.reservedCores - one.showStats.reservedCores,
    );
    drawList(more.cut(inOrder));
    setText(summary, counted(known.length, 'show'));
  };
  return {
    root: html(
      'section',
      { class: 'panel panel-shows', 'aria-labelledby': 'shows-title' },
      html('header', { class: 'panel-head' }, html('h2', { id: 'shows-title' }, 'Shows and their shares'), summary),
      legend,
      list,
      more.root,
    ),
    update: (shows: readonly Show[]) => {
      known = shows;
      draw();
    },
    /** Chooses one, as if somebody had; undefined: none. */
    choose: (show: string | undefined) => {
      chosen = show;
      draw();
    },
  };
}

function createShowRow(onClick: () => void, isOpen: boolean) {
  const button = html('button', { class: 'show-name', type: 'button', title: 'Show the jobs of this show alone' });
  button.addEventListener('click', onClick);
  const numbers = html('span', { class: 'numbers' });
  const total = createShareBar();
  const totalText = html('span', { class: 'share-text' });
  const shares = html('ul', { class: 'shares' });
  const drawShares = createList<Share>(shares, ({ id }) => id, createShareRow);
  const root = html(
    'li',
    { class: 'show' },
    html('div', { class: 'show-head' }, button, numbers),
    html(
      'details',
      { open: isOpen },
      html('summary', {}, html('span', { class: 'share-line' }, total.root, totalText)),
      shares,
    ),
  );
  return {
    root,
    update: ({ name, showStats, shares: of }: Show, isChosen: boolean) => {
      setText(button, name);
      setAttributes(button, { 'aria-pressed': isChosen ? 'true' : 'false' });
      const { runningFrames, pendingFrames, deadFrames } = showStats;
      setText(numbers, `${count(runningFrames)} running · ${count(pendingFrames)} waiting · ${count(deadFrames)} dead`);
      const sum = (numberOf: (share: Share) => number) => of.reduce((total, share) => total + numberOf(share), 0);
      const all = { used: sum(({ used }) => used), size: sum(({ size }) => size), burst: sum(({ burst }) => burst) };
      total.update(all);
      setText(totalText, `${cores(all.used)} of ${cores(all.size)} cores`);
      drawShares(of);
    },
  };
}

function createShareRow({ allocation }: Share) {
  const bar = createShareBar();
  const text = html('span', { class: 'share-text' });
  const root = html(
    'li',
    { class: 'share' },
    html('span', { class: 'share-name' }, allocation),
    html('span', { class: 'share-line' }, bar.root, text),
  );
  return {
    root,
    update: (share: Share) => {
      bar.update(share);
      setText(text, `${cores(share.used)} of ${cores(share.size)}`);
      setAttributes(text, { title: `At most ${cores(share.burst)} cores` });
    },
  };
}
