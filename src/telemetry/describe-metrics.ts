import { type MetricRow, metricTable } from './metric-table.ts';

const begin = '<!-- Written by npm run codegen from src/telemetry/metric-table.ts. -->';
const end = '<!-- End of what is written. -->';

/** `docs/operating.md` with the table of metrics as it is now; the rest of the page is written by people. */
export function fillMetricsTable(page: string): string {
  const [before, rest = ''] = page.split(begin, 2);
  const after = rest.split(end, 2)[1];
  if (after === undefined) throw new Error(`the page lacks the lines ${begin} and ${end}`);
  return `${before}${begin}\n${formatMetricsTable()}\n${end}${after}`;
}

function formatMetricsTable(): string {
  const rows = metricTable.map(({ name, type, labels, help }: MetricRow) => {
    const quoted = labels.map((label) => `\`${label}\``).join(', ');
    return `| \`${name}\` | ${type} | ${quoted === '' ? '–' : quoted} | ${help} |`;
  });
  return ['| metric | type | labels | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
