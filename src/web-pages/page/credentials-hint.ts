import type { Verdict } from './gateway-client.ts';

/** How things stand with whoever looks at the page. */
export interface CredentialsState {
  /** Whether people can log in here; otherwise they can but paste a token. */
  readonly canLogIn: boolean;
  /** What the page wants the token for, e.g. `load the schema`. */
  readonly purpose: string;
  readonly token: string;
  /** Who has logged in; undefined: nobody. */
  readonly person: string | undefined;
  /** Why a log-in came to nothing; empty: it did not. */
  readonly problem: string;
  readonly verdict: Verdict;
}

/** The line beside the log-in: what to do next, or how things stand. */
export interface CredentialsHint {
  readonly text: string;
  readonly isAlarming: boolean;
}

/** What to tell somebody about their credentials. */
export function hintOf({ canLogIn, purpose, token, person, problem, verdict }: CredentialsState): CredentialsHint {
  if (typeof verdict === 'object') {
    const text =
      'refusal' in verdict
        ? refusalHintOf(token, person, verdict.refusal)
        : `This takes ${verdict.missingScopes.join(' and ')}, which ${person === undefined ? 'this token' : 'your log-in'} does not have`;
    return { text, isAlarming: true };
  }
  if (problem !== '') return { text: problem, isAlarming: true };
  return {
    text: calmHintOf(
      canLogIn ? `Log in to ${purpose}, or paste a token` : `Paste your token to ${purpose}; it stays in this tab`,
      token,
      person,
      verdict,
    ),
    isAlarming: false,
  };
}

function calmHintOf(invitation: string, token: string, person: string | undefined, verdict: Verdict): string {
  if (person !== undefined) return person === '' ? 'You are logged in' : `Logged in as ${person}`;
  if (token === '') return invitation;
  return verdict === 'accepted' ? 'Token accepted; it stays in this tab' : '';
}

/** What to do about a refusal; its exact words stand where the result would. */
function refusalHintOf(token: string, person: string | undefined, refusal: string): string {
  const words = refusal.replace('Token validation error: ', '');
  if (person !== undefined) return words === refusal ? refusal : `The gateway does not accept your log-in: ${words}`;
  if (token === '') return 'The gateway asks for a token: paste yours here';
  if (refusal.includes('expired')) return 'This token is expired: paste a new one';
  if (refusal.includes('malformed')) return 'This is not a whole token: copy it once more';
  if (refusal.includes('signature is invalid')) return 'This token is signed with another secret than the gateway’s';
  return `The gateway does not accept this token: ${words}`;
}
