// `npm run chaos` attacks a gateway in a process of its own, `npm run chaos -- NAME` in one way. Writes what it measured to
// bench/results/chaos.md, where the sections of other attacks stay, and exits 1 when a limit was passed.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';

import type { ChaosCase, ChaosFigure } from './chaos-case.ts';

const folder = new URL('./cases/', import.meta.url);
const known = readdirSync(folder).map((file) => file.replace(/\.ts$/, ''));
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`no such attack: ${unknown.join(', ')}; there are: ${known.join(', ')}\n`);
  process.exit(2);
}

const isOver = ({ value, limit }: ChaosFigure) => limit !== undefined && value > limit;
const results = new URL('../results/chaos.md', import.meta.url);
const sections = readSections();
for (const name of wanted.length > 0 ? wanted : known) {
  const { chaos } = (await import(new URL(`${name}.ts`, folder).href)) as { chaos: ChaosCase };
  const figures = await chaos.run();
  const rows = figures.map(({ what, value, unit, limit }) => {
    const bound = limit === undefined ? '–' : `${limit} ${unit}`;
    return `| ${what} | ${Number(value.toFixed(1))} ${unit} | ${bound} |`;
  });
  const section = `## ${name}\n\n${chaos.attack}\n\n| figure | measured | at most |\n| --- | ---: | ---: |\n${rows.join('\n')}\n`;
  process.stdout.write(`${section}\n`);
  sections.set(name, section);
  if (figures.some(isOver)) process.exitCode = 1;
}
const machine = `Node ${process.versions.node}, ${cpus().length} cores. Written by \`npm run chaos\`.`;
const written = known.flatMap((name) => sections.get(name) ?? []);
writeFileSync(
  results,
  `# chaos\n\nWhat attackers can do to a gateway, and to everybody else.\n\n${written.join('\n')}\n${machine}\n`,
);

/** What was measured before, by the name of the attack. */
function readSections(): Map<string, string> {
  const text = existsSync(results) ? readFileSync(results, 'utf8') : '';
  const found = text.matchAll(/^## (\S+)\n.*?(?=\n## |\nNode \d)/gms);
  return new Map(Array.from(found, ([section, name]) => [name!, section]));
}
