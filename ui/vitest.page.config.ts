import { defineConfig } from 'vitest/config';

// The page in a real browser, built as it ships but with the fake host, under the policy that the window sets.
export default defineConfig({
  test: {
    include: ['test/**/*.page.ts'],
    environment: 'node',
    testTimeout: 180_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
