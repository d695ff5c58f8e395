import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { offline } from './tools/offline.ts';
import { policyTag, securityHeaders } from './tools/policy.ts';

/** A shader imports as its text. */
const wgsl: Plugin = {
  name: 'wgsl',
  transform(code, id) {
    return id.endsWith('.wgsl') ? { code: `export default ${JSON.stringify(code)}`, map: null } : null;
  },
};

const fast = {
  expect: { poll: { timeout: 10_000 } }, // tests share their cores
  name: 'fast',
  include: ['src/**/*.test.ts', 'bench/**/*.test.ts', 'tools/*.test.ts'],
  // a guard against tests that hang, far above what the slowest takes on two busy cores
  testTimeout: 600_000,
  hookTimeout: 600_000,
};
const browser = {
  ...fast,
  name: 'browser',
  include: ['e2e/*.test.ts'],
  globalSetup: ['e2e/buildApp.ts'],
};

/** True where there is a browser to open. On a server there is none, and trying prints an error. */
const hasDesktop = process.platform !== 'linux' || Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY);

export default defineConfig({
  plugins: [react(), wgsl, policyTag, offline],
  // Its Node entry is CommonJS that says it is a module.
  resolve: { alias: { wgsl_reflect: 'wgsl_reflect/wgsl_reflect.module.js' } },
  worker: { format: 'es', plugins: () => [wgsl] },
  server: { port: 5173 },
  preview: { open: hasDesktop, headers: securityHeaders },
  build: {
    target: 'es2022',
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      // The first load as one file: it compresses better than a chunk for each set of views that share a module.
      output: { codeSplitting: { groups: [{ name: 'page', tags: ['$initial'] }] } },
    },
  },
  test: {
    pool: 'forks',
    maxWorkers: '100%', // vitest leaves one core free, which is half of two
    projects: [
      { extends: true, test: fast },
      // After the fast tests, one file at a time: a browser on a software adapter wants all cores.
      { extends: true, test: { ...browser, fileParallelism: false, sequence: { groupOrder: 1 } } },
    ],
  },
});
