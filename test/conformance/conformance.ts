// The command behind `npm run conformance -- FILE.jsonl...`: replays recordings of the Go gateway against this one,
// prints how many came out the same by set, and exits 1 when any differs without being on the list of differences, or
// no longer differs although it is. Without a file: test/recorded/vectors.jsonl.
import { fileURLToPath } from 'node:url';

import { reportConformance } from './report.ts';
import { runConformance } from './run-conformance.ts';
import { loadVectors } from './vector.ts';

const files = process.argv.slice(2);
const recorded = fileURLToPath(new URL('../recorded/vectors.jsonl', import.meta.url));
const vectors = (files.length === 0 ? [recorded] : files).flatMap(loadVectors);
const { text, ok } = reportConformance(await runConformance(vectors));
process.stdout.write(`${text}\n`);
process.exitCode = ok ? 0 : 1;
