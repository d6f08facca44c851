import { version } from '../app/version.ts';
import { flagOf, type Option } from '../config/settings.ts';

import type { Command } from './command.ts';
import { type CommandName, commandNames, commands } from './command-table.ts';
import { groupOptions } from '../config/describe-settings.ts';

/** `cuegate help`: the commands and every setting, out of the tables; `cuegate COMMAND --help`: that command alone. */
export const help: Command = async ({ switches, words }) => {
  const [about] = words as readonly CommandName[];
  const text = about === undefined || about === 'help' ? formatHelp() : formatCommandHelp(about);
  process.stdout.write(switches.has('version') ? `${version}\n` : text);
};

/** The text of `--help`. */
export function formatHelp(): string {
  const width = Math.max(...commandNames.map((name) => titleOf(name).length));
  const rows = commandNames.map((name) => `  ${titleOf(name).padEnd(width)}  ${commands[name].summary}`);
  return `cuegate: a guarded GraphQL and REST gateway for OpenCue's Cuebot

Usage: cuegate <command> [--option value …]

Commands
${rows.join('\n')}

cuegate COMMAND --help tells what a command takes. Every setting is an option and an environment variable; the option wins.

${formatSettings()}
`;
}

function formatCommandHelp(name: CommandName): string {
  const { summary, words, valued, switches, status, example, hasNoSettings } = commands[name];
  const options = [
    ...Object.entries(valued).map(([flag, what]) => [`${flag} …`, what] as const),
    ...Object.entries(switches),
  ];
  const width = Math.max(0, ...options.map(([flag]) => flag.length));
  const isServer = name === 'serve' || name === 'demo';
  const parts = [
    `cuegate ${name}: ${summary}`,
    `Usage: cuegate ${[name, words, ...(options.length > 0 ? ['[--option …]'] : [])].filter(Boolean).join(' ')}`,
    ...(options.length > 0 ? [options.map(([flag, what]) => `  ${flag.padEnd(width)}  ${what}`).join('\n')] : []),
    ...(status === undefined ? [] : [`It ends with ${status}.`]),
    ...(example === undefined ? [] : [`For example: ${example}`]),
    ...(hasNoSettings || isServer
      ? []
      : ['The settings of cuegate serve count here as well: cuegate serve --help lists them.']),
    ...(isServer
      ? [`Every setting is an option and an environment variable; the option wins.\n\n${formatSettings()}`]
      : []),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** `policy explain` */
function titleOf(name: CommandName): string {
  return [name, commands[name].words?.split(' ')[0]].filter(Boolean).join(' ');
}

function formatSettings(): string {
  return [...groupOptions()]
    .map(([group, members]) => `${group}\n${members.map(formatOption).join('\n')}`)
    .join('\n\n');
}

function formatOption(option: Option): string {
  const choices = option.choices === undefined ? '' : ` (${option.choices.join(' | ')})`;
  const fallback = option.default === undefined ? '' : ` [default: ${option.default}]`;
  return `  ${flagOf(option.name)}  ${option.name}${choices}${fallback}\n${wrap(option.description, 96)}`;
}

function wrap(text: string, width: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length + 1 > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((part) => `      ${part}`).join('\n');
}
