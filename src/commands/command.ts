import type { RawConfig } from '../config/read-settings.ts';

/** What a command is given. */
export interface CommandInput extends RawConfig {
  /** The words after the command. */
  readonly words: readonly string[];
  /** What belongs to the command and has a value, e.g. `token`. */
  readonly values: Readonly<Record<string, string>>;
  readonly switches: ReadonlySet<string>;
}

/** One word of the command line. Resolves when its work is done, or when a server that it started is running. */
export type Command = (input: CommandInput) => Promise<void>;
