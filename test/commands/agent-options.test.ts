import { homedir } from 'node:os';

import { describe, expect, it } from 'vitest';

import { readAgentOptions } from '../../src/commands/agent-options.ts';

const enough = { gateway: 'https://cuegate.studio.example', 'client-id': 'cuegate-agent' };

describe('readAgentOptions()', () => {
  it('needs a gateway and a client, and no more', () => {
    expect(readAgentOptions(enough, {})).toEqual({
      gateway: 'https://cuegate.studio.example',
      issuer: undefined,
      clientId: 'cuegate-agent',
      scopes: ['openid', 'offline_access', 'cue:read', 'cue:operate', 'cue:submit', 'cue:grant:launch'],
      resource: undefined,
      socketPath: `${homedir()}/.cuegate/cuebot.sock`,
      port: undefined,
    });
    const { socketPath } = readAgentOptions(enough, { XDG_RUNTIME_DIR: '/run/user/1000' });
    expect(socketPath).toBe('/run/user/1000/cuegate/cuebot.sock');
  });

  it('tells all mistakes at once', () => {
    expect(() => readAgentOptions({ gateway: 'http://cuegate.studio.example', port: '84a', issuer: 'x' }, {})).toThrow(
      /--gateway: .* is http.*\n.*--issuer: "x" is no URL\n.*--client-id is missing.*\n.*--port is "84a"/,
    );
  });
});
