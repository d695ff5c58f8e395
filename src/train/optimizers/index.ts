/** Every optimizer of the lab: adding one is its file and a line here. */
import type { z } from 'zod';
import type { Device } from '../../gpu/device';
import { adamw } from './adamw';
import { muon } from './muon';
import type { CommonOptions, Optimizer, OptimizerArenas, OptimizerRecord } from './optimizer';

export const optimizers = { adamw, muon } as const;

export type OptimizerName = keyof typeof optimizers;
export const optimizerNames = Object.keys(optimizers) as [OptimizerName, ...OptimizerName[]];

/** Settings of every optimizer by its name, as a stage of a recipe has them. */
export type OptimizerSettings = { readonly [Name in OptimizerName]: z.output<(typeof optimizers)[Name]['options']> };

/** The optimizer of that name with its own settings of those given. */
export function createFrom(
  device: Device,
  arenas: OptimizerArenas,
  common: CommonOptions,
  name: OptimizerName,
  settings: OptimizerSettings,
): Promise<Optimizer> {
  const record = optimizers[name] as unknown as OptimizerRecord; // its settings are those under its name
  return record.create(device, arenas, common, settings[name]);
}
