/**
 * The tokens of highest entropy of an optimizer step. A plan of the forward pass alone scores every pass of the step; the host reads
 * the entropies back and finds their quantile over all counted tokens, which the passes with gradients then hold tokens against.
 */
import type { BufferRange, Device } from '../gpu/device';
import type { Graph, Tensor } from '../graph/graph';
import { makePlan, type Plan } from '../graph/plan';
import { trace } from '../graph/trace';
import { entropyThreshold } from './losses/topEntropy';

/** One pass of a step. */
export interface WrittenPass {
  /** Rows of the packed batch. */
  readonly tokens: number;
  readonly dynamics: Readonly<Record<string, number>>;
  /** Rows that count in the loss. */
  readonly counted: readonly number[];
}

export interface ChosenTokens {
  /** Smallest entropy of a chosen token. */
  readonly threshold: number;
  /** Chosen tokens ÷ counted tokens. */
  readonly share: number;
}

export class EntropyChooser {
  private constructor(
    private readonly device: Device,
    private readonly share: number,
    private readonly plan: Plan,
    private readonly scores: BufferRange,
  ) {}

  /** @param traceScores scores [N, 4] of the policy, entropies in the second column */
  static async create(device: Device, share: number, traceScores: (graph: Graph) => Tensor): Promise<EntropyChooser> {
    const { graph, traced } = await trace(device, (graph) => graph.output(traceScores(graph)));
    const plan = await makePlan(device, graph);
    return new EntropyChooser(device, share, plan, plan.range(traced));
  }

  get bytes(): number {
    return this.plan.bytes;
  }

  /** @param writes writes each pass of the step to the device */
  async choose(writes: readonly (() => WrittenPass)[]): Promise<ChosenTokens> {
    const reads = writes.map(async (write) => {
      const { tokens, dynamics, counted } = write();
      const run = { sequence: this.plan.sequence, dynamics };
      const [scores] = await this.device.read([{ ...this.scores, bytes: tokens * 16 }], [run]);
      const numbers = new Float32Array(scores!);
      return counted.map((row) => numbers[row * 4 + 1]!);
    });
    const entropies = (await Promise.all(reads)).flat();
    const threshold = entropyThreshold(entropies, this.share);
    const chosen = entropies.filter((entropy) => entropy >= threshold).length;
    return { threshold, share: chosen / Math.max(1, entropies.length) };
  }

  destroy(): void {
    this.plan.destroy();
  }
}
