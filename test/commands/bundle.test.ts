import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Client, credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const dist = new URL('../../dist/', import.meta.url);
const bundled = ['cli.js', ...readdirSync(new URL('bundle/', dist)).map((name) => `bundle/${name}`)];
const read = (name: string) => readFileSync(new URL(name, dist), 'utf8');

let child: ChildProcess | undefined;
let output = '';

/** What the demo says of an address. */
const shown = (pattern: RegExp) => pattern.exec(output)?.[1] ?? '';

beforeAll(async () => {
  child = spawn(process.execPath, [fileURLToPath(new URL('cli.js', dist)), 'demo', '--port', '0', '--still'], {
    env: { ...process.env, REST_PORT: '0', METRICS_PORT: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  while (!output.includes('Ctrl+C')) output += String((await once(child.stdout!, 'data'))[0]);
});
afterAll(async () => {
  child?.kill('SIGTERM');
  if (child !== undefined && child.exitCode === null) await once(child, 'exit');
});

describe('the built program', () => {
  it('is a few files of ASCII, which V8 keeps at one byte a character', () => {
    expect(bundled.length).toBeLessThan(60);
    expect(read('cli.js')).toContain('./bundle/');
    expect(bundled.filter((name) => /[\x80-\uffff]/.test(read(name)))).toEqual([]);
  });

  it('finds protos, schema and the files of its page', async () => {
    const graphql = shown(/GraphiQL\s+(http\S+)/);
    const page = await (await fetch(graphql, { headers: { accept: 'text/html' } })).text();
    const script = /src="(graphql\/assets\/page-[^"]+\.js)"/.exec(page)?.[1] ?? '';
    expect((await fetch(new URL(script, graphql))).headers.get('content-type')).toMatch(/^text\/javascript/);
    const document = (await (await fetch(new URL('/openapi.json', graphql))).json()) as { readonly paths: object };
    expect(Object.keys(document.paths)).toContain('/show.ShowInterface/FindShow');
  });

  it('serves gRPC with its own services, which read their protos from their packages', async () => {
    const client = new Client(shown(/gRPC\s+([\d.:]+),/), credentials.createInsecure());
    const bytes = (message: Buffer) => message;
    const answer = await new Promise((resolve, reject) => {
      const done = (error: Error | null, reply?: Buffer) => (error === null ? resolve(reply) : reject(error));
      client.makeUnaryRequest('/grpc.health.v1.Health/Check', bytes, bytes, Buffer.alloc(0), done);
    });
    client.close();
    // Field 1, `status`: SERVING.
    expect(answer).toEqual(Buffer.from([0x08, 1]));
  });

  it('ends with 0 when it is stopped', async () => {
    const ended = once(child!, 'exit');
    child!.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });
});
