import { readFileSync } from 'node:fs';

/** A section of docs/auth.md as a program: what people copy is what runs. */
export interface RecipeSection {
  /** The block of a language in which these words are. Throws when there is none, or more than one. */
  readonly block: (language: string, words: string) => string;
  /** Settings of the gateway, by their names. Throws when a line is none. */
  readonly settings: () => Readonly<Record<string, string>>;
}

/** Reads a section by its heading. Throws when it is not there. */
export function readRecipeSection(heading: string): RecipeSection {
  const page = readFileSync(new URL('../../docs/auth.md', import.meta.url), 'utf8');
  const section = new RegExp(`^## ${heading}\\n([\\s\\S]*?)(?=^## |$(?![\\s\\S]))`, 'm').exec(page)?.[1];
  if (section === undefined) throw new Error(`docs/auth.md has no section "## ${heading}"`);
  const blocks = [...section.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)];
  const block = (language: string, words: string): string => {
    const found = blocks.filter(([, tag, text = '']) => tag === language && text.includes(words));
    if (found.length === 1) return found[0]![2]!;
    throw new Error(
      `the section "${heading}" of docs/auth.md has ${found.length} blocks \`\`\`${language} with "${words}"; expected one`,
    );
  };
  return { block, settings: () => parseSettings(block('', 'OIDC_ISSUERS=')) };
}

function parseSettings(block: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    block
      .trim()
      .split('\n')
      .map((line) => {
        const [, name, value] = /^([A-Z_]+)=(\S+)$/.exec(line) ?? [];
        if (name === undefined || value === undefined) throw new Error(`"${line}" is no setting; expected NAME=value`);
        return [name, value];
      }),
  );
}
