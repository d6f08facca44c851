// `npm run bench` runs every case, `npm run bench -- startup` one. Each writes its table to bench/results/.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';

import type { BenchCase, BenchTable } from './bench-case.ts';

const folder = new URL('./cases/', import.meta.url);
const results = new URL('./results/', import.meta.url);
const known = readdirSync(folder).map((file) => file.replace(/\.ts$/, ''));
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`no such case: ${unknown.join(', ')}; there are: ${known.join(', ')}\n`);
  process.exit(2);
}

mkdirSync(results, { recursive: true });
for (const name of wanted.length > 0 ? wanted : known) {
  const { bench } = (await import(new URL(`${name}.ts`, folder).href)) as { bench: BenchCase };
  const page = formatPage(bench, await bench.run());
  writeFileSync(new URL(`${name}.md`, results), page);
  process.stdout.write(`${page}\n`);
}

function formatPage({ name, question }: BenchCase, { columns, rows, notes = [] }: BenchTable): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = columns.map((_, index) => (index === 0 ? '---' : '---:'));
  const table = [line(columns), line(rule), ...rows.map(line)].join('\n');
  const machine = `Node ${process.versions.node}, ${cpus().length} cores. Written by \`npm run bench -- ${name}\`.`;
  return `# ${name}\n\n${question}\n\n${table}\n\n${[...notes, machine].join('\n\n')}\n`;
}
