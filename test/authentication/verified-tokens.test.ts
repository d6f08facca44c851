import { describe, expect, it } from 'vitest';

import { VerifiedTokens } from '../../src/authentication/verified-tokens.ts';
import { identityOf } from './identity.ts';

const tokenOf = (subject: string) => ({
  identity: identityOf(subject, { method: 'hmac' }),
  validFromMs: -Infinity,
  validUntilMs: Infinity,
});

const subjects = (tokens: VerifiedTokens, texts: readonly string[]) =>
  texts.map((text) => tokens.find(text)?.identity.subject);

describe('VerifiedTokens', () => {
  it('finds what it was given', () => {
    const tokens = new VerifiedTokens();
    tokens.keep('a', tokenOf('ada'));
    expect(subjects(tokens, ['a', 'b'])).toEqual(['ada', undefined]);
  });

  it('keeps the busy ones and forgets the others', () => {
    const tokens = new VerifiedTokens(2);
    tokens.keep('busy', tokenOf('busy'));
    for (const text of ['1', '2', '3', '4', '5', '6']) {
      tokens.keep(text, tokenOf(text));
      expect(tokens.find('busy')?.identity.subject).toBe('busy');
    }
    expect(subjects(tokens, ['1', '2'])).toEqual([undefined, undefined]);
    expect(subjects(tokens, ['6'])).toEqual(['6']);
  });

  it('never holds more than twice its capacity', () => {
    const tokens = new VerifiedTokens(10);
    const texts = Array.from({ length: 1_000 }, (_, index) => `token ${index}`);
    for (const text of texts) tokens.keep(text, tokenOf(text));
    // From the youngest on: finding an old one moves it and may push others out.
    const found = subjects(tokens, texts.toReversed()).filter((subject) => subject !== undefined);
    expect(found.length).toBeLessThanOrEqual(20);
    expect(found[0]).toBe('token 999');
  });

  it('does not keep very long texts', () => {
    const tokens = new VerifiedTokens();
    tokens.keep('x'.repeat(4_096), tokenOf('long'));
    tokens.keep('x'.repeat(4_097), tokenOf('longer'));
    expect(subjects(tokens, ['x'.repeat(4_096), 'x'.repeat(4_097)])).toEqual(['long', undefined]);
  });
});
