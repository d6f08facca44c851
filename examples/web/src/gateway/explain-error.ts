import type { CombinedError } from 'urql';

/** What an error means to whoever looks at the page. */
export function explainError({ networkError, graphQLErrors: [error] }: CombinedError): string {
  if (error === undefined) return `The gateway does not answer (${networkError?.message}).`;
  const { code, scope } = error.extensions;
  if (code === 'DEADLINE_EXCEEDED') return 'Cuebot did not answer in time.';
  if (code === 'UNAVAILABLE') return 'Cuebot cannot be reached.';
  if (code === 'FORBIDDEN') return `Your token does not allow this; it needs ${scope}.`;
  return error.message;
}
