import { readFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { fileURLToPath } from 'node:url';

/** What ran of one script. */
export interface TracedScript {
  readonly url: string;
  /** In the order in which they stand. */
  readonly functions: readonly TracedFunction[];
}

/** A function that ran. */
export interface TracedFunction {
  /** Empty: anonymous. */
  readonly name: string;
  /** The line of the script in which it begins. */
  readonly line: number;
  readonly calls: number;
}

/**
 * Which functions of some scripts run while some work is done, callbacks that it causes included. Each function counts once,
 * however often it is called. Whatever else the process does at the time is counted, too.
 */
export async function traceCalls(
  work: () => Promise<void>,
  isWanted: (url: string) => boolean,
): Promise<readonly TracedScript[]> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
    await work();
    // The first time counts what was already running when counting began, so the second one is taken.
    await session.post('Profiler.takePreciseCoverage');
    await work();
    await new Promise((resolve) => setImmediate(resolve));
    const { result } = await session.post('Profiler.takePreciseCoverage');
    return result
      .filter(({ url }) => isWanted(url))
      .map(({ url, functions }) => {
        const source = readFileSync(fileURLToPath(url), 'utf8');
        const lineAt = (offset: number) => source.slice(0, offset).split('\n').length;
        const called = functions.flatMap(({ functionName: name, ranges: [range] }) =>
          range !== undefined && range.count > 0 ? [{ name, line: lineAt(range.startOffset), calls: range.count }] : [],
        );
        return { url, functions: called.toSorted((one, other) => one.line - other.line) };
      })
      .filter(({ functions }) => functions.length > 0)
      .toSorted((one, other) => (one.url < other.url ? -1 : 1));
  } finally {
    session.disconnect();
  }
}
