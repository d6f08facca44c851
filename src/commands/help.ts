import { readFileSync } from 'node:fs';

import { flagOf, type Option } from '../config/settings.ts';

import type { Command } from './command.ts';
import { groupOptions } from '../config/describe-settings.ts';

/** `cuegate help`: the commands and every setting, out of the one table. */
export const help: Command = async ({ switches }) => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  process.stdout.write(switches.has('version') ? `${version}\n` : formatHelp());
};

/** The text of `--help`. */
export function formatHelp(): string {
  const groups = groupOptions();
  const sections = [...groups].map(([group, members]) => `${group}\n${members.map(formatOption).join('\n')}`);
  return `cuegate: a guarded GraphQL and REST gateway for OpenCue's Cuebot

Usage: cuegate <command> [--option value …]

Commands
  serve          serve against the Cuebot at CUEBOT_ENDPOINT
  demo           start a demo Cuebot on this machine and serve in front of it (--cuebot-only for the Cuebot alone,
                 --port 8443, --size small|large, --speed 10, --still, --seed 7, --defects usual,lanes)
  operations     print every RPC with its REST path, GraphQL field, kind and lane (--json for programs,
                 --pipeline for the interceptors that its calls pass)
  token          print a token signed with JWT_SECRET, for trying things out (--subject ann --scopes "cue:read cue:operate")
  api-key        make an API key, and its entry for API_KEYS_FILE (--subject nightly --scopes "cue:read")
  policy explain say whether a token may call RPCs, and why: policy explain --token … job.JobInterface/Kill
  audit verify   check audit files for changed or missing lines: audit verify FILE … (--from 4711 when older ones are elsewhere,
                 --key-file FILE where AUDIT_KEY_FILE is set, --anchor LOGFILE or NUMBER:HASH to compare with the log)
  doctor         look at everything that serve would lean on, and say what is wrong: Cuebot, issuers, clock, secret, audit, rights
                 (--token … for why a token is refused, --json for programs; ends with 1 for errors, 2 for warnings)
  ready          ask the gateway on this machine whether it takes traffic; ends with 0 when it does
  help           print this

Every option is also an environment variable; the option wins.

${sections.join('\n\n')}
`;
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
