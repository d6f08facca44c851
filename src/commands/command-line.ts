import { didYouMean } from '../errors/did-you-mean.ts';
import { UserError } from '../errors/user-error.ts';

import { flagOf, options } from '../config/settings.ts';

/** `cuegate <command> [argument …] [--option value …] [--switch …]`, taken apart. */
export interface CommandLine {
  readonly command: CommandName;
  /** The words after the command that belong to no option, e.g. `explain` and an RPC; empty unless the command takes any. */
  readonly words: readonly string[];
  /** By setting name, e.g. `REST_PORT`. */
  readonly flags: Readonly<Record<string, string>>;
  /** What is no setting but belongs to a command, and has a value: `token`. */
  readonly values: Readonly<Record<string, string>>;
  /** What is no setting but belongs to a command, e.g. `json`. */
  readonly switches: ReadonlySet<string>;
}

/** What may follow a command beside settings. */
export interface CommandSyntax {
  /** Whether words may. */
  readonly takesWords: boolean;
  /** Options that have a value and are no settings, e.g. `--token`. */
  readonly valued: readonly string[];
  /** Options without a value. */
  readonly switches: readonly string[];
}

/** The one table of commands. */
export const commandTable = {
  serve: { takesWords: false, valued: [], switches: [] },
  demo: {
    takesWords: false,
    valued: ['--port', '--seed', '--size', '--speed', '--defects'],
    switches: ['--cuebot-only', '--still'],
  },
  operations: { takesWords: false, valued: [], switches: ['--json', '--pipeline'] },
  token: { takesWords: false, valued: ['--subject', '--scopes'], switches: [] },
  'api-key': { takesWords: false, valued: ['--subject', '--scopes'], switches: [] },
  policy: { takesWords: true, valued: ['--token'], switches: [] },
  audit: { takesWords: true, valued: ['--from', '--key-file', '--anchor'], switches: [] },
  doctor: { takesWords: false, valued: ['--token'], switches: ['--json'] },
  ready: { takesWords: false, valued: [], switches: [] },
  help: { takesWords: false, valued: [], switches: [] },
} as const satisfies Readonly<Record<string, CommandSyntax>>;

/** The first word after `cuegate`. */
export type CommandName = keyof typeof commandTable;

const commands: Readonly<Record<CommandName, CommandSyntax>> = commandTable;
const commandNames = Object.keys(commands) as readonly CommandName[];

/** These are `help` by other names, whatever the command. */
const helpSwitches: readonly string[] = ['--help', '--version'];

const valued = new Set(commandNames.flatMap((name) => commands[name].valued));
const switches = new Set([...helpSwitches, ...commandNames.flatMap((name) => commands[name].switches)]);

/** A command line that says nothing we know. */
export class CommandLineError extends UserError {
  override readonly name = 'CommandLineError';
}

/** Takes the arguments after the program's name apart. Throws CommandLineError with the nearest right word. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const byFlag = new Map<string, string>(options.map(({ name }) => [flagOf(name), name]));
  const flags: Record<string, string> = {};
  const values: Record<string, string> = {};
  const words: string[] = [];
  const found = new Set<string>();
  let command: CommandName | undefined;
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index] ?? '';
    const [flag = '', inlineValue] = word.split(/=(.*)/s, 2);
    const name = byFlag.get(flag);
    if (name !== undefined || valued.has(flag)) {
      const value = inlineValue ?? args[++index];
      if (value === undefined) throw new CommandLineError(`${flag} needs a value, e.g. ${flag}=…`);
      if (name === undefined) values[flag.slice(2)] = value;
      else flags[name] = value;
    } else if (switches.has(word)) {
      found.add(word.slice(2));
    } else if (word.startsWith('-')) {
      throw unknown('option', flag, [...byFlag.keys(), ...switches, ...valued]);
    } else if (command !== undefined && commands[command].takesWords) {
      words.push(word);
    } else if (command === undefined && isCommand(word)) {
      command = word;
    } else {
      throw unknown('command', word, commandNames);
    }
  }
  if (found.has('help') || found.has('version')) command = 'help';
  command ??= 'help';
  if (command !== 'help') assertTaken(command, [...Object.keys(values), ...found]);
  return { command, words, flags, values, switches: found };
}

function isCommand(word: string): word is CommandName {
  return Object.hasOwn(commands, word);
}

/** An option that the command would not look at was meant for another one, or the command was. */
function assertTaken(command: CommandName, given: readonly string[]): void {
  const taken = takenBy(command);
  for (const option of given.map((name) => `--${name}`)) {
    if (taken.includes(option)) continue;
    const takers = commandNames.filter((name) => takenBy(name).includes(option)).map((name) => `"${name}"`);
    throw new CommandLineError(`"${command}" does not take ${option}; ${takers.join(' and ')} can`);
  }
}

function takenBy(name: CommandName): readonly string[] {
  return [...commands[name].valued, ...commands[name].switches];
}

function unknown(kind: string, word: string, candidates: readonly string[]): CommandLineError {
  const hint = didYouMean(word, candidates) || '; cuegate help lists what there is';
  return new CommandLineError(`unknown ${kind} "${word}"${hint}`);
}
