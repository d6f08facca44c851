import { describe, expect, it } from 'vitest';

import { type LookUp, resolveHost } from '../../src/upstream/resolve-host.ts';

/** What the system would say, by family; a text is an error's code. */
const says =
  (four: readonly string[] | string, six: readonly string[] | string = []): LookUp =>
  async (_, family) => {
    const answer = family === 4 ? four : six;
    if (typeof answer !== 'string') return answer;
    throw Object.assign(new Error(answer), { code: answer });
  };

describe('resolveHost()', () => {
  it('gives all A records, sorted and each once, and no AAAA beside them', async () => {
    const lookUp = says(['10.0.0.2', '10.0.0.1', '10.0.0.2'], ['fd00::1']);
    expect(await resolveHost('cuebots', lookUp)).toEqual(['10.0.0.1', '10.0.0.2']);
  });

  it.each(['ENOTFOUND', 'ENODATA'])('gives the AAAA records where there is no A (%s)', async (code) => {
    expect(await resolveHost('cuebots', says(code, ['fd00::2', 'fd00::1']))).toEqual(['fd00::1', 'fd00::2']);
  });

  it('does not take a resolver that is away for a name without A records', async () => {
    await expect(resolveHost('cuebots', says('EAI_AGAIN', ['fd00::1']))).rejects.toThrow('EAI_AGAIN');
  });

  it('rejects where there is neither', async () => {
    await expect(resolveHost('cuebots', says('ENOTFOUND', 'ENOTFOUND'))).rejects.toThrow('ENOTFOUND');
  });

  it('asks for no IPv4 address of an IPv6 one', async () => {
    expect(await resolveHost('::1', says('EAI_ADDRFAMILY', ['::1']))).toEqual(['::1']);
  });
});
