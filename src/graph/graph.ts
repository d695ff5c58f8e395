/**
 * Traces a computation once into a list of kernel dispatches over symbolic tensors. An operation (ops/*.ts) emits its
 * dispatches and leaves on the tape how gradients pass back through it. Nothing runs here: plan.ts lays the tensors out in
 * memory and makes the dispatches ready.
 */
import type { BufferRange, Param } from '../gpu/device';
import type { AnyKernel, Constants } from '../gpu/kernel';

/** Where a tensor's numbers stand: outside the plan, or in memory that the plan lays out by liveness. */
export interface Storage {
  readonly id: number;
  readonly label: string;
  readonly bytes: number;
  readonly external: BufferRange | null;
  /** Kept to the end of the plan, so that it can be read afterwards. */
  output: boolean;
}

/** Numbers of a shape in a storage. Several tensors may share one (an operation in place, rows of a larger tensor). */
export interface Tensor {
  readonly label: string;
  readonly shape: readonly number[];
  readonly storage: Storage;
  /** Where the numbers start in the storage, bytes. */
  readonly offset: number;
}

export interface Node {
  readonly label: string;
  readonly kernel: AnyKernel;
  readonly constants: Constants;
  readonly bindings: Readonly<Record<string, Tensor>>;
  readonly params: Readonly<Record<string, Param>>;
}

/** Where an operation's backward pass puts a gradient: `accumulate` 1 where others have already written there. */
export interface GradTarget {
  readonly tensor: Tensor;
  readonly accumulate: Param;
}

/** What a backward pass may ask of the graph. */
export interface Backward {
  /** Gradient of the operation's output. */
  of(output: Tensor): Tensor;
  /** Where to add the gradient of an input; null where nobody needs it. */
  into(input: Tensor): GradTarget | null;
  /** Hands `gradient` on as the gradient of `input`, without a copy; it is the gradient of `from` too. */
  share(input: Tensor, gradient: Tensor): void;
}

interface TapeEntry {
  readonly outputs: readonly Tensor[];
  readonly vjp: (backward: Backward) => void;
}

/** A binding may start at multiples of this: WebGPU's default `minStorageBufferOffsetAlignment`. */
const OFFSET_ALIGNMENT = 256;

export const elements = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** Live rows of a packed batch: every run says how many. */
export const TOKENS: Param = { dynamic: 'tokens' };
/** 0 on the first micro-batch of a step, 1 on later ones: weight gradients overwrite, then add. */
const ACCUMULATE: Param = { dynamic: 'accumulate' };

/** Rows `first` to `first + count` of a tensor (fewer where it ends), in place. */
export function rowsOf({ label, shape, storage, offset }: Tensor, first: number, count: number): Tensor {
  const [rows, ...row] = shape as [number, ...number[]];
  const start = offset + first * elements(row) * 4;
  if (start % OFFSET_ALIGNMENT !== 0)
    throw new Error(`${label}: row ${first} starts at byte ${start}, no multiple of ${OFFSET_ALIGNMENT}`);
  return {
    label: `${label} from row ${first}`,
    shape: [Math.min(count, rows - first), ...row],
    storage,
    offset: start,
  };
}

export class Graph {
  readonly nodes: Node[] = [];
  private readonly tape: TapeEntry[] = [];
  private storages = 0;
  /** Parameters (by their storage) and where their gradients stand. */
  private readonly parameterGrads = new Map<Storage, Tensor>();
  private readonly writtenGrads = new Set<Storage>();

  private storage(label: string, bytes: number, external: BufferRange | null): Storage {
    return { id: this.storages++, label, bytes, external, output: false };
  }

  /** A tensor that the plan lays out. */
  tensor(label: string, shape: readonly number[]): Tensor {
    return { label, shape, storage: this.storage(label, elements(shape) * 4, null), offset: 0 };
  }

  /** A tensor over memory that outlives the plan: inputs, parameters, caches. */
  external(label: string, shape: readonly number[], range: BufferRange): Tensor {
    const bytes = elements(shape) * 4;
    if (bytes > range.bytes) throw new Error(`${label} [${shape}] needs ${bytes} bytes, its buffer has ${range.bytes}`);
    return { label, shape, storage: this.storage(label, range.bytes, range), offset: 0 };
  }

  /** A parameter whose gradient is wanted at `gradient`; without one it is a constant (frozen). */
  parameter(label: string, shape: readonly number[], value: BufferRange, gradient: BufferRange | null): Tensor {
    const tensor = this.external(label, shape, value);
    if (gradient) this.parameterGrads.set(tensor.storage, this.external(`d(${label})`, shape, gradient));
    return tensor;
  }

  /** Keeps a tensor readable after the plan ran. */
  output(tensor: Tensor): Tensor {
    tensor.storage.output = true;
    return tensor;
  }

  dispatch(
    label: string,
    kernel: AnyKernel,
    bindings: Readonly<Record<string, Tensor>>,
    params: Readonly<Record<string, Param>>,
    constants: Constants = {},
  ): void {
    this.nodes.push({ label, kernel, bindings, params, constants: { ...kernel.constants, ...constants } });
  }

  /** Leaves on the tape how gradients pass back from `outputs`. */
  record(outputs: readonly Tensor[], vjp: (backward: Backward) => void): void {
    this.tape.push({ outputs, vjp });
  }

  /**
   * Emits the backward pass from the losses on the tape, in reverse. Gradients of intermediates are accumulated in place
   * in the order in which they arise, gradients of parameters at the place given with them.
   */
  backward(): void {
    const grads = new Map<Tensor, Tensor>();
    const producer = new Map<Tensor, number>();
    this.tape.forEach(({ outputs }, i) => {
      for (const output of outputs) producer.set(output, i);
    });
    /** Tensors whose gradient stands in this storage: more than one where it was handed on. */
    const owners = new Map<Storage, Tensor[]>();
    const own = (tensor: Tensor, gradient: Tensor) => {
      grads.set(tensor, gradient);
      owners.set(gradient.storage, [...(owners.get(gradient.storage) ?? []), tensor]);
    };
    for (let i = this.tape.length - 1; i >= 0; i--) {
      const { outputs, vjp } = this.tape[i] as TapeEntry;
      const reached = outputs.some((output) => grads.has(output));
      if (outputs.length > 0 && !reached) continue;
      const parameterTarget = (parameter: Tensor): GradTarget | null => {
        const tensor = this.parameterGrads.get(parameter.storage);
        if (!tensor) return null;
        const again = this.writtenGrads.has(parameter.storage);
        this.writtenGrads.add(parameter.storage);
        return { tensor, accumulate: again ? 1 : ACCUMULATE };
      };
      vjp({
        of: (output) => {
          const gradient = grads.get(output);
          if (!gradient) throw new Error(`nothing depends on ${output.label}`);
          return gradient;
        },
        into: (input) => {
          if (!producer.has(input)) return parameterTarget(input);
          const existing = grads.get(input);
          if (existing) {
            const waiting = (owners.get(existing.storage) ?? []).find(
              (owner) => owner !== input && (producer.get(owner) ?? -1) < i,
            );
            if (waiting)
              throw new Error(`the gradient of ${input.label} is still wanted unchanged by ${waiting.label}`);
            return { tensor: existing, accumulate: 1 };
          }
          const gradient = this.tensor(`d(${input.label})`, input.shape);
          own(input, gradient);
          return { tensor: gradient, accumulate: 0 };
        },
        share: (input, gradient) => {
          if (grads.has(input)) throw new Error(`${input.label} has a gradient already: it cannot share another`);
          own(input, gradient);
        },
      });
    }
  }
}
