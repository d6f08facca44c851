import type { DocumentNode } from 'graphql';

import type { Variables } from './collect-fields.ts';

/** An operation that is about to be executed, with its variables as they came. */
export interface OperationRequest {
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly variableValues?: Variables | null | undefined;
}
