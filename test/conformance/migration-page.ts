import { differences } from './differences.ts';

/** Where the table stands in docs/migrating-from-rest-gateway.md. */
export const tableMarkers = ['<!-- differences: begin -->', '<!-- differences: end -->'] as const;

/** The table of all differences, as the migration page shows it. */
export function renderDifferences(): string {
  const rows = differences.map(
    ({ topic, before, now, reason }) => `| ${[topic, before, now, reason].map(cell).join(' | ')} |`,
  );
  return ['| Topic | Go gateway | cuegate | Reason |', '|---|---|---|---|', ...rows].join('\n');
}

/** The page with its table brought up to date. Throws when the markers are missing. */
export function updatePage(page: string): string {
  const [begin, end] = tableMarkers;
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the page needs the lines "${begin}" and "${end}" around its table`);
  return `${page.slice(0, from + begin.length)}\n${renderDifferences()}\n${page.slice(to)}`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
