/** Checks prompt and completion lengths against the model's longest sequence, before anything runs. */
import { longestSequence } from '../formats/length';
import type { SavedModel } from '../formats/model';
import { InputError, numeric } from './input';

export interface Asked {
  /** Tokens of the longest prompt. */
  readonly prompt: number;
  /** Default of new tokens; null uses all the room. */
  readonly usual: number | null;
  /**
   * True if the default holds even beyond the model's context. The context of our models is the length of their training, and
   * their positions go on unscaled. A sliding window is a real limit.
   */
  readonly trusted?: boolean;
}

/** Largest value of the option. */
const MOST = 65536;

/** Reads `--max-new` for a model. @throws naming the option and the key of config.json that sets the limit */
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
