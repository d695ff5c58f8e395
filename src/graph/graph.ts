/**
 * Traces a computation once into a list of kernel dispatches over symbolic tensors. An operation (ops/*.ts) emits its
 * dispatches and records its backward pass on the tape. Nothing runs here: plan.ts lays the tensors out in memory and makes
 * the dispatches ready.
 */
import type { BufferRange, Param } from '../gpu/device';
import { BYTES, type Dtype } from '../gpu/dtype';
import type { AnyKernel, Binding, Constants } from '../gpu/kernel';
import { storedAsF16 } from '../kernels/f16Rewrite';
import { type Backward, BackwardPass, type Gradient, type ParameterGrad, type TapeEntry } from './backward';
import { firstVariants, type Variants } from './variants/choose';

/** Memory of a tensor: outside the plan, or laid out by the plan by liveness. */
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
  /** Type of the stored numbers. */
  readonly dtype: Dtype;
  readonly storage: Storage;
  /** Start of the numbers in the storage, bytes. */
  readonly offset: number;
}

export interface Node {
  readonly label: string;
  readonly kernel: AnyKernel;
  readonly constants: Constants;
  readonly bindings: Readonly<Record<string, Tensor>>;
  readonly params: Readonly<Record<string, Param>>;
}

/** A binding may start at multiples of this: WebGPU's default `minStorageBufferOffsetAlignment`. */
const OFFSET_ALIGNMENT = 256;

export const elements = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** Live rows of a packed batch: every run says how many. */
export const TOKENS: Param = { dynamic: 'tokens' };

/** Constant for a kernel that fuses several operations: rounds between them as the separate kernels round when they store. */
export const roundingOf = ({ dtype }: Tensor): Constants => ({ ROUNDS: dtype === 'f16' ? 1 : 0 });

/** Rows `first` to `first + count` of a tensor (fewer where it ends), in place. */
export function sliceRows({ label, shape, dtype, storage, offset }: Tensor, first: number, count: number): Tensor {
  const [rows, ...row] = shape as [number, ...number[]];
  const start = offset + first * elements(row) * BYTES[dtype];
  if (start % OFFSET_ALIGNMENT !== 0)
    throw new Error(`${label}: row ${first} starts at byte ${start}, no multiple of ${OFFSET_ALIGNMENT}`);
  return {
    label: `${label} from row ${first}`,
    shape: [Math.min(count, rows - first), ...row],
    dtype,
    storage,
    offset: start,
  };
}

export class Graph {
  readonly nodes: Node[] = [];
  /** Stretches of dispatches, `first` to `last`, of the forward pass: before the backward pass, and recomputed within it. */
  readonly forward: { readonly first: number; readonly last: number }[] = [];
  private tape: TapeEntry[] = [];
  private storages = 0;
  /** Gradients of the parameters, by the parameters' storage. */
  private readonly parameterGrads = new Map<Storage, ParameterGrad>();
  private readonly pass = new BackwardPass(this, this.parameterGrads);

  /** @param variants choice of a kernel variant for each shape */
  constructor(readonly variants: Variants = firstVariants) {}

  private storage(label: string, bytes: number, external: BufferRange | null): Storage {
    return { id: this.storages++, label, bytes, external, output: false };
  }

  /** A tensor that the plan lays out. */
  tensor(label: string, shape: readonly number[], dtype: Dtype = 'f32'): Tensor {
    return { label, shape, dtype, storage: this.storage(label, elements(shape) * BYTES[dtype], null), offset: 0 };
  }

  /** A tensor over memory that outlives the plan: inputs, parameters, caches. */
  external(label: string, shape: readonly number[], range: BufferRange, dtype: Dtype = 'f32'): Tensor {
    const bytes = elements(shape) * BYTES[dtype];
    if (bytes > range.bytes) throw new Error(`${label} [${shape}] needs ${bytes} bytes, its buffer has ${range.bytes}`);
    return { label, shape, dtype, storage: this.storage(label, range.bytes, range), offset: 0 };
  }

