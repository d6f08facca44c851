import type { GraphiqlTab } from './default-tabs.ts';

/** What the page is told; `page/read-settings.ts` reads it. */
export interface PageSettings {
  /** Whether the gateway asks for a token; if so, the page has a field for it and waits for it. */
  readonly needsToken: boolean;
  /** What is open on the first visit. */
  readonly tabs: readonly GraphiqlTab[];
}
