import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { createGateway } from '../../src/app/gateway.ts';
import { signToken } from '../../src/authentication/hmac/sign-token.ts';
import { parseConfig } from '../../src/config/config.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';

import { agentClientId, type DeviceProvider } from '../agent/device-provider.ts';
import { audience } from '../authentication/oidc/test-issuer.ts';

/** A way by which pycue reaches a Cuebot. */
export interface Way {
  readonly cuebotHosts: string;
  readonly close: () => Promise<void>;
}

/** Whom a gateway takes a pycue without a token for: this machine's network, with every right that the steps need. */
const workstations = 'cue:admin cue:submit cue:grant:launch cue:grant:submit-as';

/** Starts `cuegate demo --cuebot-only`, as people do. @param words further options */
export async function openDemoProgram(...words: readonly string[]): Promise<Way> {
  const demo = startProgram(['demo', '--cuebot-only', '--port', '0', ...words]);
  const [, cuebotHosts = ''] = await demo.says(/Cuebot +(127\.0\.0\.1:\d+)/);
  return { cuebotHosts, close: demo.stop };
}

/** A gateway in front of a Cuebot. */
export interface GatewayWay extends Way {
  /** Where HTTP is. */
  readonly url: string;
  /** The header of somebody with every right that a token without scopes has. */
  bearerOf(subject: string): string;
}

/**
 * Opens a gateway whose GRPC_PORT is the way.
 *
 * @param folder where its policy lies
 * @param settings beyond those, by their names
 */
export async function openGateway(
  folder: string,
  cuebotEndpoint: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<GatewayWay> {
  const policy = join(folder, 'policy.yaml');
  writeFileSync(policy, `networks: [{ cidr: 127.0.0.0/8, subject: workstations, scopes: "${workstations}" }]\n`);
  const secret = randomBytes(48).toString('hex');
  const environment = {
    ...{ HOST: '127.0.0.1', REST_PORT: '0', GRPC_PORT: '0', POLICY_FILE: policy, JWT_SECRET: secret },
    ...{ CUEBOT_ENDPOINT: cuebotEndpoint, ...settings },
  };
  const gateway = await createGateway(parseConfig({ environment, flags: {} }), silentLogger);
  return {
    cuebotHosts: `127.0.0.1:${gateway.grpcPort}`,
    url: gateway.url,
    bearerOf: (subject) => `Bearer ${signToken({ secret, claims: { sub: subject } })}`,
    close: () => gateway.close(),
  };
}

/** The settings by which a gateway takes the tokens of a provider, and tells agents of it. */
export const settingsFor = ({ url }: DeviceProvider) => ({
  OIDC_ISSUERS: url,
  OIDC_AUDIENCE: audience,
  PUBLIC_URL: audience,
});

/** An agent, at which nobody has logged in yet. */
export interface AgentWay extends Way {
  /** Logs somebody in, by the code that the agent has printed. */
  logIn(user: string): Promise<void>;
}

/** Starts `cuegate agent`, as people do. @param folder for its socket */
export async function openAgent(folder: string, gatewayUrl: string, provider: DeviceProvider): Promise<AgentWay> {
  const words = ['agent', '--gateway', gatewayUrl, '--client-id', agentClientId, '--resource', audience];
  const agent = startProgram(words, { XDG_RUNTIME_DIR: folder });
  const [, cuebotHosts = ''] = await agent.says(/CUEBOT_HOSTS=(unix:\S+)/);
  return {
    cuebotHosts,
    logIn: async (user) => {
      const [, code = ''] = await agent.says(/the code (\S+)/);
      await provider.approve(code, user);
      await agent.says(/Logged in/);
    },
    close: agent.stop,
  };
}

interface Program {
  /** Resolves when what it has printed matches. Rejects when it ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  stop(): Promise<void>;
}

/** After so long, in milliseconds, a program that is still there is ended, so that nobody waits for its words for ever. */
const limitMs = 30 * 60_000;

/** Starts cuegate itself. */
function startProgram(words: readonly string[], environment: Readonly<Record<string, string>> = {}): Program {
  const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
  const child: ChildProcess = spawn(process.execPath, [cli, ...words], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: limitMs,
  });
  const closed = once(child, 'close');
  let output = '';
  let isOver = false;
  let onChange = () => {};
  const change = () => onChange();
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on('data', (chunk) => {
      output += chunk;
      change();
    });
  }
  child.on('close', () => {
    isOver = true;
    change();
  });
  return {
    says: async (pattern) => {
      for (;;) {
        const match = pattern.exec(output);
        if (match !== null) return match;
        if (isOver) throw new Error(`cuegate ${words[0]} ended: ${output}`);
        await new Promise<void>((resolve) => {
          onChange = resolve;
        });
      }
    },
    stop: async () => {
      child.kill('SIGTERM');
      await closed;
    },
  };
}
