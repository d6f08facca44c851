import type { Difference } from './difference.ts';
import { differences } from './differences.ts';
import { createTestGateway, createToken, type TestGateway, type TestGatewayOptions } from './gateway.ts';
import { countResponses, replay } from './replay.ts';
import type { Vector } from './vector.ts';

/** How one vector came out. `explained`: differs as a difference says it does. `stale`: a difference that is none. */
export type Verdict = 'same' | 'explained' | 'stale' | 'wrong';

export interface Outcome {
  readonly vector: Vector;
  readonly verdict: Verdict;
  /** The differences that speak of this vector. */
  readonly differences: readonly Difference[];
  /** What should have come back, one character per byte, with `$DATE` for times. */
  readonly expected: string;
  readonly actual: string;
}

/** Vectors in flight at once. */
const concurrency = 8;
/** How long to wait for bytes that should come. */
const patienceMs = 15_000;
/** How long to wait for bytes that should not. */
const silenceMs = 300;

/** Replays vectors over sockets against gateways that it starts itself, and compares byte for byte. */
export async function runConformance(vectors: readonly Vector[]): Promise<readonly Outcome[]> {
  const token = createToken(tokenLengthOf(vectors));
  const gateways = new Map<string, Promise<TestGateway>>();
  const gatewayOf = (vector: Vector): Promise<TestGateway> => {
    const options = optionsOf(vector);
    const key = JSON.stringify(options);
    const gateway = gateways.get(key) ?? createTestGateway(options);
    gateways.set(key, gateway);
    return gateway;
  };
  const outcomes: Outcome[] = [];
  const queue = vectors.entries();
  const work = async () => {
    for (const [index, vector] of queue) outcomes[index] = await judge(vector, (await gatewayOf(vector)).port, token);
  };
  try {
    await Promise.all(Array.from({ length: concurrency }, work));
  } finally {
    for (const gateway of gateways.values()) await (await gateway).close();
  }
  return outcomes;
}

/** The settings under which the recorded gateway would be the same: it forwarded whatever headers it was given. */
function optionsOf({ backend, variant, request }: Vector): TestGatewayOptions {
  return {
    extent: /^\S+ \/conf\.v1\.Echo\/(?:Headers|C?Stream) /.test(request) ? 'surface' : 'whole',
    backend,
    style: variant === 'B' ? 'spaced' : 'compact',
    forwardMetadata: /^\S+ \S*\/Meta\b/.test(request) || /^grpc-metadata-/im.test(request),
  };
}

async function judge(vector: Vector, port: number, token: string): Promise<Outcome> {
  const concerning = differences.filter((difference) => difference.recorded?.concerns(vector));
  const fill = (text: string) => text.replaceAll('$TOKEN', token);
  const recorded = canonical(fill(vector.response));
  const answer = concerning.reduce((response, { recorded }) => recorded!.answer(response, vector), vector.response);
  const expected = canonical(fill(answer));
  const responses = expected === '' ? 0 : Math.max(countResponses(expected, vector.request.startsWith('HEAD ')), 1);
  const untilClosed = concerning.length === 0 ? vector.closed : /^Connection: close\r$/im.test(expected);
  const { response, closed } = await replay({
    port,
    request: fill(vector.request),
    responses,
    untilClosed,
    patienceMs: responses === 0 ? silenceMs : patienceMs,
  });
  const actual = canonical(response) + (untilClosed && !closed ? '(connection kept open)' : '');
  const isExpected = actual === expected;
  const isStale = concerning.length > 0 && actual === recorded;
  const verdict = isStale ? 'stale' : !isExpected ? 'wrong' : concerning.length > 0 ? 'explained' : 'same';
  return { vector, verdict, differences: concerning, expected, actual };
}

/** Takes out what may differ between two runs of one gateway: the time, and the order in which Go announces trailers. */
function canonical(response: string): string {
  return response
    .replace(/(Date: )\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT/g, '$1$$DATE')
    .replace(/(?:^Trailer: .*\r\n)+/gm, (lines) =>
      lines
        .split(/(?<=\n)/)
        .toSorted()
        .join(''),
    );
}

/** Answers of Meta quote the token twice, so their lengths tell how long it was. */
function tokenLengthOf(vectors: readonly Vector[]): number {
  for (const { response } of vectors) {
    const [head = '', body = ''] = response.split('\r\n\r\n');
    const quoted = body.split('$TOKEN').length - 1;
    const length = /^Content-Length: (\d+)\r?$/m.exec(head)?.[1];
    if (quoted > 0 && length !== undefined) return (Number(length) - body.length) / quoted + '$TOKEN'.length;
  }
  return 100;
}
