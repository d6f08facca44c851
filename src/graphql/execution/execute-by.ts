import type { Plugin } from 'graphql-yoga';

import type { Execute } from './reference-executor.ts';

/** Lets yoga execute operations by an executor of ours. */
export function executeBy(execute: Execute): Plugin {
  return {
    onExecute: ({ setExecuteFn }) => setExecuteFn(execute as never),
  };
}
