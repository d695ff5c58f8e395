/** The shape of a model, in the names of Hugging Face's `Phi3Config`, with its checks. Presets are in presets.ts. */
import { MAX_HEAD_DIM } from '../kernels/attention';
import { listed, quote } from '../quote';
import { type FieldName, fields } from './configFields';
import { refusals, ropeSettings } from './configRefusals';

export { MAX_HEAD_DIM };

/** What a Phi-3 `config.json` says that this lab computes with. */
export interface PhiConfig {
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

export const headDim = (config: PhiConfig): number => config.head_dim;

/** Channels of each head that turn with the position, as Hugging Face rounds them. */
export const rotaryDim = (config: Pick<PhiConfig, 'head_dim' | 'partial_rotary_factor'>): number =>
  Math.trunc(config.head_dim * config.partial_rotary_factor);

type Given = Record<string, unknown>;

/** The fields with what transformers fills in. */
function filled(given: Given): Given {
  const initial = Object.entries(fields).map(([key, field]) => [key, 'initial' in field ? field.initial : undefined]);
  const known = Object.keys(fields).flatMap((key) => (given[key] === undefined ? [] : [[key, given[key]]]));
  const config = Object.fromEntries([...initial, ...known]) as Given;
  config.num_key_value_heads ??= config.num_attention_heads;
  if (config.head_dim === undefined)
    config.head_dim = Math.floor(Number(config.hidden_size) / Number(config.num_attention_heads));
  return config;
}

/** What is wrong between fields that are right one by one. */
function* conflicts(config: PhiConfig): Generator<string> {
  const { num_attention_heads: heads, num_key_value_heads: kvHeads } = config;
  if (heads % kvHeads !== 0)
    yield `num_key_value_heads is ${kvHeads}: ${heads} heads cannot share ${kvHeads} key/value heads evenly; use a divisor of ${heads}`;
  const rotary = rotaryDim(config);
  if (rotary % 2 !== 0)
    yield `partial_rotary_factor is ${config.partial_rotary_factor}: ${rotary} of the ${config.head_dim} channels of a head would turn, an odd number; use a factor that makes it even`;
}

/** Faults of single fields, by key. */
function* misfits(config: Given, given: Given): Generator<string> {
  for (const [key, { fits, range }] of Object.entries(fields))
    if (!fits(config[key])) {
      const value = key in given ? quote(given[key]) : quote(config[key]);
      if (key !== 'head_dim' || key in given) yield `${key} is ${value}; use ${range}`;
      else if (Number.isInteger(config.head_dim))
        yield `hidden_size is ${quote(config.hidden_size)}, ${value} for each of ${quote(config.num_attention_heads)} heads (num_attention_heads); the width of a head is ${range}`;
    }
}

/**
 * Reads a `config.json`, of transformers 4 (`rope_theta`, `rope_scaling`) or 5 (`rope_parameters`), as transformers 5 does.
 * @param where what the JSON is, for the error
 * @throws naming every key that is wrong, and those that ask for another function than this lab computes
 */
export function parsePhiConfig(json: unknown, where = 'config.json'): PhiConfig {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new Error(`${where}: is no JSON object; give the config.json of a Phi-3 model`);
  const fail = (problems: readonly string[]) => {
    if (problems.length > 0) throw new Error(listed(problems.map((problem) => `${where}: ${problem}`)));
  };
  const given = { ...json } as Given;
  fail([...refusals(given)]);
  const settings = { ...given, ...ropeSettings(given) };
  const config = filled(settings);
  fail([...misfits(config, settings)]);
  const checked = config as unknown as Record<FieldName, never> as PhiConfig;
  fail([...conflicts(checked)]);
  return checked;
}
