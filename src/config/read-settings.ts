import { readFileSync } from 'node:fs';

import { didYouMean } from '../errors/did-you-mean.ts';
import { type Option, type OptionName, options } from './settings.ts';

/** Where settings come from: the environment and the command line, as text. */
export interface RawConfig {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** By option name, already parsed off the command line; they win over the environment. */
  readonly flags: Readonly<Record<string, string>>;
}

/** Where the text of a setting comes from. */
export type SettingSource = 'option' | 'environment' | 'file' | 'secret file' | 'default';

/** The text of a setting, and where it comes from: the name of a variable where that is another than the setting's. */
export interface FoundSetting {
  readonly text: string;
  readonly source: SettingSource;
  readonly name: string;
}

/** Reads settings by their names. What cannot be read is a problem, and reads as zero, false or empty. */
export interface Reader {
  text(name: OptionName): string;
  number(name: OptionName): number;
  boolean(name: OptionName): boolean;
  list(name: OptionName): readonly string[];
}

/**
 * Finds the text of a setting: on the command line, in the environment, in the file of settings, in this order. An empty text is
 * none. In each, the file of a secret stands behind the secret itself, and other names of a setting behind its own.
 *
 * @param onUnreadable told of the file of a secret that cannot be read
 */
export function findSetting(
  { flags, environment }: RawConfig,
  file: Readonly<Record<string, string>>,
  { name, kind, alsoNamed = [], default: fallback = '' }: Option,
  onUnreadable: (problem: string) => void,
): FoundSetting {
  const flag = flags[name];
  if (flag) return { text: flag, source: 'option', name };
  const places = [
    ['environment', environment],
    ['file', file],
  ] as const;
  for (const [source, texts] of places) {
    if (texts[name]) return { text: texts[name], source, name };
    const other = alsoNamed.find((candidate) => texts[candidate.name]);
    if (other !== undefined) {
      const text = texts[other.name]!;
      return { text: other.convert?.(text) ?? text, source, name: other.name };
    }
    const path = kind === 'secret' ? texts[`${name}_FILE`] : undefined;
    const secret = path ? readSecretFile(name, path, onUnreadable) : undefined;
    if (secret) return { text: secret, source: 'secret file', name: `${name}_FILE` };
  }
  return { text: fallback, source: 'default', name };
}

/** The files that secrets come from: those that settings name, and no secret stands in front of. */
export function listSecretFiles(raw: RawConfig, file: Readonly<Record<string, string>>): readonly string[] {
  const secrets = (options as readonly Option[]).filter(({ kind }) => kind === 'secret');
  return secrets.flatMap((option) => {
    const { source, name } = findSetting(raw, file, option, () => {});
    const path = raw.environment[name] || file[name];
    return source === 'secret file' && path ? [path] : [];
  });
}

function readSecretFile(name: string, path: string, onUnreadable: (problem: string) => void): string | undefined {
  try {
    return readFileSync(path, 'utf8').trimEnd();
  } catch {
    onUnreadable(`${name}_FILE names a file that cannot be read: ${path}`);
    return undefined;
  }
}

/** Reads settings from where `findSetting` finds them. Adds to `problems`. */
export function createReader(raw: RawConfig, file: Readonly<Record<string, string>>, problems: string[]): Reader {
  const byName = new Map<string, Option>(options.map((option) => [option.name, option]));
  const find = (option: Option) => findSetting(raw, file, option, (problem) => problems.push(problem));
  const textOf = (name: OptionName): string => {
    const option = byName.get(name)!;
    const found = find(option);
    const { choices } = option;
    if (choices === undefined || choices.includes(found.text)) return found.text;
    // Whoever writes WARN means warn.
    const text = choices.find((choice) => choice.toLowerCase() === found.text.trim().toLowerCase());
    if (text !== undefined) return text;
    problems.push(
      `${name} is "${found.text}"; expected one of: ${choices.join(', ')}${didYouMean(found.text, choices)}`,
    );
    return found.text;
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
