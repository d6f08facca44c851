import { createList, html, setAttributes, setText } from './elements.ts';

/** A name and what stands for it; an address makes it a link. */
export type Fact = readonly [name: string, value: string, address?: string];

/** What is longer gets a line of its own, such as a path. */
const shortLength = 40;

/** A list of facts, each under its name. */
export function createFacts() {
  const root = html('dl', { class: 'facts' });
  const draw = createList<Fact>(
    root,
    ([name]) => name,
    ([name, , address]) => {
      const value = address === undefined ? html('span') : html('a', { href: address });
      const row = html('div', {}, html('dt', {}, name), html('dd', {}, value));
      return {
        root: row,
        update: ([, text]) => {
          setText(value, text);
          setAttributes(row, { class: text.length > shortLength ? 'fact-long' : false });
        },
      };
    },
  );
  return { root, update: (facts: readonly Fact[]) => draw(facts) };
}
