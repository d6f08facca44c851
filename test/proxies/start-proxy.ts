import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { TestCertificate } from '../certificates.ts';

/** The programs that docs/proxies.md has recipes for. */
export const proxyNames = ['nginx', 'haproxy', 'caddy'] as const;

/** One of them. */
export type ProxyName = (typeof proxyNames)[number];

/** A proxy that listens. */
export interface RunningProxy {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/** What a proxy is started with. */
export interface StartProxyOptions {
  readonly gatewayPort: number;
  readonly certificate: TestCertificate;
  /** What to make of the recipe first. */
  readonly change?: (recipe: string) => string;
}

/** Whether a program is not installed. */
export function isMissing(name: ProxyName): boolean {
  return spawnSync(name, [name === 'caddy' ? 'version' : '-v']).error !== undefined;
}

/** The recipe of a program in docs/proxies.md. */
export function recipeOf(name: ProxyName): string {
  const page = readFileSync(fileURLToPath(new URL('../../docs/proxies.md', import.meta.url)), 'utf8');
  return new RegExp(`\`\`\`${name}\n([\\s\\S]*?)\`\`\``).exec(page)![1]!;
}

/** Starts a program by its recipe, with a free port and the test's files in place of those that stand there. */
export async function startProxy(
  name: ProxyName,
  { gatewayPort, certificate, change = (recipe) => recipe }: StartProxyOptions,
): Promise<RunningProxy> {
  const folder = mkdtempSync(join(tmpdir(), `cuegate-${name}-`));
  const port = await freePort();
  const both = join(folder, 'both.pem');
  writeFileSync(both, Buffer.concat([certificate.cert, certificate.key]));
  const recipe = change(recipeOf(name))
    .replaceAll('127.0.0.1:8448', `127.0.0.1:${gatewayPort}`)
    .replaceAll('/etc/ssl/cuegate-with-key.pem', both)
    .replaceAll('/etc/ssl/cuegate.pem', certificate.certFile)
    .replaceAll('/etc/ssl/cuegate.key', certificate.keyFile);
  const [program, ...words] = commands[name](folder, recipe, port);
  const child = spawn(program!, words, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, HOME: folder } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => {
      output += text;
    });
  }
  const stop = async () => {
    if (child.exitCode === null && child.kill('SIGTERM')) await once(child, 'exit');
    rmSync(folder, { recursive: true, force: true });
  };
  if (!(await listens(port, child))) {
    await stop();
    throw new Error(`${name} does not listen:\n${output}`);
  }
  return { port, stop };
}

const commands: Readonly<Record<ProxyName, (folder: string, recipe: string, port: number) => readonly string[]>> = {
  nginx: (folder, recipe, port) => {
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (kind) => `${kind}_temp_path ${folder}/${kind};`,
    );
    const config = `pid ${folder}/pid; error_log stderr; daemon off; events {}
      http { access_log off; ${temporary.join(' ')} ${recipe.replace('listen 443', `listen 127.0.0.1:${port}`)} }`;
    return ['nginx', '-p', folder, '-c', write(folder, config), '-e', 'stderr'];
  },
  haproxy: (folder, recipe, port) => [
    'haproxy',
    '-db',
    '-f',
    write(folder, recipe.replace('bind :443', `bind 127.0.0.1:${port}`)),
  ],
  caddy: (folder, recipe, port) => {
    mkdirSync(join(folder, 'data'));
    const options = `{\n admin off\n auto_https disable_redirects\n storage file_system ${folder}/data\n}\n`;
    const site = recipe.replace('cuegate.studio.example {', `cuegate.studio.example:${port} {\n  bind 127.0.0.1`);
    return ['caddy', 'run', '--adapter', 'caddyfile', '--config', write(folder, options + site)];
  },
};

function write(folder: string, text: string): string {
  const path = join(folder, 'config');
  writeFileSync(path, text);
  return path;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Resolves when somebody takes connections; false when the program has ended before. */
async function listens(port: number, child: ChildProcess): Promise<boolean> {
  while (child.exitCode === null) {
    const socket = connect(port, '127.0.0.1');
    const isThere = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    if (isThere) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}
