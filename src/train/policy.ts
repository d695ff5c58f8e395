/**
 * One policy update: scores of the reference and of the policy, the policy loss, backward, optimizer. Reference and policy are in
 * one plan, so that nothing is read back between them. With the top-entropy share below 1 a forward pass comes first: its
 * entropies are read back, once for each pass of the step, and give the threshold over all tokens of the step.
 */
import { pack, rowsOf, splitByRows } from '../data/packing';
import { type BufferRange, whole } from '../gpu/device';
import { policyHead, tokenLogprobs } from '../graph/ops/head';
import { makePlan, type Plan } from '../graph/plan';
import { trace } from '../graph/trace';
import type { PolicyModel } from '../model/model';
import { type BatchCapacity, TokenBatch, type TrainingMemory } from './batch';
import { EntropyChooser, type WrittenPass } from './entropyChooser';
import { firstFaultOfStep } from './firstNonFinite';
import { kernelOptions } from './losses/kernels';
import type { LossOptions } from './losses/policyLoss';
import { assertFiniteAt, type FaultyTensor } from './nonFiniteError';
import type { Optimizer } from './optimizers/optimizer';

/** A completion to learn from. */
export interface PolicyExample {
  /** Prompt and completion, end token included where it came. */
  readonly ids: readonly number[];
  readonly promptLength: number;
  readonly advantage: number;
  /** Weight of each completion token in the loss: the loss's normaliser, 0 where the completion is masked. */
  readonly weight: number;
  /** Log-probabilities under the policy before the updates; null on the first update, where the ratio is 1. */
  readonly old: Float32Array | null;
  /** Log-probabilities of the sampler, where the loss corrects for it. */
  readonly sampler?: Float32Array | null;
}

/** Statistics of every completion token, before the update. */
export interface TokenStats {
  readonly logprobs: Float32Array;
  readonly entropies: Float32Array;
  readonly ratios: Float32Array;
  readonly kls: Float32Array;
  /** Numbers that the loss's metrics count: 1 where a clip bound decides, or a gate. */
  readonly marks: Float32Array;
  /** The completion's part of the loss. */
  readonly loss: number;
}

export interface PolicyResult {
  readonly loss: number;
  readonly gradNorm: number;
  /** Smallest entropy of a token that the loss counts; −∞ where it counts all. */
  readonly entropyThreshold: number;
  readonly stats: readonly TokenStats[];
}

export class PolicyTrainer {
  private constructor(
    private readonly model: PolicyModel,
    private readonly optimizer: Optimizer,
    private readonly batch: TokenBatch,
    private readonly plan: Plan,
    private readonly scores: BufferRange,
    private readonly stats: BufferRange,
    /** Finds the tokens of highest entropy; null where the loss counts all. */
    private readonly chooser: EntropyChooser | null,
  ) {}

  static async create(
    model: PolicyModel,
    optimizer: Optimizer,
    capacity: BatchCapacity,
    options: LossOptions,
    temperature: number,
  ): Promise<PolicyTrainer> {
    const { device, gradients, reference } = model;
    const batch = new TokenBatch(model, capacity);
    batch.add('policy tokens', [capacity.tokens, 4]);
    batch.add('spans', [capacity.tokens, 2]);
    const loss = await kernelOptions(options);
    const { graph, traced } = await trace(device, (graph) => {
      const targets = batch.tensor(graph, 'targets');
      const policy = {
        reference: tokenLogprobs(graph, batch.head(graph, { weights: reference }), targets, temperature),
        tokens: batch.tensor(graph, 'policy tokens'),
        spans: batch.tensor(graph, 'spans'),
      };
      const head = batch.head(graph, { gradients, recompute: capacity.recompute });
      const { scores, stats } = policyHead(graph, head, targets, temperature, policy, loss);
      graph.backward();
      return { scores: graph.output(scores), stats: graph.output(stats) };
    });
    const { scores, stats } = traced;
    const plan = await makePlan(device, graph);
    const ranges = [plan.range(scores), plan.range(stats)] as const;
    const chooser =
      options.topEntropy < 1
        ? await EntropyChooser.create(device, options.topEntropy, (graph) =>
            tokenLogprobs(graph, batch.head(graph), batch.tensor(graph, 'targets'), temperature),
          )
        : null;
    return new PolicyTrainer(model, optimizer, batch, plan, ...ranges, chooser);
  }

  get memory(): TrainingMemory {
    const memory = this.batch.memoryOf(this.plan);
    return { ...memory, plan: memory.plan + (this.chooser?.bytes ?? 0) };
  }

