import { describe, expect, it } from 'vitest';

import { readDemoOptions } from '../../src/commands/demo-options.ts';

describe('readDemoOptions()', () => {
  it('gives a small farm that lives, on a free port', () => {
    expect(readDemoOptions({}, new Set())).toEqual({ port: 0, seed: 1, speed: 1, farm: {}, tickMs: 2000, logs: true });
  });

  it('takes the port that OpenCue’s tools expect for a Cuebot alone', () => {
    expect(readDemoOptions({}, new Set(['cuebot-only']))).toMatchObject({ port: 8443 });
    expect(readDemoOptions({ port: '9000' }, new Set(['cuebot-only']))).toMatchObject({ port: 9000 });
  });

  it('reads seed, speed, size, defects and stillness', () => {
    const values = { seed: '7', speed: '2.5', size: 'large', defects: 'lanes,update-window' };
    expect(readDemoOptions(values, new Set(['still']))).toMatchObject({
      seed: 7,
      speed: 2.5,
      farm: { jobs: 2000, hosts: 3000 },
      tickMs: 0,
      defects: new Set(['lanes', 'update-window']),
    });
    expect(readDemoOptions({ defects: 'none' }, new Set()).defects).toEqual(new Set());
  });

  it('tells all mistakes at once', () => {
    const values = { port: '70000', seed: '-1', speed: '0', size: 'larg', defects: 'lane' };
    expect(() => readDemoOptions(values, new Set())).toThrow(
      /^the demo cannot start so:\n {2}- --port is "70000"; expected a port, 0 to 65535\n {2}- --seed is "-1"; .*\n {2}- --speed is "0"; .*\n {2}- --size is "larg"; expected small or large; did you mean "large"\?\n {2}- --defects: "lane" is none of none, usual, all, lanes, /,
    );
  });
});
