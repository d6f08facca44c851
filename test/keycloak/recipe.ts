import { readFileSync } from 'node:fs';

/** The section "Keycloak" of docs/auth.md as a program: what people copy is what runs. */
export interface Recipe {
  /** Shell that makes the realm; needs `kcadm.sh` on the PATH, ADMIN_PASSWORD and ANN_PASSWORD. */
  readonly setup: string;
  /** Shell that gives the realm a new key. */
  readonly rotation: string;
  /** Settings of the gateway, by their names. */
  readonly settings: Readonly<Record<string, string>>;
  /** The gateway's POLICY_FILE. */
  readonly policy: string;
}

/** Where the recipe says that Keycloak is, and where the gateway. */
export const recipeServer = 'https://login.studio.example';
export const recipeGateway = 'https://cuegate.studio.example';

/** Reads the recipe. Throws when a block is missing, is there twice, or does not read as what it is. */
export function readRecipe(): Recipe {
  const page = readFileSync(new URL('../../docs/auth.md', import.meta.url), 'utf8');
  const section = /^## Keycloak\n([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(page)?.[1];
  if (section === undefined) throw new Error('docs/auth.md has no section "## Keycloak"');
  const blocks = [...section.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)];
  const only = (language: string, words: string): string => {
    const found = blocks.filter(([, tag, text = '']) => tag === language && text.includes(words));
    if (found.length === 1) return found[0]![2]!;
    throw new Error(
      `the Keycloak section of docs/auth.md has ${found.length} blocks \`\`\`${language} with "${words}"; expected one`,
    );
  };
  return {
    setup: only('sh', 'create realms'),
    rotation: only('sh', 'create components'),
    settings: parseSettings(only('', 'OIDC_ISSUERS=')),
    policy: only('yaml', 'groups:'),
  };
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
