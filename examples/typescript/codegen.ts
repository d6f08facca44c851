// Makes types of the operations in src/: npx graphql-codegen --config codegen.ts
import type { CodegenConfig } from '@graphql-codegen/cli';

/** How answers write the scalars that are not GraphQL's own, and what arguments take. */
const scalars = {
  Any: 'object',
  Bytes: 'string',
  DateTime: 'string',
  Duration: 'string',
  FieldMask: 'string',
  ID: 'string',
  Int64: { input: 'string | number', output: 'string' },
  JSON: 'unknown',
  Timestamp: 'string',
  UInt32: 'number',
};

export default {
  // Or your gateway's own: { 'https://cuegate.studio.example/graphql': { headers: { Authorization: `Bearer ${token}` } } }
  schema: 'schema.graphql',
  documents: 'src/**/*.ts',
  generates: {
    'src/graphql/': {
      preset: 'client',
      // For PERSISTED_OPERATIONS_FILE of the gateway; without it, leave this out.
      presetConfig: { persistedDocuments: true },
      config: { documentMode: 'string', enumsAsTypes: true, scalars, strictScalars: true, useTypeImports: true },
    },
  },
} satisfies CodegenConfig;