  /** A parameter whose gradient is wanted at `gradient`; without one it is a constant (frozen). */
  parameter(
    label: string,
    shape: readonly number[],
    value: BufferRange,
    gradient: Gradient | null,
    dtype: Dtype = 'f32',
  ): Tensor {
    const tensor = this.external(label, shape, value, dtype);
    if (gradient)
      this.parameterGrads.set(tensor.storage, {
        // all parts; the first has the parameter's shape
        tensor: this.external(`d(${label})`, [gradient.range.bytes / 4], gradient.range),
        parts: gradient.parts,
      });
    return tensor;
  }

  /** Keeps a tensor readable after the plan ran. */
  output(tensor: Tensor): Tensor {
    tensor.storage.output = true;
    return tensor;
  }

  /** @param kernel its f16 variant is taken for the tensors that are stored so */
  dispatch(
    label: string,
    kernel: AnyKernel,
    bindings: Readonly<Record<string, Tensor>>,
    params: Readonly<Record<string, Param>>,
    constants: Constants = {},
  ): void {
    const f16Bindings = Object.keys(bindings).filter((name) => bindings[name]!.dtype === 'f16');
    this.nodes.push({
      label,
      kernel: storedAsF16(kernel, f16Bindings),
      bindings,
      params,
      constants: { ...kernel.constants, ...constants },
    });
  }

  /** Records on the tape how gradients pass back from `outputs`. */
  record(outputs: readonly Tensor[], vjp: (backward: Backward) => void): void {
    this.tape.push({ outputs, vjp });
  }

  /**
   * Emits the dispatches of `trace` as a checkpoint: the backward pass keeps only their inputs, and computes the rest again
   * when it needs it (Chen et al. 2016, Training Deep Nets with Sublinear Memory Cost).
   */
  checkpoint(trace: () => Tensor): Tensor {
    const { result } = this.traced(trace);
    this.record([result], (backward) => {
      const first = this.nodes.length;
      const again = this.traced(trace);
      const last = this.nodes.length;
      backward.share(again.result, backward.of(result));
      this.pass.run(again.tape);
      this.forward.push({ first, last: last - this.dropUnread(first, last) });
    });
    return result;
  }

  /** Emits the dispatches of `trace`, and records its operations on a tape of its own. */
  private traced(trace: () => Tensor): { result: Tensor; tape: readonly TapeEntry[] } {
    const outer = this.tape;
    this.tape = [];
    try {
      return { result: trace(), tape: this.tape };
    } finally {
      this.tape = outer;
    }
  }

  /**
   * Removes dispatches between `first` and `last` whose output no later dispatch reads; only intermediates count.
   * @returns the number of removed dispatches
   */
  dropUnread(first = 0, last = this.nodes.length): number {
    const before = this.nodes.length;
    const wanted = new Set<Storage>();
    const uses = ({ bindings }: Node) => Object.values(bindings).map(({ storage }) => storage);
    for (const node of this.nodes.slice(last)) for (const storage of uses(node)) wanted.add(storage);
    for (let i = last - 1; i >= first; i--) {
      const node = this.nodes[i] as Node;
      const written = Object.entries(node.bindings).filter(
        ([name]) => (node.kernel.bindings[name] as Binding).access !== 'read',
      );
      if (written.some(([, { storage }]) => storage.external || storage.output || wanted.has(storage)))
        for (const storage of uses(node)) wanted.add(storage);
      else this.nodes.splice(i, 1);
    }
    return before - this.nodes.length;
  }

  /**
   * Emits the backward pass from the losses on the tape, in reverse. Gradients of intermediates are accumulated in place,
   * in the order in which they arise; gradients of parameters go to the place given with them.
   */
  backward(): void {
    this.forward.push({ first: 0, last: this.nodes.length });
    this.pass.run(this.tape);
  }
}
