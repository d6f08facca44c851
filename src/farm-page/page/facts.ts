import { createList, html, setText } from './elements.ts';

/** A name and what stands for it; an address makes it a link. */
export type Fact = readonly [name: string, value: string, address?: string];

/** A list of facts, each under its name. */
export function createFacts() {
  const root = html('dl', { class: 'facts' });
  const draw = createList<Fact>(
    root,
    ([name]) => name,
    ([name, , address]) => {
      const value = address === undefined ? html('span') : html('a', { href: address });
      return {
        root: html('div', {}, html('dt', {}, name), html('dd', {}, value)),
        update: ([, text]) => setText(value, text),
      };
    },
  );
  return { root, update: (facts: readonly Fact[]) => draw(facts) };
}
