/** Fields of a stage that choose its optimizer, with a section of settings for each. */
import { z } from 'zod';
import { type OptimizerName, optimizerNames, optimizers } from '../../../train/optimizers';
import { choice, type OnlyWith } from '../fields';

type Settings = { [Name in OptimizerName]: z.ZodPrefault<(typeof optimizers)[Name]['options']> };

/** A record's settings, each titled with the optimizer that it belongs to. */
function settingsOf({ name, title, description, options }: (typeof optimizers)[OptimizerName]) {
  const onlyWith: OnlyWith = { field: 'optimizer', value: name };
  const fields = Object.entries(options.shape).map(([name, field]) => {
    const meta = field.meta();
    return [name, field.meta({ ...meta, title: `${title}: ${meta?.title}`, onlyWith })];
  });
  return z
    .strictObject(Object.fromEntries(fields))
    .prefault({} as never)
    .meta({ title, description });
}

const described = optimizerNames.map((name) => `${optimizers[name].title}: ${optimizers[name].description}`);

export const optimizerFields = {
  optimizer: choice('Optimizer', described.join(' '), optimizerNames, 'adamw'),
  ...(Object.fromEntries(optimizerNames.map((name) => [name, settingsOf(optimizers[name])])) as unknown as Settings),
};
