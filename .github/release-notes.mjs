// Prints what CHANGELOG.md says of one version: node .github/release-notes.mjs 0.2.0
// Fails when the page has no such version, or when package.json names another one.
import { readFileSync } from 'node:fs';

const read = (path) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const [version = ''] = process.argv.slice(2);
const { version: packaged } = JSON.parse(read('package.json'));

const sections = read('CHANGELOG.md').split(/^## /m).slice(1);
const section = sections.find((text) => text.split('\n', 1)[0].trim() === version);

function problem() {
  if (version === '') return 'usage: npm run release-notes -- VERSION';
  if (section === undefined) return `CHANGELOG.md has no section "## ${version}"`;
  if (packaged !== version) return `package.json is version ${packaged}; expected ${version}`;
  return undefined;
}

if (problem() === undefined) {
  process.stdout.write(`${section.slice(section.indexOf('\n')).trim()}\n`);
} else {
  process.stderr.write(`${problem()}\n`);
  process.exitCode = 1;
}
