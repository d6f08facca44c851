import { homedir } from 'node:os';
import { join } from 'node:path';

import { providerUrlProblem } from '../authentication/provider-fetch.ts';
import { UserError } from '../errors/user-error.ts';

/** What `cuegate agent` is told. */
export interface AgentCommandOptions {
  readonly gateway: string;
  /** Undefined: the gateway says who issues tokens for it. */
  readonly issuer: string | undefined;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly resource: string | undefined;
  /** An absolute path. */
  readonly socketPath: string;
  readonly port: number | undefined;
}

/**
 * What artists and wranglers do every day. `offline_access` asks for a refresh token where the issuer wants to be asked; `cue:submit` is
 * good for nothing without the grant to launch.
 */
const defaultScopes = 'openid offline_access cue:read cue:operate cue:submit cue:grant:launch';

/**
 * Reads what `cuegate agent` may be told. All mistakes come in one UserError.
 *
 * @param values by option, without its dashes
 */
export function readAgentOptions(
  values: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string | undefined>>,
): AgentCommandOptions {
  const mistakes: string[] = [];
  const url = (name: string): string | undefined => {
    const text = values[name];
    if (text === undefined) return undefined;
    const problem = providerUrlProblem(text, { allowHttp: false });
    if (problem !== undefined) mistakes.push(`--${name}: ${problem}`);
    return text;
  };
  const gateway = url('gateway');
  if (gateway === undefined)
    mistakes.push('--gateway is missing: the address of the gateway, e.g. https://cuegate.studio.example');
  const issuer = url('issuer');
  const { 'client-id': clientId = '', scopes = defaultScopes, resource, socket, port: portText } = values;
  if (clientId === '') {
    mistakes.push(
      '--client-id is missing: the public client of the issuer that stands for agents, with the device flow allowed',
    );
  }
  const port = portText === undefined ? undefined : Number(portText);
  if (port !== undefined && !(/^\d+$/.test(portText!) && port <= 65_535)) {
    mistakes.push(`--port is "${portText}"; expected a port, 0 to 65535`);
  }
  if (mistakes.length > 0) throw new UserError('the agent cannot start so:', mistakes);
  return {
    gateway: gateway!,
    issuer,
    clientId,
    scopes: scopes.split(/[\s,]+/).filter((scope) => scope !== ''),
    resource,
    socketPath: socket ?? join(folderOf(environment['XDG_RUNTIME_DIR']), 'cuebot.sock'),
    port,
  };
}

/** In the folder of the session where there is one, which ends with it; else in the home folder. */
function folderOf(runtimeFolder: string | undefined): string {
  return runtimeFolder ? join(runtimeFolder, 'cuegate') : join(homedir(), '.cuegate');
}
