/** `npm run soak`: long runs, which take an hour on a software adapter. */
import { defineConfig } from 'vitest/config';
import base from './vite.config.ts';

export default defineConfig({
  ...base,
  test: {
    pool: 'forks',
    include: ['e2e/soak/*.test.ts'],
    globalSetup: ['e2e/buildApp.ts'],
    testTimeout: 14_400_000,
    hookTimeout: 600_000,
    fileParallelism: false,
  },
});
