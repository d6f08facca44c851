import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { readPolicyFile } from '../../src/authorization/policy-file.ts';

const page = readFileSync(new URL('../../docs/auth.md', import.meta.url), 'utf8');

describe('docs/auth.md', () => {
  it('shows networks and certificates as a policy file takes them', () => {
    const [, text = ''] = /```yaml\n(networks:[^`]*)```/.exec(page) ?? [];
    const { peers } = readPolicyFile({ fileName: 'docs/auth.md', text });
    expect(peers.networks.map(({ subject }) => subject)).toEqual(['workstations', 'wranglers']);
    expect(peers.certificates.map(({ subject }) => subject)).toEqual(['nightly']);
  });
});
