/** Keys of a `config.json` that ask for another function than this lab computes, and the place of the rotary settings. */
import { quote } from '../quote';

type Given = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Given =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Two names of the same function in transformers. */
const ACTIVATIONS: readonly unknown[] = ['silu', 'swish'];

/** Keys for biases: no architecture of this lab has any. */
const BIASES = ['attention_bias', 'mlp_bias', 'qkv_bias', 'use_bias', 'bias', 'lm_head_bias'];

/** Keys whose mere presence changes the function. */
const CHANGES: Readonly<Record<string, string>> = {
  quantization_config: 'weights that are not quantized; save the model in float32, float16 or bfloat16',
  per_layer_config: 'the same block in every layer',
};

/** The dictionary of rotary settings that transformers 5 reads: `rope_scaling` where there is one, else `rope_parameters`. */
const ropeKey = (given: Given): 'rope_scaling' | 'rope_parameters' =>
  isObject(given.rope_scaling) && Object.keys(given.rope_scaling).length > 0 ? 'rope_scaling' : 'rope_parameters';

const ropeOf = (given: Given): Given => {
  const rope = given[ropeKey(given)];
  return isObject(rope) ? rope : {};
};

/** Rotary settings, first from the dictionary, then from the top level, as transformers 5 takes them. */
export function ropeSettings(given: Given): Given {
  const rope = ropeOf(given);
  return Object.fromEntries(
    ['rope_theta', 'partial_rotary_factor'].flatMap((key) => (key in rope ? [[key, rope[key]]] : [])),
  );
}

function* ropeRefusals(given: Given): Generator<string> {
  for (const key of ['rope_scaling', 'rope_parameters'])
    if (given[key] !== undefined && given[key] !== null && !isObject(given[key]))
      yield `${key} is ${quote(given[key])}; use null or an object with rope_type "default"`;
  const [key, rope] = [ropeKey(given), ropeOf(given)];
  const { type: old = 'default', rope_type: type = old } = rope;
  if (type !== 'default')
    yield `${key} is ${quote(rope)}; this lab computes rope_type "default" alone: use a model without scaled positions`;
  for (const layers of Object.keys(rope).filter((layer) => isObject(rope[layer])))
    yield `${key}.${layers} is ${quote(rope[layers])}; this lab computes the same positions in every layer`;
}

/** Names each key that asks for another function than this lab computes, for any architecture. */
export function* refusals(given: Given): Generator<string> {
  const { hidden_act: activation = 'silu', layer_types: layers } = given;
  if (!ACTIVATIONS.includes(activation)) yield `hidden_act is ${quote(activation)}; this lab computes "silu"`;
  for (const key of BIASES)
    if (![undefined, null, false].includes(given[key] as false))
      yield `${key} is ${quote(given[key])}; this lab computes without biases: use false`;
  for (const [key, computed] of Object.entries(CHANGES))
    if (given[key] !== undefined && given[key] !== null)
      yield `${key} is ${quote(given[key])}; this lab computes ${computed}`;
  const whole = (layer: unknown) => layer === 'full_attention';
  if (layers !== undefined && layers !== null && !(Array.isArray(layers) && layers.every(whole)))
    yield `layer_types is ${quote(layers)}; this lab computes "full_attention" in every layer`;
  yield* ropeRefusals(given);
}
