import { fileURLToPath } from 'node:url';

import { compileTargets, nounsOf } from '../../../src/audit/compile-targets.ts';
import { describeRequest } from '../../../src/audit/describe-request.ts';
import { pauseBetweenSlices } from '../../../src/clock/time-slices.ts';
import { compileJsonToWireInSlices } from '../../../src/codec/json/in-slices.ts';
import { compileValueToWire } from '../../../src/codec/value/value-to-wire.ts';
import { compileTextField } from '../../../src/codec/wire/text-field.ts';
import { readJobSpec } from '../../../src/pipeline/validation/job-spec/read-job-spec.ts';
import { workInTurns } from '../../../src/pipeline/work-in-turns.ts';
import type { MessageDescriptor } from '../../../src/registry/descriptors.ts';
import { loadProtoFiles } from '../../../src/registry/sources/load-proto-files.ts';
import type { ChaosCase, ChaosFigure } from '../chaos-case.ts';
import { longestTurnOf } from '../longest-turn.ts';

const targetBytes = 10_000_000;
const otherBytes = 16_000_000;
/** The worst counts: on a busy machine, garbage collection may seem to take all of a turn. */
const rounds = 5;
/** In milliseconds of processor time, garbage collection apart. */
const limit = 50;

/** Requests that are long to look at, for each part of the pipeline that looks. */
export const chaos: ChaosCase = {
  name: 'large-requests',
  attack:
    'Somebody sends requests of 10 to 16 MB whose looking at takes long. How long nobody else is served at a time, in processor time and without garbage collection.',
  run: async () => {
    const registry = loadProtoFiles([fileURLToPath(new URL('../../../proto', import.meta.url))]);
    const messageOf = (rpc: string) => registry.methods.get(rpc)!.input;
    const nouns = nounsOf([...registry.methods.values()].map(({ input }) => input));
    const reparent = messageOf('job.GroupInterface/ReparentJobs');
    const name = (jobs: readonly { readonly id: string }[]) => {
      const wire = compileValueToWire(reparent, registry)({ group: { id: 'g' }, jobs: { jobs } });
      return () => describeRequest(wire, compileTargets(reparent, nouns));
    };
    // Each takes 40 bytes: its id, and four for tags and lengths.
    const jobs = targetBytes / 40;
    const addComment = messageOf('job.JobInterface/AddComment');
    const user = compileTextField(pathOf(addComment, 'new_comment', 'user'));
    const comment = (wire: Uint8Array) => () => workInTurns(user.append(wire, 'ann'), wire.length);
    const scan = (spec: string) => async () => workInTurns(readJobSpec(spec), spec.length);
    const readJson = (message: MessageDescriptor, text: string) => {
      const body = Buffer.from(text);
      return () => compileJsonToWireInSlices(message, registry, 'compact')(body, pauseBetweenSlices());
    };
    const texts = messageOf('host.HostInterface/AddTags');
    const priority = messageOf('job.JobInterface/SetPriority');
    const mistaken = (read: () => Promise<unknown>) => () => read().then(failToFail, () => undefined);
    const cases: Readonly<Record<string, () => unknown>> = {
      'naming jobs of different ids': name(Array.from({ length: jobs }, (_, index) => ({ id: idOf(index) }))),
      'naming one job again and again': name(Array.from({ length: jobs }, () => ({ id: idOf(1) }))),
      'filling in who writes a long comment': comment(
        compileValueToWire(addComment, registry)({ newComment: { message: 'x'.repeat(otherBytes) } }),
      ),
      'filling in who writes a comment of many parts': comment(
        Buffer.alloc(otherBytes, Buffer.from([0x12, 0x02, 0x10, 0x01])),
      ),
      'filling in who writes, among unknown fields': comment(Buffer.alloc(otherBytes, Buffer.from([0x78, 0x01]))),
      'reading a JSON text of escapes': readJson(
        addComment,
        `{"new_comment":{"message":"${'\\u00e9'.repeat(otherBytes / 6)}"}}`,
      ),
      'reading JSON of many small objects': readJson(
        reparent,
        `{"jobs":{"jobs":[${'{"id":"a"},'.repeat(otherBytes / 11)}{}]}}`,
      ),
      'reading JSON of white space': readJson(
        addComment,
        `{${' '.repeat(otherBytes)}"job":${' '.repeat(otherBytes)}{}}`,
      ),
      'reading JSON of one long name': readJson(addComment, `{"${'x'.repeat(otherBytes)}":1}`),
      'reading JSON of an unknown member': readJson(addComment, `{"x":[${'{"a":1},'.repeat(otherBytes / 8)}1]}`),
      'reading JSON of many unknown members': readJson(addComment, `{${'"x":1,'.repeat(otherBytes / 6)}"job":{}}`),
      'reading JSON of many texts': readJson(texts, `{"tags":[${'"a",'.repeat(otherBytes / 4)}"b"]}`),
      'finding the place of a mistake': mistaken(readJson(addComment, `{"x":"${'x'.repeat(otherBytes)}","job":[]}`)),
      'reading JSON of a long number': mistaken(readJson(priority, `{"val":${'1'.repeat(otherBytes)}}`)),
      'telling that a long text is no number': mistaken(readJson(priority, `{"val":"${'x'.repeat(otherBytes)}"}`)),
      'reading JSON of long bytes in base64': readJson(
        messageOf('host.ProcInterface/GetFrame'),
        `{"proc":{"childProcesses":"${'abcd'.repeat(otherBytes / 4)}"}}`,
      ),
      'scanning a job spec of many tags': scan(`<s>${'<a/>'.repeat(otherBytes / 4)}</s>`),
      'scanning a job spec of many references': scan(`<s>${'&lt;'.repeat(otherBytes / 4)}</s>`),
      'scanning a job spec of one long text': scan(`<s>${'x'.repeat(otherBytes)}</s>`),
    };
    const figures: ChaosFigure[] = [];
    for (const [what, work] of Object.entries(cases)) {
      // The first time it is compiled, too.
      await work();
      let longest = 0;
      for (let round = 0; round < rounds; round++) longest = Math.max(longest, await longestTurnOf(work));
      figures.push({ what: `longest turn: ${what}`, value: longest, unit: 'ms', limit });
    }
    return figures;
  },
};

function failToFail(): never {
  throw new Error('the mistake was not found');
}

function idOf(index: number): string {
  return `00000000-0000-0000-0000-${String(index).padStart(12, '0')}`;
}

function pathOf({ fields }: MessageDescriptor, outer: string, inner: string) {
  const first = fields.find(({ name }) => name === outer)!;
  if (first.type.kind !== 'message') throw new Error(`${outer} is no message`);
  return [first, first.type.message.fields.find(({ name }) => name === inner)!];
}
