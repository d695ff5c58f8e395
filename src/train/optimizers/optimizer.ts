/** An optimizer as a record, and what every optimizer offers to training and to checkpoints. */
import type { z } from 'zod';
import type { Device, DeviceBuffer, Run } from '../../gpu/device';
import type { Arena, Tensors } from '../../model/parameters';

/** Settings that every optimizer has. */
export interface CommonOptions {
  readonly weightDecay: number;
  /** Tensors that decay: matrices alone, or norm weights too. */
  readonly decay: 'matrices' | 'all';
  /** Largest norm of the whole gradient; null for no clipping. */
  readonly maxGradNorm: number | null;
}

export interface OptimizerArenas {
  readonly weights: Arena;
  readonly gradients: Arena;
  /** Copy of the weights that the forward pass reads, renewed by every step; the weights themselves by default. */
  readonly working?: Arena;
}

/** State between two steps: a checkpoint that holds it continues to the bit. */
export interface OptimizerState {
  /** Steps taken. */
  readonly steps: number;
  /** Tensors by parameter and torch's name: `model.norm.weight.exp_avg`. */
  readonly tensors: Tensors;
}

export interface Optimizer {
  /** (gradient norm before clipping, factor), 2 floats. */
  readonly clip: DeviceBuffer;
  /** Bytes that live from step to step, beside weights and gradients. */
  readonly stateBytes: number;
  /** Runs of the next step, to submit after the gradients. */
  step(lr: number): readonly Run[];
  /** Reads the state back in parts, after all submitted steps. No step may be submitted meanwhile. */
  state(): Promise<OptimizerState>;
  /** Continues from a state. @throws naming a tensor that is missing, misshapen or unknown; nothing is loaded then */
  load(state: OptimizerState): void;
  destroy(): void;
}

/** An optimizer that a recipe can choose. Its options carry torch's names. */
export interface OptimizerRecord<Shape extends z.ZodRawShape = z.ZodRawShape> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Settings of this optimizer alone, each with range, default, title and explanation. */
  readonly options: z.ZodObject<Shape, z.core.$strict>;
  create(
    device: Device,
    arenas: OptimizerArenas,
    common: CommonOptions,
    options: z.output<z.ZodObject<Shape, z.core.$strict>>,
  ): Promise<Optimizer>;
}
