import { describe, expect, it } from 'vitest';

import { readConfig } from '../../src/config/config.ts';

const problemsOf = (endpoint: string) =>
  readConfig({ environment: { AUTH: 'none', CUEBOT_ENDPOINT: endpoint }, flags: {} }).problems.found;

describe('CUEBOT_ENDPOINT', () => {
  it.each([
    'cuebot:8443',
    '127.0.0.1:65535',
    '[::1]:8443',
    'cuebot.studio.example:1',
    'dns:///cuebot:8443',
    'dns:cuebot',
    'ipv4:127.0.0.1:8443',
    'unix:/run/cuebot.sock',
  ])('may be %s', (endpoint) => expect(problemsOf(endpoint)).toEqual([]));

  it.each([
    ...['cuebot', 'cuebot:', '::1:8443', 'cuebot:8443/', 'http://cuebot:8443', 'cue bot:8443', ':8443'].map(
      (endpoint) => [endpoint, 'host:port, e.g. cuebot:8443'],
    ),
    ...['cuebot:8443,other:8443', 'a:1,b:2', 'a,b:2'].map((endpoint) => [
      endpoint,
      'one address, since calls are kept apart for one Cuebot',
    ]),
    ...['cuebot:0', 'cuebot:65536', 'cuebot:99999999999999999999', 'dns:///cuebot:65536', 'ipv4:127.0.0.1:70000'].map(
      (endpoint) => [endpoint, 'a port from 1 to 65535'],
    ),
  ])('is refused when it is %s', (endpoint, expected) => {
    expect(problemsOf(endpoint!)).toEqual([`CUEBOT_ENDPOINT is "${endpoint}"; expected ${expected}`]);
  });
});
