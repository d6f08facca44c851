import { parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';

import { parseConfig } from '../../../src/config.ts';
import { deriveSchema } from '../../../src/graphql/derive-schema.ts';
import { defaultTabs } from '../../../src/graphql/graphiql/default-tabs.ts';
import { takeSnapshot } from '../../../src/snapshot.ts';

const config = parseConfig({ environment: { CUEBOT_ENDPOINT: 'cuebot:8443', AUTH: 'none' }, flags: {} });
const { registry, table, graphqlServices: services } = await takeSnapshot(config);
const schema = deriveSchema({ registry, table, services, extensions: [] });

describe('defaultTabs', () => {
  it.each(defaultTabs)('are queries with a name, which is the title of their tab', ({ query }) => {
    const [operation, ...others] = parse(query).definitions;
    expect(operation).toMatchObject({ kind: 'OperationDefinition', operation: 'query' });
    expect(operation).toHaveProperty('name.value');
    expect(others).toEqual([]);
  });

  it.each(defaultTabs)('ask for what the schema has', ({ query }) => {
    expect(validate(schema, parse(query)).map(({ message }) => message)).toEqual([]);
  });

  it.each(defaultTabs)('have lines that stand beside the buttons', ({ query }) => {
    expect(query.split('\n').filter((line) => line.length > 40)).toEqual([]);
  });
});
