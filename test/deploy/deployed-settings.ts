import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { type Config, parseConfig } from '../../src/config/config.ts';
import { options } from '../../src/config/settings.ts';

import { secret } from '../app/running-gateway.ts';

/** Where a file of the project is. */
export const pathOf = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Its text. */
export const read = (path: string) => readFileSync(pathOf(path), 'utf8');

/** Every name that cuegate reads from the environment. */
export const settingNames: ReadonlySet<string> = new Set(
  options.flatMap(({ name, kind }) => (kind === 'secret' ? [name, `${name}_FILE`] : [name])),
);

/** Reads settings as the process in a container would, with files of the test's in place of its secrets. */
export function configOf(environment: Readonly<Record<string, string>>): Config {
  const folder = mkdtempSync(join(tmpdir(), 'cuegate-'));
  try {
    const path = join(folder, 'secret');
    writeFileSync(path, secret);
    const secrets = Object.fromEntries(
      ['JWT_SECRET_FILE', 'REDIS_PASSWORD_FILE'].filter((name) => name in environment).map((name) => [name, path]),
    );
    return parseConfig({ environment: { ...environment, ...secrets }, flags: {} });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
