import { describe, expect, it } from 'vitest';

import { type AllowedHostsOptions, compileAllowedHosts, hostPatternProblem } from '../../src/http/allowed-hosts.ts';

const compile = (options: Partial<AllowedHostsOptions> = {}) =>
  compileAllowedHosts({ allowedHosts: [], listenHost: undefined, ownName: 'Gate7.studio.example', ...options });

const loopback = ['localhost', 'LOCALHOST:8448', 'localhost.:80', '127.0.0.1:8448', '127.8.9.1', '[::1]:8448', '[::1]'];
const own = ['gate7.studio.example', 'GATE7.studio.example:8448'];
const dotless = [
  ...['rest-gateway:8448', 'cuegate', 'rest_gateway'],
  ...[
    'cuegate.farm.svc:8448',
    'cuegate.farm.svc.',
    'cuegate.farm.svc.cluster.local',
    'pod-1.cuegate.farm.svc.cluster.local',
  ],
];
const addresses = ['10.1.2.3:8448', '192.168.1.10', '[fd00::1]:8448'];
const strangers = [
  'evil.example',
  'localhost.evil.example:8448',
  'cuegate.farm.svc.evil.example',
  'cuegate.svc.evil',
  'evil.cluster.local',
  'evil.example:127',
  'gate7.studio.example.evil.example',
];
const malformed = [
  'user@localhost',
  'localhost:80:80',
  '::1',
  '[localhost]',
  'a,localhost',
  '[::1',
  '.',
  '2130706433',
  '0x7f000001',
];

describe('compileAllowedHosts()', () => {
  it('answers for its own names, for names without a dot and for addresses, unless told otherwise', () => {
    const isAllowed = compile();
    expect([...loopback, ...own, ...dotless, ...addresses].filter((host) => !isAllowed(host))).toEqual([]);
    expect([...strangers, ...malformed].filter(isAllowed)).toEqual([]);
  });

  it.each(['127.0.0.1', '::1', 'localhost'])('takes no other addresses when it listens on %s alone', (listenHost) => {
    const isAllowed = compile({ listenHost });
    expect([...loopback, ...own, ...dotless].filter((host) => !isAllowed(host))).toEqual([]);
    expect([...addresses, ...strangers, ...malformed].filter(isAllowed)).toEqual([]);
  });

  it('takes only what is listed, and itself, once something is', () => {
    const allowedHosts = ['Cuegate.studio.example', '*.farm.example', '10.1.2.3', '[fd00::1]'];
    const isAllowed = compile({ allowedHosts });
    const listed = ['cuegate.studio.example:443', 'a.farm.example', 'a.b.farm.example', '10.1.2.3:8448', '[FD00::1]'];
    expect([...listed, ...loopback, ...own].filter((host) => !isAllowed(host))).toEqual([]);
    const others = ['farm.example', 'xfarm.example', '10.1.2.4', '[fd00::2]', ...dotless, ...strangers, ...malformed];
    expect(others.filter(isAllowed)).toEqual([]);
  });

  it('takes the host of the public URL', () => {
    const isAllowed = compile({ publicUrl: 'https://Farm.studio.example/cuegate' });
    expect(isAllowed('farm.studio.example')).toBe(true);
  });

  it('lets requests without a host through, which no browser sends', () => {
    expect([undefined, ''].map(compile())).toEqual([true, true]);
  });

  it('checks nothing when everything is allowed', () => {
    const isAllowed = compile({ allowedHosts: ['*'] });
    expect([...strangers, ...malformed].filter((host) => !isAllowed(host))).toEqual([]);
  });

  it('asks the system for the name of the machine', async () => {
    const { hostname } = await import('node:os');
    const isAllowed = compileAllowedHosts({ allowedHosts: ['other.example'], listenHost: undefined });
    expect(isAllowed(hostname())).toBe(true);
  });
});

describe('hostPatternProblem()', () => {
  const expected =
    'expected a name such as cuegate.studio.example, *.studio.example, an address, or * for all, without scheme and port';

  it.each(['*', 'a', 'a.example', '*.a.example', '10.0.0.1', '::1', '[::1]'])('takes %s', (pattern) => {
    expect(hostPatternProblem(pattern)).toBeUndefined();
  });

  it.each(['https://a.example', 'a.example:443', 'a*.example', '*.', 'a..b', '[a]'])('refuses %s', (pattern) => {
    expect(hostPatternProblem(pattern)).toBe(`"${pattern}" is no host; ${expected}`);
  });
});
