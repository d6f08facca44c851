import type { ReadConfig } from '../config/config.ts';

import type { Finding } from './finding.ts';

/** What is wrong with the settings, and what stands in the environment as if it were one. */
export function checkSettings({ problems, unusedNames }: ReadConfig): readonly Finding[] {
  const about = 'settings';
  const wrong = problems.found.map((found): Finding => ({ about, severity: 'error', found }));
  const unused = unusedNames.map((found): Finding => ({ about, severity: 'warning', found }));
  const all = [...wrong, ...unused];
  return all.length > 0 ? all : [{ about, severity: 'ok', found: 'every setting can be read' }];
}
