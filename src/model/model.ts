/** A model on a device: its architecture, its shape, the table of its parameters and the arenas that hold them. */
import type { Device } from '../gpu/device';
import type { Dtype } from '../gpu/dtype';
import { recordOf } from './architectures';
import type { Architecture } from './architectures/architecture';
import type { ModelConfig } from './config';
import { Arena, type ParameterTable, parameterTable, type Tensors } from './parameters';

export interface Model {
  readonly device: Device;
  readonly architecture: Architecture;
  readonly config: ModelConfig;
  readonly table: ParameterTable;
  /** Weights in f32: the optimizer moves them. */
  readonly weights: Arena;
  /** Weights that the forward pass reads: the same, or their copy in f16. */
  readonly working: Arena;
  destroy(): void;
}

/** A model that learns. */
export interface TrainableModel extends Model {
  readonly gradients: Arena;
}

/** A model that learns by reinforcement. */
export interface PolicyModel extends TrainableModel {
  /** Weights of the frozen policy that KL is measured against. */
  readonly reference: Arena;
}

export interface ModelOptions {
  /** Type of the numbers that the forward pass reads. */
  readonly precision?: Dtype;
  /** The one that the config names, if left out. */
  readonly architecture?: Architecture;
}

export function openModel(
  device: Device,
  config: ModelConfig,
  { precision = 'f32', architecture = recordOf(config) }: ModelOptions = {},
): Model {
  const table = parameterTable(config, precision, architecture);
  const weights = new Arena(device, table, 'weights');
  const working = precision === 'f32' ? weights : new Arena(device, table, 'working weights', 1, precision);
  const destroy = () => {
    for (const arena of new Set([weights, working])) arena.destroy();
  };
  return { device, architecture, config, table, weights, working, destroy };
}

/** The model with one arena more, which it owns. */
const withArena = <M extends Model, Name extends string>(model: M, name: Name, arena: Arena) =>
  ({
    ...model,
    [name]: arena,
    destroy() {
      model.destroy();
      arena.destroy();
    },
  }) as M & Readonly<Record<Name, Arena>>;

/** @param planes parts of the sums of weight gradients (train/gradientPlanes.ts) */
export const withGradients = (model: Model, planes = 1): TrainableModel =>
  withArena(model, 'gradients', new Arena(model.device, model.table, 'gradients', planes));

export const withReference = (model: TrainableModel): PolicyModel =>
  withArena(model, 'reference', new Arena(model.device, model.table, 'reference', 1, model.working.dtype));

/** Loads every tensor. @throws naming each that is missing, misshapen or unknown; nothing is loaded then */
export function loadWeights({ weights, working }: Model, tensors: Tensors, where?: string): void {
  for (const arena of new Set([weights, working])) arena.load(tensors, where);
}
