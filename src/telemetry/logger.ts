/** One line of the log: fields first, then what happened. Never tokens, request messages or secrets. */
type Log = (fields: Readonly<Record<string, unknown>>, message: string) => void;

/** Where rooms write what people who run the gateway need to know. pino has this shape. */
export interface Logger {
  readonly debug: Log;
  readonly info: Log;
  readonly warn: Log;
  readonly error: Log;
  /** Writes what must be kept whatever the level; undefined: `info` does. */
  readonly record?: Log;
  /** Whether a level is written at all; undefined: every level is. */
  readonly isLevelEnabled?: (level: 'debug') => boolean;
}

const ignore = (): void => undefined;

/** For whoever tells people by other means: nothing is written. */
export const silentLogger: Logger = Object.freeze({ debug: ignore, info: ignore, warn: ignore, error: ignore });
