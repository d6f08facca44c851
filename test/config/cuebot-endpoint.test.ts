import { describe, expect, it } from 'vitest';

import { readConfig } from '../../src/config/config.ts';

const read = (environment: Readonly<Record<string, string>>) =>
  readConfig({ environment: { AUTH: 'none', ...environment }, flags: {} });
const problemsOf = (endpoint: string) => read({ CUEBOT_ENDPOINT: endpoint }).problems.found;
const namesOf = (environment: Readonly<Record<string, string>>) => {
  const { config, problems } = read(environment);
  expect(problems.found).toEqual([]);
  return config.cuebotEndpoints.map(({ name }) => name);
};

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
    ...['cuebot:0', 'cuebot:65536', 'cuebot:99999999999999999999', 'dns:///cuebot:65536', 'ipv4:127.0.0.1:70000'].map(
      (endpoint) => [endpoint, 'a port from 1 to 65535'],
    ),
  ])('is refused when it is %s', (endpoint, expected) => {
    expect(problemsOf(endpoint!)).toEqual([`CUEBOT_ENDPOINT is "${endpoint}"; expected ${expected}`]);
  });

  it('names several Cuebots with commas in between', () => {
    expect(namesOf({ CUEBOT_ENDPOINT: ' a:8443, [::1]:8443,dns:///c:1,ipv4:10.0.0.1:8443' })).toEqual([
      'a:8443',
      '[::1]:8443',
      'dns:///c:1',
      'ipv4:10.0.0.1:8443',
    ]);
  });

  it.each(['a:8443,b:8443,A:8443', 'a:8443,dns:///b:1,dns:a:8443', '10.0.0.1:1,ipv4:10.0.0.1:1', 'unix:/s,unix:/s'])(
    'must not name a Cuebot twice: %s',
    (endpoints) => {
      const { found } = read({ CUEBOT_ENDPOINT: endpoints }).problems;
      expect(found).toEqual([
        expect.stringMatching(
          /^CUEBOT_ENDPOINT names \S+ twice; one Cuebot would have two lanes, and calls would overlap there\. /,
        ),
      ]);
    },
  );

  it('tells every part of a list that is wrong', () => {
    expect(problemsOf('a,b:0,c:8443')).toEqual([
      'CUEBOT_ENDPOINT names "a"; expected host:port, e.g. cuebot:8443',
      'CUEBOT_ENDPOINT names "b:0"; expected a port from 1 to 65535',
    ]);
  });
});

describe('CUEBOT_HOSTS', () => {
  it('is the same by the name that pycue reads, with the port 8443 where none is said', () => {
    expect(namesOf({ CUEBOT_HOSTS: 'a, b:9,[::1]' })).toEqual(['a:8443', 'b:9', '[::1]:8443']);
  });

  it('is left alone where CUEBOT_ENDPOINT is set', () => {
    expect(namesOf({ CUEBOT_HOSTS: 'a/b', CUEBOT_ENDPOINT: 'c:1' })).toEqual(['c:1']);
  });

  it('is named by its own mistakes', () => {
    expect(read({ CUEBOT_HOSTS: 'a,a:8443' }).problems.found).toEqual([
      expect.stringMatching(/^CUEBOT_HOSTS names a:8443 twice; /),
    ]);
    expect(read({ CUEBOT_HOSTS: 'a/b' }).problems.found).toEqual([
      'CUEBOT_HOSTS is "a/b"; expected host:port, e.g. cuebot:8443',
    ]);
  });
});
