/** Builds the app once for all browser tests, as it is shipped: the tests' own NODE_ENV would bundle React's development build. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { build } from 'vite';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of the built app. */
    app: string;
  }
}

export default async function buildApp(project: TestProject): Promise<() => Promise<void>> {
  const outDir = await mkdtemp(path.join(os.tmpdir(), 'groupthink-'));
  const environment = process.env.NODE_ENV;
  process.env.NODE_ENV = 'production';
  await build({
    root: path.resolve(import.meta.dirname, '..'),
    build: { outDir, emptyOutDir: true },
    logLevel: 'error',
  });
  process.env.NODE_ENV = environment;
  project.provide('app', outDir);
  return () => rm(outDir, { recursive: true });
}
