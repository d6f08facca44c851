import { execute } from 'graphql';
import type { Plugin } from 'graphql-yoga';

/**
 * Executes operations by graphql-js itself. The executor that yoga brings (@graphql-tools/executor 2.0) puts fields into an
 * answer as their values come in, so what was asked last may stand first; a response map has the order of the selection:
 * https://spec.graphql.org/October2021/#sec-Serialized-Map-Ordering. Delete this when yoga's keeps it.
 */
export function executeInOrder(): Plugin {
  return {
    onExecute: ({ setExecuteFn }) => setExecuteFn(execute),
  };
}
