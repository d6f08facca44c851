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

/** Opens the verifiers that the settings ask for, in the order in which they are asked. The settings must have no problems. */
export function openVerifiers(
  settings: AuthenticationSettings,
  surroundings: Omit<VerifierSurroundings, 'leavesOtherJwts'>,
): readonly OpenVerifier[] {
  const on = verifierKinds.filter((kind) => kind.isOn(settings));
  return on.map((kind) => {
    const leavesOtherJwts = on.some((other) => other !== kind && other.takesAnyJwt);
    return kind.open(settings, { ...surroundings, leavesOtherJwts });
  });
}
