import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { readConfig } from '../../src/config/config.ts';
import { retryReasons } from '../../src/pipeline/placement/retry-calls.ts';
import { cuebotStates } from '../../src/upstream/pooled-cuebot.ts';

/** Holds docs/scaling.md to the tables that it shows; what it says of calls is tried in test/app/several-cuebots.test.ts. */

const page = readFileSync(new URL('../../docs/scaling.md', import.meta.url), 'utf8');

/** The rows of the table whose first column has this title, as pairs. */
function tableOf(title: string): readonly (readonly [string, string])[] {
  const [, rows = ''] = new RegExp(`^\\| ${title} \\|.*\\n\\| ---.*\\n((?:\\|.*\\n)+)`, 'm').exec(page) ?? [];
  return rows
    .trim()
    .split('\n')
    .map((row) => {
      const [first = '', second = ''] = row.slice(2, -2).split(' | ');
      return [first, second];
    });
}
const named = (rows: ReturnType<typeof tableOf>) =>
  Object.fromEntries(rows.map(([name, meaning]) => [name.replaceAll('`', ''), meaning]));

describe('docs/scaling.md', () => {
  it('knows the states of a Cuebot', () => expect(named(tableOf('state of a Cuebot'))).toEqual(cuebotStates));

  it('knows why calls are sent again', () => {
    expect(named(tableOf('reason in `cuegate_retries_total`'))).toEqual(retryReasons);
  });

  it('shows lists that can be set', () => {
    const names = tableOf('in the list').flatMap(([cell]) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name!));
    const [, command] = /^CUEBOT_ENDPOINT=(\S+) cuegate serve$/m.exec(page) ?? [];
    expect(names).toHaveLength(4);
    for (const list of [names.join(','), command!]) {
      const environment = { CUEBOT_ENDPOINT: list, AUTH: 'none' };
      const { config, problems } = readConfig({ environment, flags: {} });
      expect([problems.found, config.cuebotEndpoints.map(({ name }) => name).join(',')]).toEqual([[], list]);
    }
  });
});
