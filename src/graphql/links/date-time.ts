import { GraphQLScalarType, Kind } from 'graphql';

import { badUserInput } from '../execution/bad-user-input.ts';
import { showLiteral, showValue } from '../schema/scalars/show-value.ts';

/** A moment, in answers only so far: friendly values of times that are numbers upstream. */
export const DateTime = new GraphQLScalarType<string, string>({
  name: 'DateTime',
  description: 'A moment by RFC 3339, in UTC, e.g. `"2026-01-31T12:00:00.000Z"`.',
  serialize: (value) => value as string,
  parseValue: (value) => checkDateTime(value, () => showValue(value)),
  parseLiteral: (node) => checkDateTime(node.kind === Kind.STRING ? node.value : undefined, () => showLiteral(node)),
});

function checkDateTime(value: unknown, show: () => string): string {
  const isMoment = typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value));
  if (isMoment) return value;
  throw badUserInput(`DateTime cannot represent ${show()}: expected a time such as "2026-01-31T12:00:00Z"`);
}
