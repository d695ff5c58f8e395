/** One supervised step: mean cross-entropy over the targets of packed sequences, backward, optimizer. */
import { pack, rowsOf, splitByRows } from '../data/packing';
import { type BufferRange, whole } from '../gpu/device';
import { crossEntropyHead } from '../graph/ops/head';
import { makePlan, type Plan } from '../graph/plan';
import { trace } from '../graph/trace';
import type { TrainableModel } from '../model/model';
import { type BatchCapacity, TokenBatch, type TrainingMemory } from './batch';
import { firstFaultOfStep, type Pass } from './firstNonFinite';
import type { FaultyTensor } from './nonFiniteError';
import type { Optimizer } from './optimizers/optimizer';

/** A sequence and, for each of its tokens, 1 if it is a target: predicted from the tokens before it. */
export interface Example {
  readonly ids: readonly number[];
  readonly mask: readonly number[];
}

/** Read after the step ran; awaiting it is what waits for the device. */
export interface SupervisedResult {
  /** Mean cross-entropy over the targets, nats. */
  readonly loss: number;
  /** Norm of the whole gradient before clipping. */
  readonly gradNorm: number;
}

export class SupervisedTrainer {
  private constructor(
    private readonly model: TrainableModel,
    private readonly optimizer: Optimizer,
    private readonly batch: TokenBatch,
    private readonly plan: Plan,
    private readonly losses: BufferRange,
  ) {}

  static async create(
    model: TrainableModel,
    optimizer: Optimizer,
    capacity: BatchCapacity,
  ): Promise<SupervisedTrainer> {
    const { device, gradients } = model;
    const batch = new TokenBatch(model, capacity);
    batch.add('weights', [capacity.tokens]);
    const { graph, traced: losses } = await trace(device, (graph) => {
      const head = batch.head(graph, { gradients, recompute: capacity.recompute });
      const losses = crossEntropyHead(graph, head, batch.tensor(graph, 'targets'), batch.tensor(graph, 'weights'));
      graph.backward();
      return graph.output(losses);
    });
    const plan = await makePlan(device, graph);
    return new SupervisedTrainer(model, optimizer, batch, plan, plan.range(losses));
  }

  get memory(): TrainingMemory {
    return this.batch.memoryOf(this.plan);
  }

  /**
   * One optimizer step over all the examples, split into passes where they exceed the capacity. Submits at once; the
   * promise is the asynchronous readback of loss and gradient norm.
   */
  step(examples: readonly Example[], lr: number): Promise<SupervisedResult> {
    const { device } = this.model;
    const passes = this.passesOf(examples);
    const reads = passes.map((pass, i) => {
      const last = i === passes.length - 1;
      const dynamics = pass.write();
      const gradient = { sequence: this.plan.sequence, dynamics };
      const losses = { ...this.losses, bytes: dynamics.tokens! * 4 };
      return last
        ? device.read([losses, whole(this.optimizer.clip)], [gradient, ...this.optimizer.step(lr)])
        : device.read([losses], [gradient]);
    });
    return Promise.all(reads).then((results) => ({
      loss: results.reduce((sum, [losses]) => sum + new Float32Array(losses!).reduce((a, b) => a + b, 0), 0),
      gradNorm: new Float32Array(results.at(-1)![1]!)[0]!,
    }));
  }

  /** First tensor of a step that is not finite; null if it is not found. The step runs again, without its update. */
  firstNonFinite(examples: readonly Example[]): Promise<FaultyTensor | null> {
    return firstFaultOfStep(this.model, this.plan.sequence, this.passesOf(examples));
  }

  /** Passes of a step, in order. */
  private passesOf(examples: readonly Example[]): Pass[] {
    const targets = examples.reduce((sum, { mask }) => sum + mask.slice(1).reduce((n, m) => n + m, 0), 0);
    if (targets === 0) throw new Error('no token of this batch is a target');
    const passes = splitByRows(examples, ({ ids }) => rowsOf(ids), this.batch.capacity);
    return passes.map((pass, i) => ({
      write: () => {
        const rows = this.batch.write(pack(pass.map(({ ids }) => ids)));
        const targeted = pass.flatMap(({ mask }) => mask.slice(1));
        this.batch.writeArray(
          'weights',
          Float32Array.from(targeted, (m) => m / targets),
        );
        return { ...rows, accumulate: i === 0 ? 0 : 1 };
      },
    }));
  }

  destroy(): void {
    this.plan.destroy();
    this.batch.destroy();
  }
}
