import { defineConfig } from 'vitest/config';

/** Tests that take minutes: kill loops, whole topologies, queues, real data. `npm run test:long` runs them. */
const LONG = 'test/**/*.long.test.ts';

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Tests that start the program or a thread of it run what is in dist.
    globalSetup: ['test/build.ts'],
    projects: [
      { extends: true, test: { name: 'short', include: ['test/**/*.test.ts'], exclude: [LONG] } },
      { extends: true, test: { name: 'long', include: [LONG] } },
    ],
  },
});
