import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    // Vite prefers a package's ES build, Node its `main`; graphql refuses to meet a second copy of itself.
    alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }],
  },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // What comes soon on an idle machine may take a while on one that runs two browsers.
    expect: { poll: { timeout: 10_000 } },
    maxWorkers: 2,
  },
});
