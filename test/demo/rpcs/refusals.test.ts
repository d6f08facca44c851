import type { Type } from 'protobufjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { DemoCuebot } from '../../../src/demo/demo-cuebot.ts';
import { createDemoCuebot } from '../../../src/demo/demo-cuebot.ts';
import { loadProtocol } from '../../../src/demo/wire/load-protocol.ts';
import type { Json } from '../../json.ts';
import type { CuebotClient } from '../cuebot-client.ts';
import { createCuebotClient } from '../cuebot-client.ts';
import { specText } from '../spec/spec-text.ts';
import { MODES } from './modes.ts';

let demo: DemoCuebot;
let client: CuebotClient;
beforeAll(async () => {
  demo = await createDemoCuebot({ now: () => 1_800_000_000_000 });
  client = createCuebotClient(demo.endpoint);
});
afterAll(async () => {
  client.close();
  await demo.close();
});

const UNIMPLEMENTED = 12;
/** How the demo begins what a real Cuebot would not say. */
const OWN = /^the demo Cuebot does not play |: the demo Cuebot reads no /;

/** The forms that a real Cuebot's errors have: exceptions with their text once more, and the texts of its own. */
const REAL: readonly RegExp[] = [
  /^(?:java|org\.springframework|com\.imageworks)\.[\w.]+(?:: .*)?\n/s,
  /^Incorrect result size: expected 1, actual \d$/,
  /^Job not found$/,
  /^Failed to (?:find job data|find suitable frames\.(?:\ncustomException\(\))?|launch and add job: |add job to launch queue: )/,
  /^Failed to remove group, be sure that there are no jobs or filter actions pointing at the group\.$/,
  /^Show could not be created\./,
  /^A subscription to .* was not found\.$/,
  /^start_after must be a Unix timestamp in seconds /,
];

/** A request with something in every field, which names nothing on the farm. */
function strange(type: Type, depth = 0): Json {
  const filled: Record<string, Json> = {};
  for (const field of type.fieldsArray) {
    const { resolvedType, repeated, map, name } = field.resolve();
    if (map || (resolvedType && 'values' in resolvedType)) continue;
    if (resolvedType && depth > 2) continue;
    const value = resolvedType
      ? strange(resolvedType as Type, depth + 1)
      : field.type === 'string'
        ? 'a.b.c nope'
        : field.type === 'bool'
          ? true
          : field.type === 'bytes'
            ? ''
            : -7;
    filled[name] = repeated ? [value] : value;
  }
  return filled;
}

describe('what the demo refuses', () => {
  const served = loadProtocol().filter(({ name }) => name in MODES);

  test('is asked of every RPC of a real Cuebot', () => {
    expect(served.length).toBe(Object.keys(MODES).length);
  });

  test.each(served.map((method) => [method.name, method.requestType] as const))('%s', async (name, type) => {
    for (const request of [{}, strange(type)]) {
      const outcome = await client.call(name, request);
      if ('reply' in outcome) continue;
      const { code, message } = outcome;
      if (MODES[name]![1] === 'X') {
        expect(outcome).toEqual({ code: UNIMPLEMENTED, message: `Method ${name} is unimplemented` });
      } else if (!REAL.some((form) => form.test(message))) {
        expect(message).toMatch(OWN);
      } else {
        expect(code, message).not.toBe(UNIMPLEMENTED);
      }
    }
  });

  test('is called the demo’s own: what render hosts say', async () => {
    const own: string[] = [];
    for (const { name } of served) {
      const outcome = await client.call(name);
      if ('message' in outcome && OWN.test(outcome.message)) own.push(name);
    }
    expect(own).toEqual(Object.keys(MODES).filter((name) => name.startsWith('report.')));
  });

  test('is called the demo’s own: a document type that a real Cuebot would fetch', async () => {
    const spec = specText().replace('http://localhost:8080/spcue/dtd/', 'http://elsewhere.example/');
    const outcome = await client.call('job.JobInterface/LaunchSpec', { spec });
    expect(outcome).toMatchObject({ code: 13, message: expect.stringMatching(OWN) });
  });
});
