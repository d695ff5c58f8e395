/** Prompts and completions against the longest sequence that a model takes. Whatever outgrows it is refused before anything runs. */
import { longestSequence } from '../formats/length';
import type { SavedModel } from '../formats/model';
import { InputError, numeric } from './input';

export interface Asked {
  /** Tokens of the longest prompt. */
  readonly prompt: number;
  /** New tokens where the option is not given; all that there is room for where null. */
  readonly usual: number | null;
  /**
   * Whether the usual number is right even beyond the model's context: a model of ours says there how long its training was,
   * and its positions go on unscaled. A sliding window is no such number.
   */
  readonly trusted?: boolean;
}

/** Most that the option takes. */
const MOST = 65536;

/** `--max-new` for a model. @throws naming the option, and the key of config.json that there is no room under */
export function maxNewOf(
  text: string | undefined,
  config: SavedModel['config'],
  { prompt, usual, trusted = false }: Asked,
): number {
  const { tokens, key } = longestSequence(config);
  const room = tokens - prompt;
  const initial = usual ?? Math.min(MOST, room);
  if (usual === null && room < 1)
    throw new InputError(
      `the prompt takes ${prompt} tokens, which leaves none of the model's ${tokens} (${key}); use a shorter one`,
    );
  const asked = numeric(text, 'max-new', initial, { min: 1, max: MOST, whole: true });
  if (asked > Math.max(room, trusted && key !== 'sliding_window' ? initial : 0))
    throw new InputError(
      `--max-new: ${asked} new tokens after a prompt of ${prompt} are more than the model takes; its ${key} is ${tokens}: ${
        room < 1 ? 'use shorter prompts' : `use at most ${room}`
      }`,
    );
  return asked;
}
