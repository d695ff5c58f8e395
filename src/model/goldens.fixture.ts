/** Folders of golden models, as transformers reads them (goldens/make_model_goldens.py). */
import { readdirSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.join(import.meta.dirname, 'goldens');

export const goldenFolder = (name: string): string => path.join(ROOT, name);

/** Every golden model of every architecture. */
export const goldenModels: readonly string[] = readdirSync(ROOT, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

/** A model of the default architecture with an lm_head of its own. */
export const untied = 'phi3-gqa-untied';
/** The same with tied embeddings. */
export const tied = 'phi3-gqa-tied';
