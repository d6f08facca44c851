import { describe, expect, it } from 'vitest';

import { deriveJsonName } from '../../../src/registry/linking/json-names.ts';

const cases: readonly (readonly [name: string, jsonName: string])[] = [
  ['name', 'name'],
  ['snake_case_name', 'snakeCaseName'],
  ['camelAlready', 'camelAlready'],
  ['weird__name_1x', 'weirdName1x'],
  ['_lead', 'Lead'],
  ['__lead', 'Lead'],
  ['trailing_', 'trailing'],
  ['_', ''],
  ['UPPER_Case', 'UPPERCase'],
  ['UPPER_case', 'UPPERCase'],
  ['x_1', 'x1'],
  ['x_1_y', 'x1Y'],
  ['a_b_c', 'aBC'],
];

describe('deriveJsonName()', () => {
  it.each(cases)('makes of %s the name %s', (name, jsonName) => {
    expect(deriveJsonName(name)).toBe(jsonName);
  });
});
