// Derives what is kept under version control although it follows from the protos, so that a review sees what a change of
// them means for callers. `npm run codegen` writes the files; a test fails when one is stale.
import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toJsonSchema } from '@valibot/to-json-schema';

import { policySchema } from './src/authorization/policy-file.ts';
import { fillMetricsTable } from './src/telemetry/describe-metrics.ts';
import { formatConfigurationPage } from './src/config/describe-settings.ts';
import { parseConfig } from './src/config/config.ts';
import { deriveSchema, printDerivedSchema } from './src/graphql/schema/derive-schema.ts';
import { deriveViewer } from './src/graphql/schema/derive-viewer.ts';
import { describeRoutes } from './src/app/describe-routes.ts';
import { formatOperations, listOperations } from './src/app/operations.ts';
import { takeSnapshot } from './src/app/snapshot.ts';
import { RegistryError } from './src/registry/registry-error.ts';
import { writeDescriptorSet } from './src/registry/sources/descriptors/write-descriptor-set.ts';
import { readProtoFiles } from './src/registry/sources/load-proto-files.ts';

/** Where OpenCue's protos lie compiled: that is what a gateway reads that is told of no others. */
export const compiledProtos = 'schema/opencue.binpb';

/** The descriptor set of OpenCue's protos, their comments included. */
export function compileProtos(): Uint8Array {
  const { files, problems } = readProtoFiles([fileURLToPath(new URL('proto', import.meta.url))]);
  if (problems.length > 0) throw new RegistryError(problems);
  return writeDescriptorSet(
    files.map((file) => ({
      ...file,
      name: basename(file.name),
      imports: file.imports.map((imported) => ({ ...imported, path: basename(imported.path) })),
    })),
  );
}
import { rpcTableSchema } from './src/rpc-table/rpc-table-schema.ts';

/** The text of each file, by its path from here: what a gateway with default settings serves. */
export async function deriveFiles(): Promise<Readonly<Record<string, string>>> {
  const config = parseConfig({ environment: { CUEBOT_ENDPOINT: 'cuebot:8443', AUTH: 'none' }, flags: {} });
  const snapshot = await takeSnapshot(config);
  const { registry, table, needsOf, descriptions, graphqlServices, links } = snapshot;
  const schema = deriveSchema({
    registry,
    table,
    services: graphqlServices,
    needsOf,
    descriptions,
    extensions: [links, deriveViewer(registry, () => false) ?? []].flat(),
    live: config.liveIntervals,
  });
  return {
    'schema/schema.graphql': printDerivedSchema(schema),
    'schema/openapi.json': `${JSON.stringify(describeRoutes(snapshot, { auth: 'jwt', publicUrl: undefined }), null, 2)}\n`,
    'docs/configuration.md': formatConfigurationPage(),
    'docs/operating.md': fillMetricsTable(readFileSync(new URL('docs/operating.md', import.meta.url), 'utf8')),
    'schema/rpcs.schema.json': formatJsonSchema('schema/rpcs.yaml of cuegate', rpcTableSchema),
    'schema/operations.md': formatOperations(listOperations(snapshot)),
    'schema/policy.schema.json': formatJsonSchema('POLICY_FILE of cuegate', policySchema),
  };
}

/** What editors complete and check a file by. Checks that are code are left to the program. */
function formatJsonSchema(title: string, schema: Parameters<typeof toJsonSchema>[0]): string {
  const { $schema, ...form } = toJsonSchema(schema, { typeMode: 'input', ignoreActions: ['check'] });
  return `${JSON.stringify({ $schema, title, ...form }, null, 2)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // First, for all else is derived from it.
  writeFileSync(new URL(compiledProtos, import.meta.url), compileProtos());
  for (const [path, text] of Object.entries(await deriveFiles())) {
    writeFileSync(new URL(path, import.meta.url), text);
  }
}
