// Makes types of the operations in src/ from the schema: npm run codegen
import type { CodegenConfig } from '@graphql-codegen/cli';

export default {
  // cuegate's schema/schema.graphql, or your gateway's own:
  // { 'https://cuegate.studio.example/graphql': { headers: { Authorization: `Bearer ${token}` } } }
  schema: '../../schema/schema.graphql',
  documents: 'src/**/*.tsx',
  generates: {
    'src/graphql/': {
      preset: 'client',
      // It is no hook, so it is not called useFragment.
      presetConfig: { fragmentMasking: { unmaskFunctionName: 'readFragment' } },
      config: {
        enumsAsTypes: true,
        scalars: {
          DateTime: 'string',
          ID: 'string',
          Int64: { input: 'string | number', output: 'string' },
          UInt32: 'number',
        },
        useTypeImports: true,
      },
    },
  },
} satisfies CodegenConfig;
