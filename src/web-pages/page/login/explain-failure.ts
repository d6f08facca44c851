import { AuthorizationResponseError, ResponseBodyError } from 'oauth4webapi';

/** What to tell the user about a log-in, or its renewal, that failed. */
export function explainFailure(error: unknown): string {
  if (error instanceof AuthorizationResponseError || error instanceof ResponseBodyError) {
    const { error: code, error_description: description } = error;
    return code === 'access_denied'
      ? `The issuer did not let you in${description === undefined ? '' : `: ${description}`}`
      : `The issuer refused: ${description ?? code}`;
  }
  // What fetch rejects with says nothing: browsers hide from pages what went wrong.
  if (error instanceof TypeError) return 'The issuer cannot be reached, or does not take requests of this page (CORS)';
  if (error instanceof DOMException && error.name === 'TimeoutError') return 'The issuer does not answer: try again';
  return `The log-in failed: ${(error as Error).message}`;
}

/** Whether the issuer only says that it would have to ask the user something (OpenID Connect Core 1.0, 3.1.2.6). */
export function wantsInteraction(error: unknown): boolean {
  return (
    error instanceof AuthorizationResponseError &&
    ['login_required', 'interaction_required', 'consent_required', 'account_selection_required'].includes(error.error)
  );
}
