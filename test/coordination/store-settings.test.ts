import { describe, expect, it } from 'vitest';

import { describeStore, findStoreProblems, parseStoreUrl } from '../../src/coordination/store-settings.ts';

const server = { sentinelName: undefined, username: undefined, password: undefined, database: 0, isEncrypted: false };
const expected =
  'redis://host:6379, rediss://host:6379 for TLS, or redis+sentinel://host:26379,host:26379/name (rediss+sentinel://)';

describe('parseStoreUrl()', () => {
  it.each([
    ['redis://valkey', { ...server, hosts: [{ host: 'valkey', port: 6379 }] }],
    ['redis://10.1.2.3:7000/3', { ...server, hosts: [{ host: '10.1.2.3', port: 7000 }], database: 3 }],
    ['rediss://[::1]:6380', { ...server, hosts: [{ host: '::1', port: 6380 }], isEncrypted: true }],
    ['redis://ann@valkey', { ...server, hosts: [{ host: 'valkey', port: 6379 }], username: 'ann' }],
    ['redis://:p%40ss%@valkey', { ...server, hosts: [{ host: 'valkey', port: 6379 }], password: 'p%40ss%' }],
    [
      'redis://ann:p%40ss@valkey',
      { ...server, hosts: [{ host: 'valkey', port: 6379 }], username: 'ann', password: 'p@ss' },
    ],
    [
      'redis+sentinel://one,two:7001/farm/2',
      {
        ...server,
        hosts: [
          { host: 'one', port: 26_379 },
          { host: 'two', port: 7001 },
        ],
        sentinelName: 'farm',
        database: 2,
      },
    ],
    [
      'rediss+sentinel://one/farm',
      { ...server, hosts: [{ host: 'one', port: 26_379 }], sentinelName: 'farm', isEncrypted: true },
    ],
  ])('takes %s apart', (url, address) => {
    expect(parseStoreUrl(url)).toEqual(address);
  });

  it.each([
    'valkey:6379',
    'http://valkey',
    'redis://',
    'redis://one,two',
    'redis://valkey:0',
    'redis://valkey:70000',
    'redis://valkey/farm',
    'redis://valkey/0/1',
    'redis+sentinel://one',
    'redis+sentinel://one/farm/x',
    'redis://valkey?db=1',
  ])('does not take %s', (url) => {
    expect(parseStoreUrl(url)).toBeUndefined();
  });
});

describe('findStoreProblems()', () => {
  const settings = { url: 'redis://valkey', password: '', sentinelPassword: '', caFile: undefined, prefix: 'cuegate' };
  it.each([
    ['nothing', settings, []],
    ['no store', { ...settings, url: '' }, []],
    [
      'companions without a URL',
      { ...settings, url: '', password: 'secret', sentinelPassword: 'secret', caFile: '/ca.pem' },
      ['REDIS_PASSWORD', 'REDIS_SENTINEL_PASSWORD', 'REDIS_CA_FILE'].map(
        (name) => `${name} is set, and REDIS_URL is not: it says where the store is, e.g. ${expected}`,
      ),
    ],
    [
      'a wrong URL',
      { ...settings, url: 'redis://ann:secret@one,two' },
      [`REDIS_URL is "redis://…@one,two"; expected ${expected}`],
    ],
    [
      'two passwords',
      { ...settings, url: 'redis://:one@valkey', password: 'two' },
      ['REDIS_URL and REDIS_PASSWORD both have a password; leave it out of the URL, which more people see'],
    ],
    [
      'certificates without TLS, and without a file',
      { ...settings, caFile: '/nowhere/ca.pem' },
      [
        'REDIS_CA_FILE is for TLS, and REDIS_URL has no rediss://',
        'REDIS_CA_FILE names a file that cannot be read: /nowhere/ca.pem',
      ],
    ],
    [
      'a wrong prefix',
      { ...settings, prefix: 'farm one' },
      ['REDIS_PREFIX is "farm one"; expected up to 64 letters, digits, dots, hyphens and underscores'],
    ],
  ])('finds %s', (_name, given, problems) => {
    expect([...findStoreProblems(given)]).toEqual(problems);
  });
});

describe('describeStore()', () => {
  it('leaves out who connects, and by which password', () => {
    expect(describeStore('redis://ann:secret@valkey:6379/2')).toBe('redis://valkey:6379/2');
  });
});
