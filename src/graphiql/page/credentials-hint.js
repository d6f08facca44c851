/** What to tell somebody about his credentials. */
export function hintOf({ canLogIn, token, person, problem, verdict }) {
  if (typeof verdict === 'object') {
    const text =
      'refusal' in verdict
        ? refusalHintOf(token, person, verdict.refusal)
        : `This takes ${verdict.missingScopes.join(' and ')}, which ${person === undefined ? 'this token' : 'your log-in'} does not have`;
    return { text, isAlarming: true };
  }
  if (problem !== '') return { text: problem, isAlarming: true };
  return { text: calmHintOf(canLogIn, token, person, verdict), isAlarming: false };
}
function calmHintOf(canLogIn, token, person, verdict) {
  if (person !== undefined) return person === '' ? 'You are logged in' : `Logged in as ${person}`;
  if (token === '') {
    return canLogIn
      ? 'Log in to load the schema, or paste a token'
      : 'Paste your token to load the schema; it stays in this tab';
  }
  return verdict === 'accepted' ? 'Token accepted; it stays in this tab' : '';
}
/** What to do about a refusal; its exact words stand where the result would. */
function refusalHintOf(token, person, refusal) {
  const words = refusal.replace('Token validation error: ', '');
  if (person !== undefined) return words === refusal ? refusal : `The gateway does not accept your log-in: ${words}`;
  if (token === '') return 'The gateway asks for a token: paste yours here';
  if (refusal.includes('expired')) return 'This token is expired: paste a new one';
  if (refusal.includes('malformed')) return 'This is not a whole token: copy it once more';
  if (refusal.includes('signature is invalid')) return 'This token is signed with another secret than the gateway’s';
  return `The gateway does not accept this token: ${words}`;
}
