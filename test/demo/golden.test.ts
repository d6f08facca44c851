import { readFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { DemoCuebot } from '../../src/demo/demo-cuebot.ts';
import { createDemoCuebot } from '../../src/demo/demo-cuebot.ts';
import type { Json } from '../json.ts';

import { loadProtocol } from '../../src/demo/wire/load-protocol.ts';
import type { CuebotClient } from './cuebot-client.ts';
import { createCuebotClient } from './cuebot-client.ts';
import type { Shape } from './golden-shape.ts';
import { shapeDifferences, shapeOf } from './golden-shape.ts';

/** One answer of a real Cuebot 1.30. Errors are kept whole; of a reply the file keeps its shape. */
interface Recording {
  readonly rpc: string;
  readonly case: 'empty' | 'unknown' | 'real';
  readonly request: Json;
  readonly code?: number;
  readonly message?: string;
  readonly shape?: Shape;
}

const RECORDINGS: readonly Recording[] = readFileSync(
  new URL('../recorded/cuebot-golden.jsonl', import.meta.url),
  'utf8',
)
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

/** The fields of a limit that came after the recordings, with OpenCue 1.31 to 1.37. */
const NEW_OF_LIMITS = [
  ...['type', 'enforcement', 'softValue', 'currentUsage', 'settledUsage', 'pendingUsage', 'hostCount'],
  ...['lastReportTime', 'reportSource', 'reportTtl', 'reportStale', 'blockingDisabled', 'exitStatus'],
  ...['delayMinutes', 'autoTag', 'specLayerCount', 'autoLayerCount'],
];
const subgroup = 'the recorded show had no groups below its own, the demo’s has one';

/** What the demo answers otherwise, by how the difference begins, each with its reason. What is not so any longer has to go. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'limit.LimitInterface/Delete empty: ': 'a limit without a name had been created before',
  'limit.LimitInterface/Delete unknown: ': 'a limit of that name had been created before',
  'show.ShowInterface/GetJobWhiteboard real: whiteboard.groups.nestedGroups was': subgroup,
  'show.ShowInterface/GetJobWhiteboard real: whiteboard.groups.null is': subgroup,
  ...Object.fromEntries(
    NEW_OF_LIMITS.flatMap((field) => [
      [`limit.LimitInterface/Get real: limit.${field} was`, 'newer than the recording'],
      [`limit.LimitInterface/GetAll empty: limits[].${field} was`, 'newer than the recording'],
    ]),
  ),
};
/** The exception that a difference falls under. */
const exceptionFor = (difference: string) => Object.keys(EXCEPTIONS).find((start) => difference.startsWith(start));

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

const TYPES = new Map(loadProtocol().map(({ name, responseType }) => [name, responseType]));
/** The exceptions that were needed so far. */
const excepted = new Set<string | undefined>();

describe('the answers of a real Cuebot', () => {
  test.each(RECORDINGS.map((recording) => [`${recording.rpc} ${recording.case}`, recording] as const))(
    '%s',
    async (name, recording) => {
      const differences = (await compare(recording)).map((one) => `${name}: ${one}`);
      for (const one of differences) excepted.add(exceptionFor(one));
      expect(differences.filter((one) => exceptionFor(one) === undefined)).toEqual([]);
    },
  );

  test('differ wherever an exception says so', () => {
    expect(Object.keys(EXCEPTIONS).filter((one) => !excepted.has(one))).toEqual([]);
  });
});

/** What is different in the demo's answer, a sentence for each place. */
async function compare(recording: Recording): Promise<string[]> {
  const outcome = await client.call(recording.rpc, withOurIds(recording.request));
  if ('reply' in outcome) {
    if (recording.shape === undefined) return [`answers, where ${recording.code} ${recording.message} was recorded`];
    return shapeDifferences(recording.shape, shapeOf(TYPES.get(recording.rpc)!, outcome.reply));
  }
  if (outcome.code !== recording.code) return [`code ${outcome.code} ${outcome.message} instead of ${recording.code}`];
  return outcome.message === recording.message ? [] : [`says ${outcome.message} instead of ${recording.message}`];
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
