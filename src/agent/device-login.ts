import * as oauth from 'oauth4webapi';

import { GatewayError } from '../call/gateway-error.ts';
import { isLoopback } from '../http/ip-network.ts';

/** Whose tokens the agent gets, and how. */
export interface DeviceLoginOptions {
  /** The issuer, e.g. `https://login.studio.example`. */
  readonly issuer: string;
  /** A public client (RFC 6749, 2.1) that may use the device flow. */
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** What the tokens are for (RFC 8707), where the issuer wants to be told. */
  readonly resource: string | undefined;
  /** Told where to log in: once for each time that somebody has to. */
  readonly onPrompt: (prompt: LoginPrompt) => void;
  /** Told when somebody has logged in. */
  readonly onLoggedIn: () => void;
  /** Waits, in milliseconds. */
  readonly wait: (ms: number) => Promise<void>;
}

/** What a user does to log in (RFC 8628, 3.3). */
export interface LoginPrompt {
  readonly url: string;
  readonly code: string;
  /** The same address with the code in it, where the issuer has one. */
  readonly urlWithCode: string | undefined;
}

/** The user's own tokens. They are in memory and nowhere else, so they end with the agent. */
export interface DeviceLogin {
  /** Begins to log in unless somebody has; resolves when the user has been told where, or when that failed. */
  begin(): Promise<void>;
  /** A token that is good, as far as can be told here. Rejects with UNAUTHENTICATED, and says where to log in. */
  token(): Promise<string>;
  /** The gateway did not take a token: it is not used again. */
  refused(token: string): void;
  /** Ends whatever is waited for. */
  close(): void;
}

/** A token that ends sooner than this is renewed first, in milliseconds. */
const marginMs = 30_000;

/** How long to wait between two questions where the issuer does not say, in seconds (RFC 8628, 3.2). */
const defaultIntervalSeconds = 5;

/** Logs in by OAuth's device flow (RFC 8628, https://www.rfc-editor.org/rfc/rfc8628): the user does so in a browser, wherever they have one. */
export function createDeviceLogin(options: DeviceLoginOptions): DeviceLogin {
  const client: oauth.Client = { client_id: options.clientId };
  const insecure = isLoopback(new URL(options.issuer).hostname) ? { [oauth.allowInsecureRequests]: true } : {};
  const resource = options.resource === undefined ? {} : { resource: options.resource };
  let server: oauth.AuthorizationServer | undefined;
  let held: HeldTokens | undefined;
  let prompt: LoginPrompt | undefined;
  let beginning: Promise<void> | undefined;
  let renewing: Promise<void> | undefined;
  let isClosed = false;

  const discover = async (): Promise<oauth.AuthorizationServer> => {
    const issuer = new URL(options.issuer);
    server ??= await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
    return server;
  };

  const ask = async (): Promise<void> => {
    const as = await discover();
    const wanted = { scope: options.scopes.join(' '), ...resource };
    const asked = await oauth.deviceAuthorizationRequest(as, client, oauth.None(), wanted, insecure);
    const device = await oauth.processDeviceAuthorizationResponse(as, client, asked);
    const { verification_uri: url, user_code: code, verification_uri_complete: urlWithCode } = device;
    prompt = { url, code, urlWithCode };
    options.onPrompt(prompt);
    void poll(as, device).finally(() => {
      prompt = undefined;
    });
  };

  /** Asks again and again whether the user has logged in, as slowly as the issuer wants (RFC 8628, 3.5). */
  const poll = async (as: oauth.AuthorizationServer, device: oauth.DeviceAuthorizationResponse): Promise<void> => {
    const endsAt = performance.now() + device.expires_in * 1000;
    let seconds = device.interval ?? defaultIntervalSeconds;
    while (!isClosed && performance.now() < endsAt) {
      await options.wait(seconds * 1000);
      try {
        const more = { ...insecure, additionalParameters: resource };
        const answered = await oauth.deviceCodeGrantRequest(as, client, oauth.None(), device.device_code, more);
        held = hold(await oauth.processDeviceCodeResponse(as, client, answered), undefined);
        options.onLoggedIn();
        return;
      } catch (error) {
        const answer = error instanceof oauth.ResponseBodyError ? error.error : undefined;
        if (answer === 'slow_down') seconds += 5;
        // No answer: the issuer may be away for a moment.
        else if (answer === undefined) seconds *= 2;
        // The user refused, or let the code run out: whoever calls next begins anew.
        else if (answer !== 'authorization_pending') return;
      }
    }
  };

  const renew = async (refreshToken: string): Promise<void> => {
    try {
      const as = await discover();
      const more = { ...insecure, additionalParameters: resource };
      const answered = await oauth.refreshTokenGrantRequest(as, client, oauth.None(), refreshToken, more);
      held = hold(await oauth.processRefreshTokenResponse(as, client, answered), refreshToken);
    } catch (error) {
      // An issuer that is away says nothing about the tokens.
      if (error instanceof oauth.ResponseBodyError) held = undefined;
    }
  };

  const begin = async (): Promise<void> => {
    if (held !== undefined || prompt !== undefined) return;
    beginning ??= ask().finally(() => {
      beginning = undefined;
    });
    await beginning;
  };

  return {
    begin,
    token: async () => {
      if (held !== undefined && isOver(held, held.marginMs) && held.refreshToken !== undefined) {
        // Whoever comes meanwhile waits for the same one: a refresh token that is used twice ends everything.
        renewing ??= renew(held.refreshToken).finally(() => {
          renewing = undefined;
        });
        await renewing;
      }
      if (held !== undefined && !isOver(held, 0)) return held.accessToken;
      held = undefined;
      try {
        await begin();
      } catch (cause) {
        throw notLoggedIn(`the issuer ${options.issuer} cannot be asked for a log-in`, cause);
      }
      const { url, code } = prompt ?? { url: options.issuer, code: '' };
      throw notLoggedIn(`log in first: open ${url} in a browser and enter the code ${code}; then try again`);
    },
    refused: (token) => {
      if (held?.accessToken !== token) return;
      // What can be renewed is, by whoever asks next.
      held = held.refreshToken === undefined ? undefined : { ...held, endsAt: 0 };
    },
    close: () => {
      isClosed = true;
    },
  };
}

interface HeldTokens {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  /** By the wall's clock, in milliseconds: a laptop's other one may stand still while it sleeps. */
  readonly endsAt: number;
  readonly marginMs: number;
}

function hold(tokens: oauth.TokenEndpointResponse, refreshToken: string | undefined): HeldTokens {
  const lifeMs = (tokens.expires_in ?? Number.POSITIVE_INFINITY) * 1000;
  return {
    accessToken: tokens.access_token,
    // Without a new one, the old one goes on (RFC 6749, 6).
    refreshToken: tokens.refresh_token ?? refreshToken,
    endsAt: Date.now() + lifeMs,
    marginMs: Math.min(marginMs, lifeMs / 2),
  };
}

function isOver({ endsAt }: HeldTokens, marginMs: number): boolean {
  return Date.now() >= endsAt - marginMs;
}

function notLoggedIn(message: string, cause?: unknown): GatewayError {
  return new GatewayError('UNAUTHENTICATED', message, { reason: 'LOGIN_NEEDED', mayHaveHappened: false, cause });
}
