import { didYouMean } from '../errors/did-you-mean.ts';
import { UserError } from '../errors/user-error.ts';

import { flagOf, options } from '../config/settings.ts';

/** `cuegate <command> [argument …] [--option value …] [--switch …]`, taken apart. */
export interface CommandLine {
  readonly command: string;
  /** The words after the command that belong to no option, e.g. `explain` and an RPC; empty unless the command takes any. */
  readonly words: readonly string[];
  /** By setting name, e.g. `REST_PORT`. */
  readonly flags: Readonly<Record<string, string>>;
  /** What is no setting but belongs to a command, and has a value: `token`. */
  readonly values: Readonly<Record<string, string>>;
  /** What is no setting but belongs to a command, e.g. `json`. */
  readonly switches: ReadonlySet<string>;
}

/** The commands that there are, and whether words may follow them. */
export type CommandNames = Readonly<Record<string, { readonly takesWords: boolean }>>;

/** A command line that says nothing we know. */
export class CommandLineError extends UserError {
  override readonly name = 'CommandLineError';
}

const switches: readonly string[] = ['--json', '--pipeline', '--help', '--version'];
const valued: readonly string[] = ['--token', '--scopes', '--subject', '--from', '--key-file', '--anchor'];

/** Takes the arguments after the program's name apart. Throws CommandLineError with the nearest right word. */
export function parseCommandLine(args: readonly string[], commands: CommandNames): CommandLine {
  const byFlag = new Map<string, string>(options.map(({ name }) => [flagOf(name), name]));
  const flags: Record<string, string> = {};
  const values: Record<string, string> = {};
  const words: string[] = [];
  const found = new Set<string>();
  let command: string | undefined;
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index] ?? '';
    const [flag = '', inlineValue] = word.split(/=(.*)/s, 2);
    const name = byFlag.get(flag);
    if (name !== undefined || valued.includes(flag)) {
      const value = inlineValue ?? args[++index];
      if (value === undefined) throw new CommandLineError(`${flag} needs a value, e.g. ${flag}=…`);
      if (name === undefined) values[flag.slice(2)] = value;
      else flags[name] = value;
    } else if (switches.includes(word)) {
      found.add(word.slice(2));
    } else if (word.startsWith('-')) {
      throw unknown('option', flag, [...byFlag.keys(), ...switches, ...valued]);
    } else if (command !== undefined && commands[command]?.takesWords === true) {
      words.push(word);
    } else if (command === undefined && Object.hasOwn(commands, word)) {
      command = word;
    } else {
      throw unknown('command', word, Object.keys(commands));
    }
  }
  if (found.has('help') || found.has('version')) command = 'help';
  return { command: command ?? 'help', words, flags, values, switches: found };
}

function unknown(kind: string, word: string, candidates: readonly string[]): CommandLineError {
  const hint = didYouMean(word, candidates) || '; cuegate help lists what there is';
  return new CommandLineError(`unknown ${kind} "${word}"${hint}`);
}
