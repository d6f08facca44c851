import { describe, expect, it } from 'vitest';

import { CommandLineError, parseCommandLine } from '../../src/commands/command-line.ts';

const parse = (...args: readonly string[]) => parseCommandLine(args);

describe('parseCommandLine()', () => {
  it('takes a command, settings and switches apart', () => {
    expect(parse('operations', '--rest-port', '80', '--host=::1', '--json')).toEqual({
      command: 'operations',
      words: [],
      flags: { REST_PORT: '80', HOST: '::1' },
      values: {},
      switches: new Set(['json']),
    });
  });

  it('gives the words that follow a command to it, wherever its options stand', () => {
    const expected = { command: 'policy', words: ['explain', 'job.JobInterface/Kill'], values: { token: 'a.b=.c' } };
    expect(parse('policy', 'explain', '--token', 'a.b=.c', 'job.JobInterface/Kill')).toMatchObject(expected);
    expect(parse('policy', 'explain', 'job.JobInterface/Kill', '--token=a.b=.c')).toMatchObject(expected);
    expect(parse('--token=a.b=.c', 'policy', 'explain', 'job.JobInterface/Kill')).toMatchObject(expected);
  });

  it('takes a word after such a command as it is, be it a command', () => {
    expect(parse('policy', 'serve')).toMatchObject({ command: 'policy', words: ['serve'] });
  });

  it('helps when nothing is said, or when asked', () => {
    expect(parse().command).toBe('help');
    expect(parse('serve', '--help').command).toBe('help');
    expect(parse('--version').command).toBe('help');
  });

  it.each<[args: readonly string[], message: string]>([
    [['sreve'], 'unknown command "sreve"; did you mean "serve"?'],
    [['serve', 'explain'], 'unknown command "explain"; cuegate help lists what there is'],
    [['explain', 'policy'], 'unknown command "explain"; cuegate help lists what there is'],
    [['constructor'], 'unknown command "constructor"; cuegate help lists what there is'],
    [['policy', '--tokn', 'x'], 'unknown option "--tokn"; did you mean "--token"?'],
    [['serve', '--rest-prot=80'], 'unknown option "--rest-prot"; did you mean "--rest-port"?'],
    [['serve', '--rest-port'], '--rest-port needs a value, e.g. --rest-port=…'],
    [['policy', '--token'], '--token needs a value, e.g. --token=…'],
    [['token', '--from', '1'], '"token" does not take --from; "audit" can'],
    [['token', '--json'], '"token" does not take --json; "operations" and "doctor" can'],
    [['serve', '--scopes=cue:read'], '"serve" does not take --scopes; "agent" and "token" and "api-key" can'],
    [['--subject', 'ann', 'policy', 'explain', 'x'], '"policy" does not take --subject; "token" and "api-key" can'],
    [['audit', 'verify', 'file', '--token=x'], '"audit" does not take --token; "policy" and "doctor" can'],
  ])('refuses %j', (args, message) => {
    expect(() => parse(...args)).toThrow(new CommandLineError(message));
  });
});
