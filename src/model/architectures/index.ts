/** Architectures by Hugging Face's `model_type`: adding one is its file and a line here. */
import type { Architecture } from './architecture';
import { llama } from './llama';
import { phi3 } from './phi3';

/** The first is the one of a `config.json` without `model_type`. */
const records: readonly [Architecture, ...Architecture[]] = [phi3, llama];

export const modelTypes: readonly string[] = records.map(({ modelType }) => modelType);

/** @param modelType undefined where a config.json does not say. @returns null for an unknown one */
export const architectureOf = (modelType: unknown): Architecture | null =>
  modelType === undefined ? records[0] : (records.find((record) => record.modelType === modelType) ?? null);

/** @throws where the config is of an architecture that is not in this index */
export function recordOf({ model_type }: { readonly model_type: string }): Architecture {
  const record = architectureOf(model_type);
  if (!record) throw new Error(`there is no architecture ${model_type}; use ${modelTypes.join(' or ')}`);
  return record;
}
