import type { GatewayClient } from '../../web-pages/page/gateway-client.ts';

import type { BeginAnswer } from './farm-data.ts';
import changeOperations from './operations/changes.graphql';
import { problemOf } from './watch-farm.ts';

/** What can be changed. */
export type ChangeName = 'Pause' | 'Resume' | 'RetryDead' | 'KillJob' | 'RetryFrame' | 'KillFrame';

/** Changes the farm; resolves with what went wrong, for the visitor, or undefined. */
export async function change(
  client: GatewayClient,
  name: ChangeName,
  variables: { readonly id: string; readonly reason?: string },
): Promise<string | undefined> {
  return problemOf(await client.ask({ query: changeOperations, operationName: name, variables }));
}

/** Which changes a visitor is offered. */
export type Rights = Readonly<Record<ChangeName, boolean>>;

/** Nothing is known of the visitor yet. */
export const noRights: Rights = {
  Pause: false,
  Resume: false,
  RetryDead: false,
  KillJob: false,
  RetryFrame: false,
  KillFrame: false,
};

/**
 * What to offer. Where people log in, everything: who lacks a scope is told which, and can log in with it.
 */
export function rightsOf(viewer: BeginAnswer['viewer'], canLogIn: boolean): Rights {
  return {
    Pause: canLogIn || viewer?.mayPause === true,
    Resume: canLogIn || viewer?.mayResume === true,
    RetryDead: canLogIn || viewer?.mayRetryJob === true,
    KillJob: canLogIn || viewer?.mayKillJob === true,
    RetryFrame: canLogIn || viewer?.mayRetryFrame === true,
    KillFrame: canLogIn || viewer?.mayKillFrame === true,
  };
}
