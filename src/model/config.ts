/** The shape of a model in Hugging Face's names, read from a `config.json` with every check. Presets are in presets.ts. */
import type { Heads } from '../graph/ops/attention';
import { MAX_HEAD_DIM } from '../kernels/headDim';
import { listed, quote } from '../quote';
import { architectureOf, modelTypes } from './architectures';
import type { Architecture, ConfigSchema } from './architectures/architecture';
import { type FieldName, fields } from './configFields';
import { refusals, ropeSettings } from './configRefusals';

export { MAX_HEAD_DIM };

/** Keys of a `config.json` that this lab computes with. */
export interface ModelConfig {
  /** The architecture's name. */
  readonly model_type: string;
  readonly vocab_size: number;
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly num_key_value_heads: number;
  /** Channels of a head; usually width ÷ heads. */
  readonly head_dim: number;
  readonly rms_norm_eps: number;
  readonly rope_theta: number;
  readonly partial_rotary_factor: number;
  readonly tie_word_embeddings: boolean;
  readonly max_position_embeddings: number;
  /** Tokens that a token attends to, itself included; null for all before it. */
  readonly sliding_window: number | null;
}

export const headsOf = (config: ModelConfig): Heads => ({
  heads: config.num_attention_heads,
  kvHeads: config.num_key_value_heads,
  headDim: config.head_dim,
});

/** Channels of each head that turn with the position, as Hugging Face rounds them. */
export const rotaryDim = (config: Pick<ModelConfig, 'head_dim' | 'partial_rotary_factor'>): number =>
  Math.trunc(config.head_dim * config.partial_rotary_factor);

type Given = Record<string, unknown>;

/** The keys that the file gives: null counts as missing where the architecture says so. */
const givenKeys = (given: Given, { nullable }: ConfigSchema): FieldName[] =>
  (Object.keys(fields) as FieldName[]).filter(
    (key) => given[key] !== undefined && !(given[key] === null && nullable.includes(key)),
  );

/** All fields, with what transformers fills in. */
function filled(given: Given, schema: ConfigSchema): Given {
  const keys = Object.keys(fields).map((key) => [key, schema.defaults[key as FieldName]]);
  const known = givenKeys(given, schema).map((key) => [key, given[key]]);
  const config = { ...Object.fromEntries([...keys, ...known]), ...schema.fixed } as Given;
  config.num_key_value_heads ??= config.num_attention_heads;
  if (config.head_dim === undefined)
    config.head_dim = Math.floor(Number(config.hidden_size) / Number(config.num_attention_heads));
  return config;
}

/** Names faults between fields that are right one by one. */
function* conflicts(config: ModelConfig): Generator<string> {
  const { num_attention_heads: heads, num_key_value_heads: kvHeads } = config;
  if (heads % kvHeads !== 0)
    yield `num_key_value_heads is ${kvHeads}: ${heads} heads cannot share ${kvHeads} key/value heads evenly; use a divisor of ${heads}`;
  const rotary = rotaryDim(config);
  if (rotary % 2 !== 0)
    yield `partial_rotary_factor is ${config.partial_rotary_factor}: ${rotary} of the ${config.head_dim} channels of a head would rotate, an odd number; use a factor that makes it even`;
}

/** Names faults of single fields. @param given keys of the file */
function* misfits(config: Given, given: readonly string[]): Generator<string> {
  for (const [key, { fits, range }] of Object.entries(fields))
    if (!fits(config[key])) {
      const value = quote(config[key]);
      if (key !== 'head_dim' || given.includes(key)) yield `${key} is ${value}; use ${range}`;
      else if (Number.isInteger(config.head_dim))
        yield `hidden_size is ${quote(config.hidden_size)}, ${value} for each of ${quote(config.num_attention_heads)} heads (num_attention_heads); the width of a head is ${range}`;
    }
}

/**
 * Reads a `config.json`, of transformers 4 (`rope_theta`, `rope_scaling`) or 5 (`rope_parameters`), as transformers 5 does.
 * @param where names the JSON in errors
 * @param architecture the one that `model_type` names, if left out
 * @throws naming every key that is wrong, and those that ask for another function than this lab computes
 */
export function parseModelConfig(json: unknown, where = 'config.json', architecture?: Architecture): ModelConfig {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new Error(`${where}: is no JSON object; give the config.json of a model`);
  const fail = (problems: readonly string[]) => {
    if (problems.length > 0) throw new Error(listed(problems.map((problem) => `${where}: ${problem}`)));
  };
  const given = { ...json } as Given;
  const record = architecture ?? architectureOf(given.model_type);
  const known = modelTypes.map((type) => `"${type}"`).join(' and ');
  if (!record)
    throw new Error(
      `${where}: model_type is ${quote(given.model_type)}; this lab computes ${known}: use a model of one of them`,
    );
  const { configSchema, modelType } = record;
  fail([...configSchema.refusals(given), ...refusals(given)]);
  const settings = { ...given, ...ropeSettings(given) };
  const config = filled(settings, configSchema);
  fail([...misfits(config, givenKeys(settings, configSchema))]);
  const checked = { model_type: modelType, ...config } as unknown as ModelConfig;
  fail([...conflicts(checked)]);
  return checked;
}
