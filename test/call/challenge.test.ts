import { describe, expect, it } from 'vitest';

import { compileChallenge } from '../../src/call/challenge.ts';
import type { Challenge } from '../../src/call/gateway-error.ts';

describe('compileChallenge()', () => {
  const metadata = 'https://cuegate.example/.well-known/oauth-protected-resource';
  it.each<[challenge: Challenge, text: string]>([
    [{}, 'Bearer realm="cuegate"'],
    [
      { error: 'invalid_token', description: 'the token has expired' },
      'Bearer realm="cuegate", error="invalid_token", error_description="the token has expired"',
    ],
    [
      { error: 'insufficient_scope', scope: 'cue:operate' },
      'Bearer realm="cuegate", error="insufficient_scope", scope="cue:operate"',
    ],
    [
      { error: 'invalid_request', description: 'quote " backslash \\ line \r\n break é' },
      'Bearer realm="cuegate", error="invalid_request", error_description="quote ? backslash ? line ?? break ?"',
    ],
  ])('writes %j', (challenge, text) => {
    expect(compileChallenge(undefined)(challenge)).toBe(text);
    expect(compileChallenge(metadata)(challenge)).toBe(`${text}, resource_metadata="${metadata}"`);
  });
});
