import { readFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { DemoCuebot } from '../../src/demo/demo-cuebot.ts';
import { createDemoCuebot } from '../../src/demo/demo-cuebot.ts';
import type { Json } from '../json.ts';

import type { CuebotClient } from './cuebot-client.ts';
import { createCuebotClient } from './cuebot-client.ts';

/**
 * One answer of a real Cuebot 1.30. Errors are kept whole; of a reply the file keeps the shape, in which a list holds the
 * merged shape of its elements and a value the name of its JSON kind.
 */
interface Recording {
  readonly rpc: string;
  readonly case: 'empty' | 'unknown' | 'real';
  readonly request: Json;
  readonly code?: number;
  readonly message?: string;
  readonly shape?: Json;
}

const RECORDINGS: readonly Recording[] = readFileSync(
  new URL('../recorded/cuebot-golden.jsonl', import.meta.url),
  'utf8',
)
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

/** Recordings that hang on what had been called before them, with the reason. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'limit.LimitInterface/Delete empty': 'a limit without a name had been created before',
  'limit.LimitInterface/Delete unknown': 'a limit of that name had been created before',
};

let demo: DemoCuebot;
let client: CuebotClient;

beforeAll(async () => {
  demo = await createDemoCuebot();
  client = createCuebotClient(demo.endpoint);
});

afterAll(async () => {
  client.close();
  await demo.close();
});

describe('the answers of a real Cuebot', () => {
  const named = RECORDINGS.map((recording) => [`${recording.rpc} ${recording.case}`, recording] as const);

  test.each(named.filter(([name]) => !(name in EXCEPTIONS)))('%s', async (_name, recording) => {
    const difference = await compare(recording);
    expect(difference).toBe('');
  });

  test.each(Object.keys(EXCEPTIONS))('%s still differs', async (name) => {
    const recording = named.find(([candidate]) => candidate === name)?.[1];
    expect(recording, 'the exception names a recording').toBeDefined();
    expect(await compare(recording!)).not.toBe('');
  });
});

/** What is different in the demo's answer; empty when nothing is. */
async function compare(recording: Recording): Promise<string> {
  const outcome = await client.call(recording.rpc, withOurIds(recording.request));
  if ('reply' in outcome) {
    if (!recording.shape) return `answers, where ${recording.code} ${recording.message} was recorded`;
    return compareShapes(recording.shape, outcome.reply, recording.rpc);
  }
  if (outcome.code !== recording.code) return `code ${outcome.code} ${outcome.message} instead of ${recording.code}`;
  return outcome.message === recording.message ? '' : `says ${outcome.message} instead of ${recording.message}`;
}

/** Names and ids of the recorded farm, replaced by things of the demo that lie alike. */
function withOurIds(request: Json): Json {
  const { farm } = demo;
  const job = [...farm.jobs.values()].find(({ name }) => name.includes('pyro_sim'))!;
  const layer = job.layers.find(({ name }) => name === 'sim')!;
  const frame = layer.frames[0]!;
  const host = [...farm.hosts.values()].find(({ name }) => name === 'rqd024')!;
  const proc = [...farm.procs.values()][0]!;
  const limit = [...farm.limits.values()].find(({ name }) => name === 'io_heavy')!;
  const replacements: readonly (readonly [string, string])[] = [
    ['b7f346c5-e918-4336-8152-346303335bc7', job.id],
    ['alpha-sq100-fxuser_pyro_fx_sim', job.name],
    ['a109e978-47ec-4f76-92a2-e9ff0458f520', layer.id],
    ['7117b5ce-c668-494f-a422-d94e9d11541e', frame.id],
    ['424fc514-9826-4f89-ac44-61061894b4a2', host.id],
    ['3e209c7f-1e01-4e1e-b750-db7adbd35ac0', proc.id],
    ['ec218a2b-ee7c-495d-8986-3a7347a0310b', limit.id],
  ];
  let text = JSON.stringify(request);
  for (const [recorded, ours] of replacements) text = text.replaceAll(recorded, ours);
  return JSON.parse(text);
}

/**
 * Every recorded key must be there with a value of the same kind. Keys on top are fields that newer releases added; a
 * message may be null on either side; an empty list says nothing about its elements.
 */
function compareShapes(shape: Json, value: Json, path: string): string {
  if (shape === 'null' || value === null) {
    return shape === 'null' || typeof shape === 'object' ? '' : `${path} is null instead of a ${shape}`;
  }
  if (Array.isArray(shape)) {
    if (!Array.isArray(value)) return `${path} is no list`;
    if (shape.length === 0) return '';
    return value.map((item, index) => compareShapes(shape[0], item, `${path}[${index}]`)).find(Boolean) ?? '';
  }
  if (typeof shape !== 'object')
    return typeof value === shape ? '' : `${path} is a ${typeof value} instead of a ${shape}`;
  if (typeof value !== 'object' || Array.isArray(value)) return `${path} is no message`;
  for (const [key, inner] of Object.entries(shape)) {
    if (!(key in value)) return `${path}.${key} is missing`;
    const difference = compareShapes(inner, value[key], `${path}.${key}`);
    if (difference) return difference;
  }
  return '';
}
