/**
 * Prompts, computed once for all slots that start from them: packed end to end through the ordinary forward pass, up to the
 * last layer's keys and values; each token has its row of the caches. No logits: the first decoding step takes the last token
 * of a prompt.
 */
import type { Device, DeviceBuffer } from '../gpu/device';
import { whole } from '../gpu/device';
import { type Graph, type Tensor, TOKENS } from '../graph/graph';
import { headConstants } from '../graph/ops/attention';
import { makePlan, type Plan } from '../graph/plan';
import { trace } from '../graph/trace';
import { cacheFill } from '../kernels/cacheFill';
import { embedding } from '../kernels/embedding';
import { headsOf } from './config';
import { type DecodeCapacity, type DecodeState, promptRows, regionRows } from './decodeState';
import { packedOps, weightsOf } from './forward';
import type { Model } from './model';
import { EMBEDDING } from './parameters';

/** Prompt tokens of one pass; more prompts are several passes. */
const MOST_PREFILL_TOKENS = 1024;
export const prefillTokens = (capacity: DecodeCapacity): number =>
  Math.max(regionRows(capacity), Math.min(promptRows(capacity), MOST_PREFILL_TOKENS));

/** Packed prompts, [N] each; as in data/packing.ts, and the row of the caches that each token's keys and values take. */
export interface PackedPrompts {
  readonly tokens: number;
  readonly ids: Uint32Array;
  readonly positions: Uint32Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly places: Uint32Array;
}
const ARRAYS = ['ids', 'positions', 'starts', 'ends', 'places'] as const;
type PromptBuffers = Readonly<Record<(typeof ARRAYS)[number], DeviceBuffer>>;

export class Prefill {
  private constructor(
    private readonly device: Device,
    private readonly plan: Plan,
    private readonly inputs: PromptBuffers,
    readonly tokens: number,
  ) {}

  static async create(model: Model, state: DecodeState): Promise<Prefill> {
    const { device } = model;
    const N = prefillTokens(state.capacity);
    const buffer = (name: string) => device.createBuffer(`prompt ${name}`, Math.max(16, Math.ceil(N / 4) * 16));
    const inputs = Object.fromEntries(ARRAYS.map((name) => [name, buffer(name)])) as PromptBuffers;
    const { graph } = await trace(device, (graph) => tracePrompts(graph, model, state, inputs));
    return new Prefill(device, await makePlan(device, graph), inputs, N);
  }

  run(packed: PackedPrompts): void {
    for (const name of ARRAYS) this.device.write(this.inputs[name], packed[name]);
    this.device.submit([{ sequence: this.plan.sequence, dynamics: { tokens: packed.tokens } }]);
  }

  destroy(): void {
    this.plan.destroy();
    for (const buffer of Object.values(this.inputs)) buffer.destroy();
  }
}

function tracePrompts(graph: Graph, model: Model, state: DecodeState, inputs: PromptBuffers): void {
  const { architecture, config, working } = model;
  const N = prefillTokens(state.capacity);
  const C = config.hidden_size;
  const input = (name: (typeof ARRAYS)[number]) => graph.external(name, [N], whole(inputs[name]));
  const places = input('places');
  const packed = {
    positions: input('positions'),
    starts: input('starts'),
    ends: input('ends'),
    rotations: graph.external('rotations', state.rotationsShape, whole(state.rotations)),
  };
  const w = weightsOf(graph, working, null);
  let x = graph.tensor('embedding', [N, C], working.dtype);
  graph.dispatch('embedding', embedding, { ids: input('ids'), table: w(EMBEDDING), y: x }, { rows: TOKENS, width: C });
  state.caches.forEach((from, l) => {
    const keep = (qkv: Tensor) => {
      const cache = graph.external(`cache ${l}`, state.cacheShape, whole(from), working.dtype);
      graph.dispatch(`${l} cache`, cacheFill, { places, qkv, cache }, { rows: TOKENS }, headConstants(headsOf(config)));
    };
    x = architecture.block(packedOps(graph, model, w, l, packed, keep), x);
  });
  graph.dropUnread(); // nothing reads the last block's output: only its keys and values are kept
}
