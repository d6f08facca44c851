import type { VisitorSettings } from '../web-pages/login-settings.ts';

import type { GraphiqlTab } from './default-tabs.ts';

/** What the page is told; `page/main.tsx` reads it. */
export interface PageSettings extends VisitorSettings {
  /** What is open on the first visit. */
  readonly tabs: readonly GraphiqlTab[];
  /** Whether there is a page that shows the farm, at `farm` beside this one. */
  readonly hasFarmPage: boolean;
}
