/** `npm run test:firefox`: what needs a Firefox, and naga, on the machine. `npm test` does without both. */
import { defineConfig } from 'vitest/config';
import base from './vite.config.ts';

export default defineConfig({
  ...base,
  test: {
    pool: 'forks',
    include: ['e2e/firefox/*.test.ts'],
    globalSetup: ['e2e/buildApp.ts'],
    // a software driver compiles the largest kernels for seconds each
    testTimeout: 1_800_000,
    hookTimeout: 1_800_000,
    fileParallelism: false,
  },
});
