import type { Schedule } from '../clock/schedule.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Credentials, Identity } from '../call/identity.ts';

import type { ApiKeyFileState } from './api-keys/api-key-file.ts';
import type { CommonSettings, SettingsReader } from './common-settings.ts';
import type { AuthorizationServer } from './oidc/authorization-server.ts';
import type { KeySetState } from './oidc/key-set.ts';
import type { Fetch } from './provider-fetch.ts';

/** What a verifier found in a token, and how long that stands. Times in milliseconds since 1970. */
export interface VerifiedToken {
  readonly identity: Identity;
  /** The first moment at which the token is good (`nbf`); -Infinity when it does not say. */
  readonly validFromMs: number;
  /** The first moment at which it no longer is (`exp`); Infinity when it does not say. */
  readonly validUntilMs: number;
}

/**
 * Verifies one kind of token. Several verifiers can be on together. The first that accepts a token decides alone, so that a
 * token which its own verifier refuses is never shown to a more lenient one.
 */
export interface TokenVerifier {
  /**
   * Whether its answer about a token can be kept: it holds from any address until the token ends. A verifier without that must
   * be fast by itself.
   */
  readonly isRemembered: boolean;
  /** Whether the token is of this verifier's kind, from its looks only: cheap, never throws, proves nothing. */
  accepts(token: string): boolean;
  /**
   * Proves the token, signature and times both. Throws (or rejects with) a GatewayError of
   * `credentials-error.ts`. Synchronous where no network is needed. The credentials are those that brought the token.
   */
  verify(token: string, credentials: Credentials): VerifiedToken | Promise<VerifiedToken>;
}

/**
 * A row of the table of verifiers: one way to tell who calls, from its settings to what it does in the background. A new one
 * takes a file of its own and a row in `verifiers.ts`.
 */
export interface VerifierKind<Settings, Needed = Settings & CommonSettings> {
  /** Reads what the settings say about it. */
  readonly read: (read: SettingsReader) => Settings;
  /** What is wrong with them, by the names of the settings. Asked only when the verifier is on. */
  readonly findProblems: (settings: Needed) => Iterable<string>;
  /** Whether the settings ask for it. */
  readonly isOn: (settings: Needed) => boolean;
  /** Whether it judges JWTs of unknown issuers, so that the other verifiers must leave those alone. */
  readonly takesAnyJwt: boolean;
  /** Whether a secret is among its settings: it is opened anew when secrets are read again. What it has remembered is forgotten. */
  readonly holdsSecret: boolean;
  /** Opens it. The settings must have no problems. */
  readonly open: (settings: Needed, surroundings: VerifierSurroundings) => OpenVerifier;
}

/** What a verifier is given besides its settings. */
export interface VerifierSurroundings {
  /** Whether another verifier judges the JWTs of unknown issuers. */
  readonly leavesOtherJwts: boolean;
  readonly logger: Logger;
  /** The current time in milliseconds since 1970. */
  readonly now: () => number;
  readonly schedule: Schedule;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
  /** Bounded in time and size. */
  readonly fetch: Fetch;
}

/** A verifier at work, with what it keeps for that. */
export interface OpenVerifier {
  readonly verifier: TokenVerifier;
  /**
   * How its tokens are sent. `bearer`: as RFC 6750 says. `api-key`: so, or in the header `X-API-Key`. `go`: in whatever form the
   * Go gateway took them; of several verifiers it is asked last, and accepts everything.
   */
  readonly sentAs: 'bearer' | 'api-key' | 'go';
  /** Whether a guess may succeed, or costs the issuer an answer: `LimitFailuresOptions.isGuessable`. */
  readonly isGuessable: boolean;
  /** Gets what tokens cannot be checked without; resolves when it has, or could not. Not there: nothing is needed. */
  readonly start?: () => Promise<void>;
  /** Whether it ever had what it needs. */
  readonly isReady?: () => boolean;
  /** Ends what goes on in the background. */
  readonly close?: () => void;
  /** The keys of issuers, for metrics. */
  readonly keySets?: () => readonly KeySetState[];
  /** The file of API keys, for metrics. */
  readonly apiKeyFile?: () => ApiKeyFileState;
  /** Where people log in; undefined: nowhere, or the issuer has not said so yet. */
  readonly authorizationServer?: () => AuthorizationServer | undefined;
}
