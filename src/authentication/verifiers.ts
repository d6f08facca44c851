import { UserError } from '../errors/user-error.ts';

import { type ApiKeySettings, apiKeys } from './api-keys/api-key-verifier.ts';
import { type CommonSettings, findCommonProblems, readCommonSettings, type SettingsReader } from './common-settings.ts';
import { type HmacSettings, missingSecret, sharedSecret } from './hmac/hmac-verifier.ts';
import { type IntrospectionSettings, introspection } from './introspection/introspection-verifier.ts';
import { type OidcSettings, oidc } from './oidc/oidc-issuers.ts';
import type { OpenVerifier, VerifierKind, VerifierSurroundings } from './token-verifier.ts';

/**
 * The one table of verifiers, in the order in which they are asked whether a token is theirs. A new one is a file that says
 * what settings it reads, what can be wrong with them and how it is opened; and its row and its settings here.
 */
const verifierKinds: readonly VerifierKind<Partial<AuthenticationSettings>, AuthenticationSettings>[] = [
  apiKeys,
  oidc,
  introspection,
  sharedSecret,
];

/** Everything that the settings say about how callers are identified. */
export interface AuthenticationSettings
  extends CommonSettings,
    ApiKeySettings,
    OidcSettings,
    IntrospectionSettings,
    HmacSettings {}

/** Reads the settings of all verifiers. */
export function readAuthenticationSettings(read: SettingsReader): AuthenticationSettings {
  return Object.assign({}, readCommonSettings(read), ...verifierKinds.map((kind) => kind.read(read)));
}

/** What is wrong with the settings of all verifiers, by the names of the settings. */
export function* findAuthenticationProblems(settings: AuthenticationSettings): Iterable<string> {
  if (settings.auth === 'none') return;
  if (!verifierKinds.some((kind) => kind.isOn(settings))) yield missingSecret;
  for (const kind of verifierKinds) if (kind.isOn(settings)) yield* kind.findProblems(settings);
  yield* findCommonProblems(settings);
}

/** Verifiers that are open, by their rows of the table, in the order in which they are asked. */
export type OpenVerifiers = ReadonlyMap<object, OpenVerifier>;

/**
 * Opens the verifiers that the settings ask for, in the order in which they are asked. The settings must have no problems.
 *
 * @param open those that are open already, of settings that differ in secrets alone: whatever holds none is taken over
 * @throws UserError when there would be others than those that are open
 */
export function openVerifiers(
  settings: AuthenticationSettings,
  surroundings: Omit<VerifierSurroundings, 'leavesOtherJwts'>,
  open?: OpenVerifiers,
): OpenVerifiers {
  const on = verifierKinds.filter((kind) => kind.isOn(settings));
  if (open !== undefined && (on.length !== open.size || !on.every((kind) => open.has(kind)))) {
    throw new UserError(
      'JWT_SECRET: a secret was added where there was none, or taken away; that is another way to identify callers, and needs a restart',
    );
  }
  return new Map(
    on.map((kind) => {
      const kept = kind.holdsSecret ? undefined : open?.get(kind);
      const leavesOtherJwts = on.some((other) => other !== kind && other.takesAnyJwt);
      return [kind, kept ?? kind.open(settings, { ...surroundings, leavesOtherJwts })];
    }),
  );
}
