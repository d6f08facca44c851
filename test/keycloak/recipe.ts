import { readRecipeSection } from '../docs/recipe-section.ts';

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
  const section = readRecipeSection('Keycloak');
  return {
    setup: section.block('sh', 'create realms'),
    rotation: section.block('sh', 'create components'),
    settings: section.settings(),
    policy: section.block('yaml', 'groups:'),
  };
}
