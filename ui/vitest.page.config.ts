import { defineConfig } from 'vitest/config';

// The page in a real browser, built as it ships but with the fake host, under the policy that the window sets.
export default defineConfig({
  test: {
    include: ['test/**/*.page.ts'],
    globalSetup: 'test/served.ts',
    environment: 'node',
    testTimeout: 180_000,
    hookTimeout: 120_000,
    // Two at a time: a page waits more than it works.
    maxWorkers: 2,
  },
});
