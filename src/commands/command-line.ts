import { didYouMean } from '../errors/did-you-mean.ts';
import { UserError } from '../errors/user-error.ts';

import { flagOf, options } from '../config/settings.ts';

import { type CommandName, commandNames, commands, optionsOf } from './command-table.ts';

/** `cuegate <command> [argument …] [--option value …] [--switch …]`, taken apart. */
export interface CommandLine {
  readonly command: CommandName;
  /**
   * The words after the command that belong to no option, e.g. `explain` and an RPC; empty unless the command takes any. Of
   * `help`, the command that is asked about.
   */
  readonly words: readonly string[];
  /** By setting name, e.g. `REST_PORT`. */
  readonly flags: Readonly<Record<string, string>>;
  /** What is no setting but belongs to a command, and has a value: `token`. */
  readonly values: Readonly<Record<string, string>>;
  /** What is no setting but belongs to a command, e.g. `json`. */
  readonly switches: ReadonlySet<string>;
}

/** These are `help` by other names; behind a command, `--help` is about that one. */
const helpSwitches: readonly string[] = ['--help', '--version'];

const valued = new Set(commandNames.flatMap((name) => Object.keys(commands[name].valued)));
const switches = new Set([...helpSwitches, ...commandNames.flatMap((name) => Object.keys(commands[name].switches))]);

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
    } else if (command !== undefined && commands[command].words !== undefined) {
      words.push(word);
    } else if (command === undefined && isCommand(word)) {
      command = word;
    } else {
      throw unknown('command', word, commandNames);
    }
  }
  if (found.has('help') || found.has('version'))
    return { command: 'help', words: command === undefined ? [] : [command], flags, values, switches: found };
  command ??= 'help';
  if (command !== 'help') assertTaken(command, [...Object.keys(values), ...found]);
  return { command, words, flags, values, switches: found };
}

function isCommand(word: string): word is CommandName {
  return Object.hasOwn(commands, word);
}

/** An option that the command would not look at was meant for another one, or the command was. */
function assertTaken(command: CommandName, given: readonly string[]): void {
  const taken = optionsOf(command);
  for (const option of given.map((name) => `--${name}`)) {
    if (taken.includes(option)) continue;
    const takers = commandNames.filter((name) => optionsOf(name).includes(option)).map((name) => `"${name}"`);
    throw new CommandLineError(`"${command}" does not take ${option}; ${takers.join(' and ')} can`);
  }
}

function unknown(kind: string, word: string, candidates: readonly string[]): CommandLineError {
  const hint = didYouMean(word, candidates) || '; cuegate help lists what there is';
  return new CommandLineError(`unknown ${kind} "${word}"${hint}`);
}
