import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';

import { defaultTabs } from '../../../src/graphql/graphiql/default-tabs.ts';

describe('defaultTabs', () => {
  it.each(defaultTabs)('are queries with a name, which is the title of their tab', ({ query }) => {
    const [operation, ...others] = parse(query).definitions;
    expect(operation).toMatchObject({ kind: 'OperationDefinition', operation: 'query' });
    expect(operation).toHaveProperty('name.value');
    expect(others).toEqual([]);
  });

  it.each(defaultTabs)('have lines that stand beside the buttons', ({ query }) => {
    expect(query.split('\n').filter((line) => line.length > 44)).toEqual([]);
  });
});
