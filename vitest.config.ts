import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    // Vite prefers a package's ES build, Node its `main`; graphql refuses to meet a second copy of itself.
    alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }],
  },
  test: {
    include: ['test/**/*.test.ts'],
    // Nothing is judged by the clock: these end what hangs, on a machine that is ten times slower, too.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000 } },
    maxWorkers: 2,
  },
});
