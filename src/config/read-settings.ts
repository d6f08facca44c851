import { readFileSync } from 'node:fs';

import { didYouMean } from '../errors/did-you-mean.ts';
import { type Option, type OptionName, options } from './settings.ts';

/** Where settings come from: the environment and the command line, as text. */
export interface RawConfig {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** By option name, already parsed off the command line; they win over the environment. */
  readonly flags: Readonly<Record<string, string>>;
}

/** Reads settings by their names. What cannot be read is a problem, and reads as zero, false or empty. */
export interface Reader {
  text(name: OptionName): string;
  number(name: OptionName): number;
  boolean(name: OptionName): boolean;
  list(name: OptionName): readonly string[];
}

/** Reads settings from the command line, the environment, and for secrets from files, in this order. Adds to `problems`. */
export function createReader(raw: RawConfig, problems: string[]): Reader {
  const byName = new Map<string, Option>(options.map((option) => [option.name, option]));
  const textOf = (name: OptionName): string => {
    const option = byName.get(name)!;
    const found =
      raw.flags[name] || raw.environment[name] || (option.kind === 'secret' ? readSecretFile(name) : undefined);
    const text = found || (option.default ?? '');
    if (option.choices !== undefined && !option.choices.includes(text)) {
      problems.push(
        `${name} is "${text}"; expected one of: ${option.choices.join(', ')}${didYouMean(text, option.choices)}`,
      );
    }
    return text;
  };
  const readSecretFile = (name: string): string | undefined => {
    const path = raw.environment[`${name}_FILE`];
    if (path === undefined || path === '') return undefined;
    try {
      return readFileSync(path, 'utf8').trimEnd();
    } catch {
      problems.push(`${name}_FILE names a file that cannot be read: ${path}`);
      return undefined;
    }
  };
  const parse = <Value>(
    name: OptionName,
    parser: (text: string) => Value | undefined,
    expected: string,
    fallback: Value,
  ) => {
    const text = textOf(name);
    const value = parser(text.trim());
    if (value === undefined) problems.push(`${name} is "${text}"; expected ${expected}`);
    return value ?? fallback;
  };
  return {
    text: textOf,
    boolean: (name) => parse(name, parseBoolean, 'true or false', false),
    list: (name) =>
      textOf(name)
        .split(',')
        .map((word) => word.trim())
        .filter((word) => word !== ''),
    number: (name) => {
      const { parser, expected } = numberKinds[byName.get(name)!.kind as keyof typeof numberKinds];
      return parse(name, parser, expected, 0);
    },
  };
}

const wholeNumber = (text: string): number | undefined => (/^\d{1,9}$/.test(text) ? Number(text) : undefined);

const numberKinds = {
  port: {
    parser: (text: string) => ((wholeNumber(text) ?? 65_536) <= 65_535 ? Number(text) : undefined),
    expected: 'a port from 0 to 65535',
  },
  count: { parser: wholeNumber, expected: 'a whole number' },
  mebibytes: {
    parser: (text: string) => ((wholeNumber(text) ?? 0) > 0 ? Number(text) * 1024 * 1024 : undefined),
    expected: 'a whole number of MiB above 0',
  },
  delay: {
    parser: (text: string) => (/^0(?:ms|s|m|h)?$/.test(text) ? 0 : parseDuration(text)),
    expected: 'a duration such as 5s, or 0',
  },
  duration: { parser: parseDuration, expected: 'a duration above 0 such as 500ms, 30s or 5m' },
} as const;

function parseBoolean(text: string): boolean | undefined {
  const word = text.toLowerCase();
  if (['true', '1', 'yes', 'on'].includes(word)) return true;
  return ['false', '0', 'no', 'off'].includes(word) ? false : undefined;
}

function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)?$/.exec(text);
  if (match === null) return undefined;
  const factor = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }[match[2] ?? 's'] ?? 1_000;
  const milliseconds = Math.round(Number(match[1]) * factor);
  // setTimeout reads anything above 2^31 - 1 as zero.
  return milliseconds > 0 && milliseconds < 2 ** 31 ? milliseconds : undefined;
}
