import type { VisitorSettings } from '../web-pages/login-settings.ts';

/** What the page is told; `page/main.ts` reads it. */
export interface FarmPageSettings extends VisitorSettings {
  /** Whether GraphiQL is at `graphql` beside the page. */
  readonly hasGraphiql: boolean;
}