  /**
   * Makes one optimizer step over all the examples, in as many passes as the capacity asks for.
   * @param entropyWeight γ ÷ counted completion tokens of the whole step
   */
  async step(examples: readonly PolicyExample[], lr: number, entropyWeight: number): Promise<PolicyResult> {
    const passes = splitByRows(examples, ({ ids }) => rowsOf(ids), this.batch.capacity);
    const chosen = await this.chooser?.choose(passes.map((pass) => () => this.write(pass)));
    const threshold = chosen?.threshold ?? Number.NEGATIVE_INFINITY;
    const bonus = chosen ? entropyWeight / Math.max(chosen.share, Number.MIN_VALUE) : entropyWeight;
    const reads: Promise<{ stats: TokenStats[]; clip: ArrayBuffer | undefined }>[] = [];
    let examplesBefore = 0;
    passes.forEach((pass, i) => {
      const before = examplesBefore;
      examplesBefore += pass.length;
      const last = i === passes.length - 1;
      const { firstRows, tokens, dynamics: rows } = this.write(pass);
      const dynamics = { ...rows, ...lossDynamics(pass, i, bonus), entropyThreshold: chosen ? threshold : 0 };
      const gradient = { sequence: this.plan.sequence, dynamics };
      const ranges = [this.scores, this.stats].map((range) => ({ ...range, bytes: tokens * 16 }));
      const reading = last
        ? this.model.device.read([...ranges, whole(this.optimizer.clip)], [gradient, ...this.optimizer.step(lr)])
        : this.model.device.read(ranges, [gradient]);
      reads.push(
        reading.then(([scores, stats, clip]) => ({
          stats: collect(pass, before, firstRows, new Float32Array(scores!), new Float32Array(stats!)),
          clip,
        })),
      );
    });
    const results = await Promise.all(reads);
    const stats = results.flatMap((result) => result.stats);
    return {
      loss: stats.reduce((sum, { loss }) => sum + loss, 0),
      gradNorm: new Float32Array(results.at(-1)!.clip!)[0]!,
      entropyThreshold: threshold,
      stats,
    };
  }

  /** First tensor of a step that is not finite; null if it is not found. The step runs again, without its update. */
  firstNonFinite(examples: readonly PolicyExample[], entropyWeight: number): Promise<FaultyTensor | null> {
    const passes = splitByRows(examples, ({ ids }) => rowsOf(ids), this.batch.capacity);
    const writes = passes.map((pass, i) => ({
      write: () => ({ ...this.write(pass).dynamics, ...lossDynamics(pass, i, entropyWeight), entropyThreshold: 0 }),
    }));
    return firstFaultOfStep(this.model, this.plan.sequence, writes);
  }

  /** Packs a pass and writes it to the device. */
  private write(pass: readonly PolicyExample[]): WrittenPass & { readonly firstRows: readonly number[] } {
    const packed = pack(pass.map(({ ids }) => ids));
    const { tokens, firstRows } = packed;
    const dynamics = this.batch.write(packed);
    this.batch.writeArray('policy tokens', policyTokens(pass, firstRows, tokens));
    this.batch.writeArray('spans', spansOf(pass, firstRows, tokens));
    const counted = pass.flatMap((example, i) => {
      const [start, end] = spanOf(example, firstRows[i]!);
      return example.weight === 0 ? [] : Array.from({ length: end - start }, (_, t) => start + t);
    });
    return { tokens, dynamics, counted, firstRows };
  }

  destroy(): void {
    this.chooser?.destroy();
    this.plan.destroy();
    this.batch.destroy();
  }
}

/** Dynamic numbers of the loss in a pass of a step. @param i pass, from 0 */
const lossDynamics = (pass: readonly PolicyExample[], i: number, entropyWeight: number) => ({
  ...{ accumulate: i === 0 ? 0 : 1, entropyWeight },
  onPolicy: pass.every(({ old }) => old === null) ? 1 : 0,
});

/** Row that predicts the first completion token, and one past the row that predicts the last. */
const spanOf = ({ ids, promptLength }: PolicyExample, firstRow: number): [number, number] => [
  firstRow + promptLength - 1,
  firstRow + ids.length - 1,
];

function policyTokens(pass: readonly PolicyExample[], firstRows: readonly number[], rows: number): Float32Array {
  const tokens = new Float32Array(rows * 4);
  pass.forEach((example, i) => {
    const [start, end] = spanOf(example, firstRows[i] as number);
    for (let row = start; row < end; row++)
      tokens.set(
        [example.old?.[row - start] ?? 0, example.advantage, example.weight, example.sampler?.[row - start] ?? 0],
        row * 4,
      );
  });
  return tokens;
}

function spansOf(pass: readonly PolicyExample[], firstRows: readonly number[], rows: number): Uint32Array {
  const spans = new Uint32Array(rows * 2);
  pass.forEach((example, i) => {
    const span = spanOf(example, firstRows[i] as number);
    for (let row = span[0]; row < span[1]; row++) spans.set(span, row * 2);
  });
  return spans;
}

/**
 * Statistics of each completion. scores [N, 4] are (logprob, entropy, ·, ·), stats [N, 4] are (loss, ratio, KL, mark).
 * @param before examples of the passes before
 * @throws NonFiniteError where a score is not finite, masked completions included
 */
function collect(
  pass: readonly PolicyExample[],
  before: number,
  firstRows: readonly number[],
  scores: Float32Array,
  stats: Float32Array,
): TokenStats[] {
  return pass.map((example, i) => {
    const [start, end] = spanOf(example, firstRows[i] as number);
    for (const [name, at] of [
      ['log-probability', 0],
      ['entropy', 1],
    ] as const)
      assertFiniteAt(
        Array.from({ length: end - start }, (_, t) => scores[(start + t) * 4 + at]!),
        (t) => `completion ${before + i + 1}, token ${t + 1}: the ${name}`,
      );
    const column = (from: Float32Array, at: number) =>
      Float32Array.from({ length: end - start }, (_, t) => from[(start + t) * 4 + at] as number);
    return {
      logprobs: column(scores, 0),
      entropies: column(scores, 1),
      ratios: column(stats, 1),
      kls: column(stats, 2),
      marks: column(stats, 3),
      loss: column(stats, 0).reduce((sum, loss) => sum + loss, 0),
    };
  });
}
