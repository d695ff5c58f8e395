/**
 * The model as an ONNX graph, in the operators that ONNX Runtime's own exporter of Phi-3 uses: GroupQueryAttention with
 * fused rotation and cache, RMSNorm with the residual added. Input: tokens [S, T] and the cache; output: the logits of each
 * sequence's last token and the grown cache.
 */
import { type ModelConfig, rotations, type Weights } from '../works/model';
import { type ElementType, model, node, tensor, type ValueInfo } from './onnxWriter';
import { transposed } from './plainProduct';

const MICROSOFT = 'com.microsoft';

/** @param longest most tokens of a sequence */
export function onnxModel(config: ModelConfig, given: Weights, longest: number): Uint8Array {
  const { L, C, H, K, D, F, V } = config;
  const eps = { float: config.eps };
  const nodes: Uint8Array[] = [];
  const tensors: Uint8Array[] = [];
  const inputs: ValueInfo[] = [
    ['input_ids', 'int64', ['S', 'T']],
    ['seqlens_k', 'int32', ['S']],
    ['total_seq', 'int32', [1]],
  ];
  const outputs: ValueInfo[] = [['logits', 'float', ['S', V]]];
  const constant = (name: string, shape: number[], data: Float32Array | BigInt64Array, type?: ElementType) => {
    tensors.push(tensor(name, shape, data, type));
    return name;
  };
  /** Matrices turned to [in, out]: MatMul has no transposition. */
  const matrix = (name: string, out: number, inner: number) =>
    constant(name, [inner, out], transposed(given[name]!, out, inner));
  const vector = (name: string) => constant(name, [C], given[name]!);
  const { cos, sin } = rotations(config, longest);
  constant('cos', [longest, D / 2], Float32Array.from(cos));
  constant('sin', [longest, D / 2], Float32Array.from(sin));
  constant('last', [], BigInt64Array.of(-1n), 'int64');
  const embedding = constant('embedding', [V, C], given['model.embed_tokens.weight']!);
  nodes.push(node('Gather', [embedding, 'input_ids'], ['x_0'], { axis: 0 }));
  const norm = { epsilon: eps, axis: -1, stash_type: 1 };
  const firstNorm = vector('model.layers.0.input_layernorm.weight');
  nodes.push(node('SimplifiedLayerNormalization', ['x_0', firstNorm], ['normed_0'], norm));
  for (let l = 0; l < L; l++) {
    const name = (value: string) => `${value}_${l}`;
    const weight = (of: string) => `model.layers.${l}.${of}.weight`;
    const product = (x: string, of: string, out: number, inner: number, y: string) =>
      nodes.push(node('MatMul', [x, matrix(weight(of), out, inner)], [y]));
    product(name('normed'), 'self_attn.qkv_proj', (H + 2 * K) * D, C, name('qkv'));
    const past = [`past_k_${l}`, `past_v_${l}`];
    const present = [`present_k_${l}`, `present_v_${l}`];
    for (const value of past) inputs.push([value, 'float', ['S', K, 'past', D]]);
    for (const value of present) outputs.push([value, 'float', ['S', K, 'all', D]]);
    nodes.push(
      node(
        'GroupQueryAttention',
        [name('qkv'), '', '', ...past, 'seqlens_k', 'total_seq', 'cos', 'sin'],
        [name('attended'), ...present],
        { num_heads: H, kv_num_heads: K, scale: { float: 1 / Math.sqrt(D) }, do_rotary: 1, rotary_interleaved: 0 },
        MICROSOFT,
      ),
    );
    product(name('attended'), 'self_attn.o_proj', C, H * D, name('o'));
    const addNorm = (x: string, y: string, scale: string, normed: string, sum: string | null) =>
      nodes.push(
        node(
          'SkipSimplifiedLayerNormalization',
          [x, y, vector(scale)],
          sum ? [normed, '', '', sum] : [normed],
          { epsilon: eps },
          MICROSOFT,
        ),
      );
    addNorm(name('x'), name('o'), weight('post_attention_layernorm'), name('normed2'), name('x_mid'));
    product(name('normed2'), 'mlp.gate_up_proj', 2 * F, C, name('gate_up'));
    nodes.push(
      node('Split', [name('gate_up')], [name('gate'), name('up')], { axis: -1, num_outputs: 2 }),
      node('Sigmoid', [name('gate')], [name('sigmoid')]),
      node('Mul', [name('gate'), name('sigmoid')], [name('silu')]),
      node('Mul', [name('silu'), name('up')], [name('activated')]),
    );
    product(name('activated'), 'mlp.down_proj', C, F, name('down'));
    const last = l === L - 1;
    const nextNorm = last ? 'model.norm.weight' : `model.layers.${l + 1}.input_layernorm.weight`;
    addNorm(name('x_mid'), name('down'), nextNorm, `normed_${l + 1}`, last ? null : `x_${l + 1}`);
  }
  nodes.push(node('Gather', [`normed_${L}`, 'last'], ['final'], { axis: 1 }));
  nodes.push(node('MatMul', ['final', matrix('lm_head.weight', V, C)], ['logits']));
  return model(nodes, tensors, inputs, outputs);
}
