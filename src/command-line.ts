import { nearestName } from './base/nearest-name.ts';

import { flagOf, options } from './options.ts';

/** `cuegate <command> [--option value …] [--switch …]`, taken apart. */
export interface CommandLine {
  readonly command: string;
  /** By setting name, e.g. `REST_PORT`. */
  readonly flags: Readonly<Record<string, string>>;
  /** What is no setting but belongs to a command, e.g. `json`. */
  readonly switches: ReadonlySet<string>;
}

/** A command line that says nothing we know. */
export class CommandLineError extends Error {
  override readonly name = 'CommandLineError';
}

const switches: readonly string[] = ['--json', '--help', '--version'];

/** Takes the arguments after the program's name apart. Throws CommandLineError with the nearest right word. */
export function parseCommandLine(words: readonly string[], commands: readonly string[]): CommandLine {
  const byFlag = new Map<string, string>(options.map(({ name }) => [flagOf(name), name]));
  const flags: Record<string, string> = {};
  const found = new Set<string>();
  let command: string | undefined;
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    const [flag = '', inlineValue] = word.split(/=(.*)/s, 2);
    const name = byFlag.get(flag);
    if (name !== undefined) {
      const value = inlineValue ?? words[++index];
      if (value === undefined) throw new CommandLineError(`${flag} needs a value, e.g. ${flag}=…`);
      flags[name] = value;
    } else if (switches.includes(word)) {
      found.add(word.slice(2));
    } else if (word.startsWith('-')) {
      throw unknown('option', flag, [...byFlag.keys(), ...switches]);
    } else if (command === undefined && commands.includes(word)) {
      command = word;
    } else {
      throw unknown('command', word, commands);
    }
  }
  if (found.has('help') || found.has('version')) command = 'help';
  return { command: command ?? 'help', flags, switches: found };
}

function unknown(kind: string, word: string, candidates: readonly string[]): CommandLineError {
  const nearest = nearestName(word, candidates);
  const hint = nearest === undefined ? 'cuegate help lists what there is' : `did you mean ${nearest}?`;
  return new CommandLineError(`unknown ${kind} "${word}"; ${hint}`);
}
