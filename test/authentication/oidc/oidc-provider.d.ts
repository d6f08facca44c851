/** As much of the package as the tests use; it brings no types along. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  /** What a user, or whoever runs the provider, lets a client have. */
  export interface Grant {
    addOIDCScope(scope: string): void;
    addResourceScope(resource: string, scope: string): void;
    rejectResourceScope(resource: string, scope: string): void;
    save(): Promise<string>;
    /** Ends it, and with it the tokens that came of it. */
    destroy(): Promise<void>;
  }

  /** What a device asks with while its user logs in. */
  export interface DeviceCode {
    readonly params: { readonly scope: string };
    save(): Promise<string>;
  }

  /** A request at the provider. */
  export interface Context {
    readonly oidc: {
      readonly params: Readonly<Record<string, string | undefined>>;
      readonly session: { readonly accountId: string };
      readonly client: { readonly clientId: string };
    };
  }

  /** When people are asked something. */
  export const interactionPolicy: {
    base(): { get(prompt: string): { readonly checks: { remove(reason: string): void } } };
  };

  export default class Provider {
    constructor(issuer: string, configuration: object);
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
    interactionFinished(request: IncomingMessage, response: ServerResponse, result: object): Promise<void>;
    on(event: string, listener: (context: Context, error?: Error) => void): this;
    readonly Grant: new (properties: {
      readonly accountId: string;
      readonly clientId: string;
    }) => Grant;
    readonly DeviceCode: { findByUserCode(userCode: string): Promise<DeviceCode | undefined> };
  }
}
