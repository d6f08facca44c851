import { html, setAttributes, setText } from './elements.ts';

/** What a long list shows. */
export interface ShowMoreOptions {
  /** How many rows are shown before somebody asks for the others. */
  readonly first: number;
  /** What the button says when all are shown, e.g. `Show the worst only`. */
  readonly fewerText: string;
  /** Draws the list again, since somebody has pressed the button. */
  readonly onToggle: () => void;
}

/** The button below a list of which only the first rows are shown, until somebody asks for all. */
export function createShowMore({ first, fewerText, onToggle }: ShowMoreOptions) {
  const root = html('button', { class: 'quiet-button', type: 'button', hidden: true });
  let isWhole = false;
  root.addEventListener('click', () => {
    isWhole = !isWhole;
    onToggle();
  });
  return {
    root,
    /** The rows that are shown of these; the button says how many there are. */
    cut: <Row>(rows: readonly Row[]): readonly Row[] => {
      setAttributes(root, { hidden: rows.length <= first });
      setText(root, isWhole ? fewerText : `Show all ${rows.length}`);
      return isWhole ? rows : rows.slice(0, first);
    },
  };
}
