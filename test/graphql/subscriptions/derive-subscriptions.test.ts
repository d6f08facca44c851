import { buildSchema, printType, validateSchema } from 'graphql';
import { describe, expect, it } from 'vitest';

import { deriveSubscriptions } from '../../../src/graphql/subscriptions/derive-subscriptions.ts';

const intervals = { minMs: 1_000, defaultMs: 5_000, maxMs: 60_000 };

describe('deriveSubscriptions()', () => {
  const schema = deriveSubscriptions(
    buildSchema(`
      type Query {
        "A book."
        book("Its number." id: ID): Book
        weather(everyMs: String): String @deprecated(reason: "Look outside.")
      }
      type Book { id: ID }
    `),
    intervals,
  );

  it('mirrors every field of Query, with an interval', () => {
    expect(validateSchema(schema)).toEqual([]);
    expect(printType(schema.getSubscriptionType()!)).toBe(`"""
Every field of Query, live: the answer comes at once, and again whenever it has changed. The gateway looks as often as \`everyMs\` says; many who watch the same cost the upstream as much as one.
"""
type Subscription {
  """A book."""
  book(
    """
    How often to look, in milliseconds: from 1000 to 60000, 5000 by default.
    """
    everyMs: Int

    """Its number."""
    id: ID
  ): Book
  weather(everyMs: String): String @deprecated(reason: "Look outside.")
}`);
  });

  it('returns the very types of Query', () => {
    const [of, mirrored] = [schema.getQueryType()!, schema.getSubscriptionType()!].map(
      (type) => type.getFields()['book']!,
    );
    expect(mirrored!.type).toBe(of!.type);
  });
});
