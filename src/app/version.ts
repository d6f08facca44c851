import { readFileSync } from 'node:fs';

/** The version of this program, as its package.json says it, e.g. `0.2.0`. */
export const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};
