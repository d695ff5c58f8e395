/** A model of the lab's vocabulary that is small enough for the CPU device, and a problem for it. */
import type { SavedModel } from '../../formats/model';
import { parseModelConfig } from '../../model/config';
import { initialTensors, parameterTable } from '../../model/parameters';
import { Tokenizer } from '../../text/tokenizer';
import { playProblem } from './problem';

export const tokenizer = new Tokenizer();

/** @param seed seed of its weights, which are large enough for varied tokens */
export function tinyModel(seed: number): SavedModel {
  const config = parseModelConfig({
    vocab_size: tokenizer.size,
    hidden_size: 16,
    num_hidden_layers: 1,
    num_attention_heads: 2,
    num_key_value_heads: 1,
    intermediate_size: 16,
  });
  return { config, tensors: initialTensors(parameterTable(config), 0.5, seed), tokenizer };
}

export const parity = playProblem(
  { task: 'parity', prompt: '1101=', answer: '1', problem: { bits: [1, 1, 0, 1] } },
  null,
  'problem',
);
