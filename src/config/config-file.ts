import { readFileSync } from 'node:fs';
import { record, string, unknown } from 'valibot';

import { type Mistake, readDocument } from '../documents/read-document.ts';
import { didYouMean } from '../errors/did-you-mean.ts';
import { UserError } from '../errors/user-error.ts';

import { type Option, options } from './settings.ts';

const schema = record(string(), unknown());

const isScalar = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value);

/**
 * Reads the settings of a YAML file, e.g. `REST_PORT: 8448`, as the texts that they would be in the environment; a list becomes
 * one with commas. The file of a secret is named as it is there: `JWT_SECRET_FILE: /run/secrets/jwt`.
 *
 * @throws UserError for a file that cannot be read, and with every mistake in it
 */
export function readConfigFile(path: string): Readonly<Record<string, string>> {
  const { value, throwIfWrong } = readDocument({ fileName: path, text: readText(path) }, schema);
  const names = nameable();
  throwIfWrong(
    Object.entries(value).flatMap(([name, found]): readonly Mistake[] => {
      if (!names.includes(name)) return [{ path: [name], text: `${name} is no setting${didYouMean(name, names)}` }];
      if ([found].flat().every(isScalar)) return [];
      return [{ path: [name], text: `${name}: expected a text, a number, true or false, or a list of them` }];
    }),
  );
  return Object.fromEntries(Object.entries(value).map(([name, found]) => [name, [found].flat().join(',')]));
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new UserError(`CONFIG_FILE names a file that cannot be read: ${path} (${code})`, [], { cause });
  }
}

/** What may stand in a file: every setting but the file's own name. */
function nameable(): readonly string[] {
  return (options as readonly Option[]).flatMap(({ name, kind }) => {
    if (name === 'CONFIG_FILE') return [];
    return kind === 'secret' ? [name, `${name}_FILE`] : [name];
  });
}

/** What a secret looks like to whoever reads settings. */
const masked = '***';

/** The settings that count, as a file that says the same, each with where it comes from; secrets are masked. */
export function formatConfigFile(
  sourceOf: (name: string) => { readonly text: string; readonly source: string },
): string {
  const lines = (options as readonly Option[]).flatMap(({ name, kind }) => {
    const { text, source } = sourceOf(name);
    if (name === 'CONFIG_FILE' || (text === '' && source === 'default')) return [];
    const shown = kind === 'secret' && text !== '' ? masked : text;
    return [`${name}: ${JSON.stringify(shown)} # ${source}`];
  });
  return `${lines.join('\n')}\n`;
}

/** A file to begin with: every setting with what it means, left out until somebody takes the mark away. */
export function formatExampleFile(): string {
  const rows = (options as readonly Option[]).filter(({ name }) => name !== 'CONFIG_FILE');
  const sections = rows.map(({ name, kind, description, default: fallback }, index) => {
    const group = rows[index]!.group === rows[index - 1]?.group ? '' : `\n## ${rows[index]!.group}\n\n`;
    const value = kind === 'secret' ? `# ${name}_FILE: /run/secrets/…` : `# ${name}: ${JSON.stringify(fallback ?? '')}`;
    return `${group}${comment(description)}\n${value}\n`;
  });
  return `# Settings of cuegate: cuegate serve --config THIS-FILE\n# Options and the environment win over what stands here.\n${sections.join('\n')}`;
}

function comment(text: string): string {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!;
    if (line.length + word.length > 118) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.map((line) => `# ${line}`).join('\n');
}
