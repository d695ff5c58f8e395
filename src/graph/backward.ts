/** The backward pass over a tape: which tensors have a gradient, where it is, and which operations add to it. */
import type { BufferRange, Param } from '../gpu/device';
import type { Graph, Storage, Tensor } from './graph';

/** Place of a gradient for an operation's backward pass: `accumulate` is 1 where other operations have written there. */
export interface GradTarget {
  readonly tensor: Tensor;
  readonly accumulate: Param;
  /** Parts that the sum of a weight's gradient is split into, and their distance in numbers. */
  readonly parts: Parts;
}

export interface Parts {
  readonly splits: number;
  readonly stride: number;
}

/** Place of a parameter's gradient outside the plan: the range holds all its parts. */
export interface Gradient {
  readonly range: BufferRange;
  readonly parts: Parts;
}

export type ParameterGrad = Omit<GradTarget, 'accumulate'>;

/** A sum that is not split. */
export const ONE_PART: Parts = { splits: 1, stride: 0 };

/** Services of the graph for a backward pass. */
export interface Backward {
  /** Gradient of the operation's output. */
  of(output: Tensor): Tensor;
  /** Place to add the gradient of an input; null where no operation needs it. */
  into(input: Tensor): GradTarget | null;
  /** Hands `gradient` on as the gradient of `input`, without a copy; it is the gradient of `from` too. */
  share(input: Tensor, gradient: Tensor): void;
}

/** An operation on the tape, with its backward pass. */
export interface TapeEntry {
  readonly outputs: readonly Tensor[];
  readonly vjp: (backward: Backward) => void;
}

/** 0 on the first micro-batch of a step, 1 on later ones: weight gradients overwrite, then add. */
const ACCUMULATE: Param = { dynamic: 'accumulate' };

export class BackwardPass implements Backward {
  /** Outputs of the operations that the pass has met, and of those to come. */
  private readonly produced = new Set<Tensor>();
  private readonly waiting = new Set<Tensor>();
  private readonly grads = new Map<Tensor, Tensor>();
  /** Tensors whose gradient is in this storage: more than one where it was handed on. */
  private readonly owners = new Map<Storage, Tensor[]>();
  private readonly writtenParameters = new Set<Storage>();

  /** @param parameters places of their gradients, by the parameters' storage */
  constructor(
    private readonly graph: Graph,
    private readonly parameters: ReadonlyMap<Storage, ParameterGrad>,
  ) {}

  /** Emits the gradients of the tape's operations, in reverse. An operation may run a tape of its own in its turn. */
  run(tape: readonly TapeEntry[]): void {
    for (const { outputs } of tape)
      for (const output of outputs) {
        this.produced.add(output);
        this.waiting.add(output);
      }
    for (const { outputs, vjp } of [...tape].reverse()) {
      for (const output of outputs) this.waiting.delete(output);
      if (outputs.length === 0 || outputs.some((output) => this.grads.has(output))) vjp(this);
    }
  }

  of(output: Tensor): Tensor {
    const gradient = this.grads.get(output);
    if (!gradient) throw new Error(`nothing depends on ${output.label}`);
    return gradient;
  }

  into(input: Tensor): GradTarget | null {
    if (!this.produced.has(input)) return this.intoParameter(input);
    const existing = this.grads.get(input);
    if (existing) {
      const other = this.owners.get(existing.storage)?.find((owner) => owner !== input && this.waiting.has(owner));
      if (other) throw new Error(`the gradient of ${input.label} is still wanted unchanged by ${other.label}`);
      return { tensor: existing, accumulate: 1, parts: ONE_PART };
    }
    const gradient = this.graph.tensor(`d(${input.label})`, input.shape);
    this.own(input, gradient);
    return { tensor: gradient, accumulate: 0, parts: ONE_PART };
  }

  share(input: Tensor, gradient: Tensor): void {
    if (this.grads.has(input)) throw new Error(`${input.label} has a gradient already: it cannot share another`);
    this.own(input, gradient);
  }

  private intoParameter({ storage }: Tensor): GradTarget | null {
    const target = this.parameters.get(storage);
    if (!target) return null;
    const again = this.writtenParameters.has(storage);
    this.writtenParameters.add(storage);
    return { ...target, accumulate: again ? 1 : ACCUMULATE };
  }

  private own(tensor: Tensor, gradient: Tensor): void {
    this.grads.set(tensor, gradient);
    this.owners.set(gradient.storage, [...(this.owners.get(gradient.storage) ?? []), tensor]);
  }
}
