import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ApiKeyFile } from '../../../src/authentication/api-keys/api-key-file.ts';
import { UserError } from '../../../src/errors/user-error.ts';
import type { Logger } from '../../../src/telemetry/logger.ts';

import { createTimeline, type Timeline } from '../timeline.ts';
import { silent } from '../settings.ts';

const [one, other] = ['0000000001', '0000000002'];
const entryOf = (id: string) => ({ id, sha256: 'ab'.repeat(32), subject: 'nightly', scopes: [] });

const look = 1_000;
const hour = 60 * 60_000;

let folder: string;
let path: string;
let timeline: Timeline;
let logged: string[];
let file: ApiKeyFile;

const write = (...ids: string[]) => writeFileSync(path, JSON.stringify({ keys: ids.map(entryOf) }));
const ids = () => [...file.entries.keys()];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cuegate-api-keys-'));
  path = join(folder, 'keys.json');
  timeline = createTimeline();
  logged = [];
  const log = (level: string) => (_: object, message: string) => void logged.push(`${level}: ${message}`);
  const logger: Logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
  write(one);
  file = new ApiKeyFile({ path, schedule: timeline.schedule, logger });
});
afterEach(() => {
  file.close();
  rmSync(folder, { recursive: true });
});

const lasting = 'error: the file of API keys cannot be used; the old keys hold for an hour';
const ended = 'error: the file of API keys is gone, empty or unusable; its keys have ended';
const again = 'info: the API keys were read again';

describe('the file of API keys', () => {
  it('is read again when it changes, so that a key that was taken out ends', async () => {
    write(other);
    await timeline.advance(look);
    expect([ids(), file.state, logged]).toEqual([[other], { keys: 1, isCurrent: true }, [again]]);
  });

  it('is read again when another file takes its place', async () => {
    const next = join(folder, 'next.json');
    writeFileSync(next, JSON.stringify({ keys: [] }));
    renameSync(next, path);
    await timeline.advance(look);
    expect(ids()).toEqual([]);
  });

  it('is not read again when it does not change', async () => {
    await timeline.advance(hour);
    expect([ids(), logged]).toEqual([[one], []]);
  });

  /** What leaves no list of keys to read. */
  const troubles: readonly (readonly [name: string, make: () => void])[] = [
    ['broken', () => appendFileSync(path, '!')],
    ['half a file', () => truncateSync(path, 30)],
    ['full of NULs', () => writeFileSync(path, Buffer.alloc(500))],
    ['of another form', () => writeFileSync(path, '{"key": []}')],
    [
      'a link that leads to itself',
      () => {
        rmSync(path);
        symlinkSync(path, path);
      },
    ],
    ['larger than any list of keys', () => writeFileSync(path, Buffer.alloc(4 * 1024 * 1024 + 1, ' '))],
    [
      'a pipe that nobody writes to',
      () => {
        rmSync(path);
        execFileSync('mkfifo', [path]);
      },
    ],
    [
      'a device without an end',
      () => {
        rmSync(path);
        symlinkSync('/dev/zero', path);
      },
    ],
    [
      'a folder',
      () => {
        rmSync(path);
        mkdirSync(path);
      },
    ],
  ];

  it.each(troubles)('leaves its keys in force for an hour when it is %s, and tells it once', async (_, make) => {
    make();
    await timeline.advance(hour - look);
    expect([ids(), file.state, logged]).toEqual([[one], { keys: 1, isCurrent: false }, [lasting]]);
    await timeline.advance(look);
    expect([ids(), file.state, logged]).toEqual([[], { keys: 0, isCurrent: false }, [lasting, ended]]);
  });

  it.each(troubles)('is read again as soon as it is good again: %s', async (_, make) => {
    make();
    await timeline.advance(10 * look);
    rmSync(path, { recursive: true });
    write(one, other);
    await timeline.advance(look);
    expect([ids(), file.state]).toEqual([[one, other], { keys: 2, isCurrent: true }]);
    expect(logged.at(-1)).toBe(again);
  });

  it.each([
    ['gone', () => rmSync(path)],
    ['empty', () => truncateSync(path)],
    ['white space', () => writeFileSync(path, ' \n')],
  ])('ends its keys when it is %s at two looks in a row', async (_, make) => {
    make();
    await timeline.advance(look);
    expect([ids(), logged]).toEqual([[one], []]);
    await timeline.advance(look);
    expect([ids(), file.state, logged]).toEqual([[], { keys: 0, isCurrent: false }, [ended]]);
  });

  it('ends no key when it is gone at one look, as while an editor replaces it', async () => {
    for (let time = 0; time < 5; time += 1) {
      rmSync(path);
      await timeline.advance(look);
      write(one);
      await timeline.advance(look);
      expect(ids()).toEqual([one]);
    }
  });

  it('counts an hour from the first trouble on, whatever trouble follows', async () => {
    appendFileSync(path, '!');
    await timeline.advance(hour / 2);
    writeFileSync(path, '{"key": []}');
    await timeline.advance(hour / 2);
    expect(ids()).toEqual([]);
  });

  it.skipIf(process.getuid?.() === 0)('leaves its keys in force when it may not be read', async () => {
    // Root may read everything, so this needs another user.
    write(other);
    chmodSync(path, 0);
    await timeline.advance(look);
    expect(ids()).toEqual([one]);
  });

  it.each([
    ['does not exist', 'none.json'],
    ['cannot be read (ENOTDIR)', join('keys.json', 'keys.json')],
  ])('that %s at the start is told in words', (problem, name) => {
    const start = () => new ApiKeyFile({ path: join(folder, name), schedule: timeline.schedule, logger: silent });
    expect(start).toThrow(UserError);
    expect(start).toThrow(`the file ${join(folder, name)} ${problem}`);
  });
});
