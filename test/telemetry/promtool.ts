import { spawnSync } from 'node:child_process';

/** Prometheus' own tool (Debian's package `prometheus`), which judges metrics and rules. */
const found = spawnSync('promtool', ['--version']).error === undefined;

/** A developer's machine may lack it, and then its tests are skipped; the one that judges pull requests must have it. */
export const isPromtoolMissing = !found && process.env['CI'] !== 'true';

/** Runs promtool; its whole output and exit code. */
export function promtool(
  words: readonly string[],
  input = '',
): { readonly output: string; readonly code: number | null } {
  const { stdout, stderr, status, error } = spawnSync('promtool', words, { input, encoding: 'utf8' });
  if (error !== undefined) throw error;
  return { output: `${stdout}${stderr}`, code: status };
}
