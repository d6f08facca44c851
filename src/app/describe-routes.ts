import type { AuthenticationSettings } from '../authentication/verifiers.ts';
import { deriveOpenapi } from '../openapi/derive-openapi.ts';
import type { MethodDescriptor } from '../registry/descriptors.ts';

import type { Snapshot } from './snapshot.ts';

/** Where the document of the routes is served. */
export const openapiPath = '/openapi.json';

/** What REST serves, with the rights that the policy asks for, as an OpenAPI document. */
export function describeRoutes(
  { restServices, table, policy, descriptions, exampleOf }: Snapshot,
  { auth, publicUrl }: Pick<AuthenticationSettings, 'auth' | 'publicUrl'>,
): Readonly<Record<string, unknown>> {
  const rightsOf = (method: MethodDescriptor) => {
    const { level, grant, levelNeeded, grantNeeded } = policy.factsOf(method);
    return { level, grant, scopes: [levelNeeded, grantNeeded].flatMap((needed) => needed?.scope ?? []) };
  };
  return deriveOpenapi({
    services: restServices,
    table,
    sentences: descriptions,
    rightsOf,
    exampleOf,
    needsCredentials: auth !== 'none',
    publicUrl,
  });
}
