import { type ChildProcess, spawn } from 'node:child_process';
import { Agent, request as httpRequest } from 'node:http';
import { fileURLToPath } from 'node:url';

import { processorTimeMs } from './processor-time.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A program under load, in a process of its own. */
export interface Program {
  readonly url: string;
  /** What else was announced, by the further groups of the expression. */
  readonly announced: readonly string[];
  /** Processor time used so far, in milliseconds, user and system. */
  readonly cpuMs: () => number;
  readonly signal: (name: NodeJS.Signals) => void;
  readonly stop: () => void;
}

/** Starts `node <words>` and waits for the address that it prints after `announcement`. */
export async function startProgram(
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
  announcement: RegExp,
): Promise<Program> {
  const child: ChildProcess = spawn('node', words, {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  const [url, ...announced] = await new Promise<[string, ...string[]]>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      output += chunk;
      const [, address, ...others] = announcement.exec(output) ?? [];
      if (address === undefined) return;
      // What it logs later is of no interest, but must be read.
      child.stdout?.off('data', read).resume();
      resolve([address, ...others]);
    };
    child.stdout?.on('data', read);
    child.once('exit', () => reject(new Error(`ended before it was ready: ${output}`)));
  });
  const signal = (name: NodeJS.Signals) => void child.kill(name);
  return {
    url,
    announced,
    cpuMs: () => processorTimeMs(child.pid ?? 0),
    signal,
    stop: () => void child.kill('SIGKILL'),
  };
}

/** One kind of request, sent again and again. */
export interface Load {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array<ArrayBuffer>;
}

/**
 * Sends a number of requests over a few kept connections, each as soon as the one before is answered. A function makes each
 * request anew, so that none is like another.
 */
export async function sendLoad(load: Load | (() => Load), requests: number, connections: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  let left = requests;
  const worker = async () => {
    while (left-- > 0) {
      const { url, headers, body } = typeof load === 'function' ? load() : load;
      const status = await new Promise<number>((resolve, reject) => {
        const request = httpRequest(url, { method: 'POST', agent, headers }, (response) => {
          // GraphQL's errors come with 200: a case must not measure how fast it is refused.
          response.once('data', (first: Buffer) => {
            const start = first.toString('latin1', 0, 200);
            if (start.startsWith('{"errors"')) reject(new Error(`${url} answered ${start}`));
          });
          response.resume().once('end', () => resolve(response.statusCode ?? 0));
        });
        request.once('error', reject).end(body);
      });
      if (status !== 200) throw new Error(`${url} answered ${status}`);
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  agent.destroy();
}

/** How much is sent, and how often. */
export interface LoadPlan {
  readonly rounds: number;
  /** Rounds before these, which do not count. */
  readonly warmUpRounds: number;
  readonly requests: number;
  readonly connections: number;
}

/**
 * Processor time of each program per request and round, in milliseconds. They take turns, in another order in each round: what
 * one leaves to do disturbs the next.
 */
export async function measureInTurns(
  loads: readonly (readonly [Program, Load])[],
  { rounds, warmUpRounds, requests, connections }: LoadPlan,
): Promise<readonly (readonly number[])[]> {
  const times = loads.map((): number[] => []);
  for (let round = 0; round < warmUpRounds + rounds; round += 1) {
    const order = loads.map((pair, index) => ({ pair, index, place: Math.random() }));
    for (const { pair, index } of order.toSorted((one, other) => one.place - other.place)) {
      const [program, load] = pair;
      const before = program.cpuMs();
      await sendLoad(load, requests, connections);
      if (round >= warmUpRounds) times[index]!.push((program.cpuMs() - before) / requests);
    }
  }
  return times;
}
