import { afterEach, describe, expect, it, vi } from 'vitest';

import { parseCommandLine } from '../../src/commands/command-line.ts';
import { commandNames, optionsOf } from '../../src/commands/command-table.ts';
import { help } from '../../src/commands/help.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** What the program prints for these arguments, which ask for help. */
async function print(...args: readonly string[]): Promise<string> {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const { command, ...rest } = parseCommandLine(args);
  expect(command).toBe('help');
  await help({ environment: {}, ...rest });
  return write.mock.calls.map(([text]) => String(text)).join('');
}

describe('cuegate help', () => {
  it('lists every command, and the settings', async () => {
    const text = await print('help');
    for (const name of commandNames) expect(text).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
    expect(text).toContain('--rest-port  REST_PORT');
  });

  it.each(commandNames.filter((name) => name !== 'help'))('tells of %s alone, and of all its options', async (name) => {
    const text = await print(name, '--help');
    expect(text).toMatch(new RegExp(`^cuegate ${name}: .+\\n\\nUsage: cuegate ${name}`));
    for (const option of optionsOf(name)) expect(text).toContain(`  ${option}`);
    const others = commandNames.filter((other) => other !== name).flatMap(optionsOf);
    for (const option of others) if (!optionsOf(name).includes(option)) expect(text).not.toContain(`  ${option} `);
    expect(text.includes('--rest-port')).toBe(name === 'serve' || name === 'demo');
  });

  it('tells the version', async () => {
    expect(await print('serve', '--version')).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
