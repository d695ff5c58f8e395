/**
 * Search for the first tensor of a step that is not finite, as torch's `detect_anomaly`: the plan runs again, one dispatch at a
 * time, and the search checks what each dispatch writes. It takes one readback per dispatch, so only a failed step runs it.
 */

import { pack } from '../data/packing';
import type { BufferRange, Dispatch, Sequence } from '../gpu/device';
import { fromStored } from '../gpu/dtype';
import { type Binding, dtypeOf } from '../gpu/kernel';
import { logitsOf } from '../graph/ops/head';
import { makePlan } from '../graph/plan';
import { trace } from '../graph/trace';
import type { Model, PolicyModel } from '../model/model';
import type { Arena, ParameterSpec } from '../model/parameters';
import { TokenBatch } from './batch';
import type { FaultyTensor } from './nonFiniteError';

/** Model whose arenas give tensors their names. */
type NamedModel = Model & Partial<Pick<PolicyModel, 'gradients' | 'reference'>>;

/** One pass of a step. */
export interface Pass {
  /** Writes the pass to the device. @returns dynamic numbers of the plan */
  write(): Readonly<Record<string, number>>;
}

/** Labels of the backward pass, as graph/ops writes them. */
const BACKWARD = /(^| )(d(x|W|q|k|v|weights)|grad)$|^d\(/;
export const isBackward = ({ label }: Pick<Dispatch, 'label'>): boolean => BACKWARD.test(label);
/** Kernels of losses; the columns of a policy loss are its statistics of a token. */
const LOSS = /^(cross_entropy|policy_loss)/;
const POLICY_COLUMNS = ['loss of a token', 'ratio of a token', 'KL of a token', 'clip mark of a token'];

const isFloat = ({ element }: Binding): boolean => !element.endsWith('u') && element !== 'u32';
const firstIn = (values: Float32Array): number => values.findIndex((value) => !Number.isFinite(value));
const moduleOf = (parameter: string): string => parameter.replace(/\.weight$/, '');
const parentOf = (module: string): string => module.split('.').slice(0, -1).join('.');

/** Parameters that lie in a range of an arena. */
const parametersIn = ({ table, buffer, dtype }: Arena, range: BufferRange): ParameterSpec[] => {
  if (range.buffer !== buffer) return [];
  const bytes = dtype === 'f16' ? 2 : 4;
  const [first, last] = [range.offset / bytes, (range.offset + range.bytes) / bytes];
  return table.specs.filter(({ offset }) => offset >= first && offset < last);
};

/** Names the tensors that dispatches write. */
class Names {
  /** Module of the last parameter that a dispatch read or whose gradient it wrote. */
  private last = '';

  constructor(private readonly model: NamedModel) {}

  /** Module of a dispatch: of the parameter that it reads, else the parent of the last one. */
  private moduleOf({ label, bindings }: Dispatch): string {
    const { weights, working, reference, gradients } = this.model;
    const ranges = Object.values(bindings);
    const read = (arena: Arena) => ranges.flatMap((range) => parametersIn(arena, range));
    const own = [...new Set([weights, working, ...(gradients ? [gradients] : [])])].flatMap(read);
    const frozen = reference ? read(reference) : [];
    const found = [...own, ...frozen];
    const prefix = own.length === 0 && frozen.length > 0 ? 'the reference: ' : '';
    if (found.length > 0) this.last = prefix + moduleOf(found[0]!.name);
    if (label.startsWith('logits')) return `${prefix}lm_head`;
    if (found.length > 0) return prefix + found.map(({ name }) => moduleOf(name)).join(', ');
    return parentOf(this.last) || this.last;
  }

  /** @param index of the number in the binding */
  nameOf(dispatch: Dispatch, binding: string, index: number): Pick<FaultyTensor, 'kind' | 'name'> {
    const { kernel, bindings } = dispatch;
    const module = this.moduleOf(dispatch);
    const { gradients } = this.model;
    const range = bindings[binding]!;
    if (gradients && range.buffer === gradients.buffer) {
      const { arenaSize, specs } = gradients.table;
      const at = (range.offset / 4 + index) % arenaSize;
      const spec = specs.find(({ offset, size }) => offset <= at && at < offset + size);
      return { kind: 'gradient', name: spec?.name ?? module };
    }
    if (LOSS.test(kernel.name) && binding === 'stats') return { kind: 'loss', name: POLICY_COLUMNS[index % 4]! };
    if (LOSS.test(kernel.name) && binding === 'losses') return { kind: 'loss', name: 'cross-entropy of a token' };
    if (LOSS.test(kernel.name)) return { kind: 'gradient', name: 'the logits of lm_head' };
    if (isBackward(dispatch)) return { kind: 'gradient', name: `the input of ${module}` };
    return { kind: 'activation', name: module };
  }

  /** Passes a dispatch without a fault. */
  pass(dispatch: Dispatch): void {
    this.moduleOf(dispatch);
  }
}

/** Bindings of losses: a kernel that also writes the gradient computes it from them. */
const LOSSES = ['losses', 'stats'];

/** Names and ranges of floating-point numbers that a dispatch writes, losses first. */
const writtenBy = ({ kernel, bindings }: Dispatch): [name: string, range: BufferRange][] =>
  Object.entries(bindings)
    .filter(([name]) => kernel.bindings[name]!.access !== 'read' && isFloat(kernel.bindings[name]!))
    .sort(([a], [b]) => Number(LOSSES.includes(b)) - Number(LOSSES.includes(a)));

/** First weight that is not finite, working copies and the reference included. */
async function faultyWeight({ weights, working, reference }: NamedModel): Promise<FaultyTensor | null> {
  for (const arena of new Set([weights, working, ...(reference ? [reference] : [])]))
    for (const [name, { data }] of await arena.read()) {
      const at = firstIn(data);
      const prefix = arena === reference ? 'the reference: ' : '';
      if (at >= 0) return { kind: 'weight', name: `${prefix}${name}[${at}]`, value: data[at]! };
    }
  return null;
}

/** Size from which the square of a number nears the largest f32. */
const SQUARE_OVERFLOWS = 1e18;

/** Tensor with the largest gradient, for a norm that overflows while every number is finite; null if it does not. */
async function largestGradient({ gradients }: NamedModel): Promise<FaultyTensor | null> {
  let largest: FaultyTensor | null = null;
  for (const [name, { data }] of (await gradients?.read()) ?? [])
    for (const value of data)
      if (Math.abs(value) > Math.abs(largest?.value ?? SQUARE_OVERFLOWS)) largest = { kind: 'gradient', name, value };
  return largest;
}

/**
 * Repeats the passes of a step, without its update. Later steps may overwrite the buffers of the plan.
 * @returns null if all numbers are finite, as after a later step that changed the weights
 */
export async function firstNonFinite(
  model: NamedModel,
  { dispatches }: Sequence,
  passes: readonly Pass[],
): Promise<FaultyTensor | null> {
  const weight = await faultyWeight(model);
  if (weight) return weight;
  const { device } = model;
  const written = new Set(dispatches.flatMap((dispatch) => writtenBy(dispatch).map(([, { buffer }]) => buffer)));
  // unused rows keep the numbers of the failed step
  for (const buffer of written) device.write(buffer, new Uint8Array(buffer.bytes));
  for (const pass of passes) {
    const dynamics = pass.write();
    const names = new Names(model);
    for (const dispatch of dispatches) {
      const outputs = writtenBy(dispatch);
      const sequence = await device.prepare([dispatch]);
      const contents = await device.read(
        outputs.map(([, range]) => range),
        [{ sequence, dynamics }],
      );
      sequence.destroy();
      for (const [i, [binding]] of outputs.entries()) {
        const values = fromStored(contents[i]!, dtypeOf(dispatch.kernel.bindings[binding]!));
        const at = firstIn(values);
        if (at >= 0) return { ...names.nameOf(dispatch, binding, at), value: values[at]! };
      }
      names.pass(dispatch);
    }
  }
  return null;
}

/** Runs `firstNonFinite` for a step whose gradient norm may overflow while every gradient is finite. */
export async function firstFaultOfStep(...given: Parameters<typeof firstNonFinite>): Promise<FaultyTensor | null> {
  return (await firstNonFinite(...given)) ?? largestGradient(given[0]);
}

/** First tensor that is not finite in the forward pass of a sequence, for faults of decoding, which has other plans. */
export async function firstNonFiniteOf(model: Model, ids: readonly number[]): Promise<FaultyTensor | null> {
  const batch = new TokenBatch(model, { tokens: ids.length, longest: ids.length });
  const device = { ...model.device, tuningCache: null }; // measures no variant
  const { graph } = await trace(device, (graph) => logitsOf(graph, batch.head(graph)).map((t) => graph.output(t)));
  const plan = await makePlan(model.device, graph);
  try {
    return await firstNonFinite(model, plan.sequence, [{ write: () => batch.write(pack([ids], true)) }]);
  } finally {
    plan.destroy();
    batch.destroy();
  }
}
