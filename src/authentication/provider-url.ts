import { isLoopback } from '../http/is-loopback.ts';

/** Whether providers may be spoken to in clear text beyond this machine. */
export interface ProviderUrlOptions {
  readonly allowHttp: boolean;
}

/**
 * What is wrong with the URL of a provider; undefined when nothing is. Whoever can change what comes from there can be
 * anybody here, so it is https, or http on this machine, unless somebody insists.
 */
export function providerUrlProblem(text: string, { allowHttp }: ProviderUrlOptions): string | undefined {
  if (!URL.canParse(text)) return `"${text}" is no URL`;
  const { protocol, hostname, username, hash } = new URL(text);
  if (username !== '') return 'a URL must not hold a user name or password';
  if (hash !== '') return `"${text}" has a fragment, which is never sent`;
  if (protocol === 'https:') return undefined;
  if (protocol !== 'http:') return `"${text}" is no https URL`;
  if (allowHttp || isLoopback(hostname)) return undefined;
  return `"${text}" is http, so whoever is in between can be anybody; expected https`;
}
