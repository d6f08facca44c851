import type { AuthorizationServer } from '../authentication/oidc/authorization-server.ts';

import type { GraphiqlTab } from './default-tabs.ts';
import type { LoginSettings } from './login-settings.ts';

/** What the page is told; `page/read-settings.ts` reads it. */
export interface PageSettings {
  /** Whether the gateway asks for a token; if so, the page has a field for it and waits for it. */
  readonly needsToken: boolean;
  /** How people log in; without it, they have nothing but the field. */
  readonly login?: PageLogin;
  /** What is open on the first visit. */
  readonly tabs: readonly GraphiqlTab[];
}

/** How people log in, and where. */
export interface PageLogin extends LoginSettings {
  /** Null: the issuer could not be asked yet. */
  readonly server: AuthorizationServer | null;
}
