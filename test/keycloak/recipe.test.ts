import { describe, expect, it } from 'vitest';

import { parseConfig } from '../../src/config/config.ts';

import { readRecipe, recipeGateway, recipeServer } from './recipe.ts';

describe('readRecipe()', () => {
  it('reads settings that a gateway starts with', () => {
    const { settings } = readRecipe();
    expect(() =>
      parseConfig({ environment: { CUEBOT_ENDPOINT: 'cuebot:8443', ...settings }, flags: {} }),
    ).not.toThrow();
    expect(settings['OIDC_ISSUERS']).toBe(`${recipeServer}/realms/farm`);
  });

  it('finds the audience of the settings in what makes the realm', () => {
    const { settings, setup } = readRecipe();
    expect(setup).toContain(`"included.custom.audience": "${settings['OIDC_AUDIENCE']}"`);
  });

  it('sends people back to GraphiQL and nowhere else', () => {
    const { settings, setup } = readRecipe();
    const [, client] = new RegExp(`("clientId": "${settings['GRAPHIQL_CLIENT_ID']}"[^}]*)`).exec(setup) ?? [];
    expect(client).toContain(
      `"redirectUris": ["${settings['PUBLIC_URL']}/graphql", "${settings['PUBLIC_URL']}/farm"], "webOrigins": ["+"]`,
    );
    expect(settings['PUBLIC_URL']).toBe(recipeGateway);
  });

  it('ties every client scope to the role of its name', () => {
    expect(readRecipe().setup).toContain(`client-scopes/$scope/scope-mappings/realm -r farm -b "[$role]"`);
  });
});
