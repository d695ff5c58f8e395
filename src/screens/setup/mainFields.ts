/** The eight fields that matter most, in their order. `model` is the size of the model by name. */
import { allFields, type Field } from './fields';

/** Paths, with titles where the field's own needs its section. */
const PATHS: readonly (readonly [path: string, title?: string])[] = [
  ['task.name'],
  ['task.level'],
  ['model'],
  ['sft.steps', 'SFT steps'],
  ['grpo.steps', 'GRPO steps'],
  ['grpo.groupSize'],
  ['grpo.learningRate', 'GRPO learning rate'],
  ['seed'],
];

export const mainFields: readonly (Field | 'model')[] = PATHS.map(([path, title]) => {
  if (path === 'model') return path;
  const field = allFields.find((one) => one.path === path) as Field;
  return { ...field, title: title ?? field.title };
});

export const isMainField = (path: string): boolean => PATHS.some(([main]) => main === path);
