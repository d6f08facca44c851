import { createList, html, setAttributes, setText } from './elements.ts';
import type { Stuck } from './find-stuck.ts';
import { createShowMore } from './show-more.ts';
import { counted } from './words.ts';

/** How many are shown before somebody asks for the others. */
const shownAtFirst = 8;

/** What does not go on by itself, the worst first. */
export function createStuckView() {
  const summary = html('span', { class: 'panel-summary' });
  const list = html('ul', { class: 'stuck' });
  const calm = html('p', { class: 'calm', hidden: true }, 'Nothing is stuck.');
  const more = createShowMore({ first: shownAtFirst, fewerText: 'Show the worst only', onToggle: () => draw() });
  let known: readonly Stuck[] = [];
  const show = createList<Stuck>(list, ({ key }) => key, createStuckRow);
  const draw = () => {
    show(more.cut(known));
    setText(summary, known.length === 0 ? '' : counted(known.length, 'thing'));
    setAttributes(calm, { hidden: known.length > 0 });
  };
  return {
    root: html(
      'section',
      { class: 'panel panel-stuck', 'aria-labelledby': 'stuck-title' },
      html('header', { class: 'panel-head' }, html('h2', { id: 'stuck-title' }, 'Needs a look'), summary),
      list,
      calm,
      more.root,
    ),
    update: (found: readonly Stuck[]) => {
      known = found;
      draw();
    },
  };
}

function createStuckRow({ kind, style, address }: Stuck) {
  const reason = html('span', { class: 'stuck-reason' });
  const name = html('span', { class: 'stuck-name' });
  const inside = [html('span', { class: `badge badge-${style}` }, kind), name, reason];
  const root = html(
    'li',
    {},
    address === undefined
      ? html('div', { class: 'stuck-row' }, ...inside)
      : html('a', { class: 'stuck-row', href: address }, ...inside),
  );
  return {
    root,
    update: (stuck: Stuck) => {
      setText(name, stuck.name);
      setText(reason, stuck.reason);
    },
  };
}
