import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { parseApiKey } from '../../src/authentication/api-keys/api-key.ts';
import { createApiKeyVerifier } from '../../src/authentication/api-keys/api-key-verifier.ts';
import { readApiKeys } from '../../src/authentication/api-keys/read-api-keys.ts';
import { apiKey } from '../../src/commands/api-key.ts';

let printed = '';
beforeEach(() => {
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

const run = (values: Readonly<Record<string, string>>) =>
  apiKey({ environment: {}, flags: {}, words: [], values, switches: new Set() });

describe('cuegate api-key', () => {
  it('prints a key and the entry that lets it in', async () => {
    await run({ subject: 'nightly', scopes: 'cue:read cue:operate' });
    const key = /^cue_\S+$/m.exec(printed)?.[0] ?? '';
    const entry = printed.slice(printed.indexOf('\n{\n'));
    expect(parseApiKey(key)).toBeDefined();
    const entries = readApiKeys({ fileName: 'keys.json', text: `{"keys":[${entry}]}` });
    const verifier = createApiKeyVerifier({ entries: () => entries, now: Date.now });
    expect(verifier.verify(key, { authorization: undefined })).toMatchObject({
      identity: { subject: 'nightly', scopes: ['cue:read', 'cue:operate'] },
    });
  });

  it('makes another key each time', async () => {
    await run({ subject: 'nightly', scopes: '' });
    await run({ subject: 'nightly', scopes: '' });
    expect(new Set(printed.match(/^cue_\S+$/gm)).size).toBe(2);
  });

  it.each<Readonly<Record<string, string>>>([{}, { subject: 'nightly' }, { scopes: 'cue:read' }])(
    'asks for what is missing: %j',
    async (values) => {
      await expect(run(values)).rejects.toThrow(
        '"api-key" needs the user of the key and what it may do: cuegate api-key --subject nightly-report --scopes "cue:read"',
      );
      expect(printed).toBe('');
    },
  );
});
