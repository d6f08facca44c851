import { readFileSync } from 'node:fs';

/** One recorded exchange with the Go gateway. Texts hold one character per byte. */
export interface Vector {
  /** Which experiment it comes from; sets are numbered by the order in which they were made. */
  readonly set: string;
  /** The server behind the gateway: `conf` for conf.proto, `opencue` for any method of OpenCue's protos. */
  readonly backend: 'conf' | 'opencue';
  /** The build of the gateway: A writes compact JSON, B spaced. */
  readonly variant: 'A' | 'B';
  /** The raw bytes; `$TOKEN` stands for a valid token. */
  readonly request: string;
  /** The raw bytes; `$DATE` stands for the time. */
  readonly response: string;
  /** Whether the server closed the connection. */
  readonly closed: boolean;
}

/** Reads a file of vectors, one JSON object per line. Throws with file and line of one that is none. */
export function loadVectors(path: string): readonly Vector[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line, index) => {
      if (line.trim() === '') return [];
      try {
        return [JSON.parse(line) as Vector];
      } catch (error) {
        throw new Error(`${path}:${index + 1}: expected a JSON object`, { cause: error });
      }
    });
}
