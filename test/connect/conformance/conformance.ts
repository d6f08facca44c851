// npm run conformance:connect: the official conformance suite of Connect (https://github.com/connectrpc/conformance), against a
// cuegate in front of the suite's own reference server. Needs Go, whose proxy brings the suite; CI without Go leaves it out.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const suite = 'connectrpc.com/conformance';
const version = 'v1.0.5';
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

if (spawnSync('go', ['version']).status !== 0) {
  process.stderr.write('skipped: the conformance suite of Connect is a Go program, and there is no Go here\n');
  process.exit(0);
}
const folder = mkdtempSync(join(tmpdir(), 'cuegate-conformance-'));
try {
  const environment = { ...process.env, GOBIN: folder };
  for (const program of ['connectconformance', 'referenceserver']) {
    execFileSync('go', ['install', `${suite}/cmd/${program}@${version}`], { env: environment, stdio: 'inherit' });
  }
  const modules = execFileSync('go', ['env', 'GOMODCACHE'], { encoding: 'utf8' }).trim();
  const protos = join(modules, `${suite}@${version}`, 'proto');
  const server = [
    process.execPath,
    here('../../run-typescript.mjs'),
    '--no-build',
    here('server.ts'),
    join(folder, 'referenceserver'),
    protos,
  ];
  const flags = ['--mode', 'server', '--conf', here('features.yaml'), '--max-servers', '1', '--parallel', '4'];
  const known = ['--known-failing', `@${here('known-failing.txt')}`];
  const { status } = spawnSync(join(folder, 'connectconformance'), [...flags, ...known, '--', ...server], {
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true });
}
