/** Completions of the Playground while they stream. */
import type { AttemptsEvent, CompletionEvent } from '../lab/play/sample';
import type { PlayedTokens, PlayMessage } from '../worker/playProtocol';

/** Numbers of a token. */
export interface PlayToken {
  readonly logprob: number;
  readonly entropy: number;
  /** Likeliest tokens, the likeliest first. */
  readonly top: readonly { readonly id: number; readonly logprob: number }[];
}

export interface PlaySample {
  readonly ids: readonly number[];
  readonly tokens: readonly PlayToken[];
  /** Verdict and reward; null until it has ended. */
  readonly completion: CompletionEvent | null;
  /** Position of the other token from which it goes on, and the completion before that; null without a branch. */
  readonly branch: { readonly at: number; readonly before: PlaySample } | null;
}

export interface PlayColumn {
  /** Name of the model. */
  readonly model: string;
  readonly vocabulary: readonly string[];
  /** Tokens that end a completion. */
  readonly ends: readonly number[];
  readonly samples: readonly PlaySample[];
  /** All completions together, branches left out; null until the last has ended. */
  readonly attempts: AttemptsEvent | null;
}

const NO_SAMPLE: PlaySample = { ids: [], tokens: [], completion: null, branch: null };

export const emptyColumn = (model: string, count: number): PlayColumn => ({
  ...{ model, vocabulary: [], ends: [], attempts: null },
  samples: Array.from({ length: count }, () => NO_SAMPLE),
});

function tokensOf({ ids, logprobs, entropies, topIds, topLogprobs, top }: PlayedTokens): PlayToken[] {
  return Array.from(ids, (_, t) => ({
    logprob: logprobs[t]!,
    entropy: entropies[t]!,
    top: Array.from({ length: top }, (_, k) => ({ id: topIds[t * top + k]!, logprob: topLogprobs[t * top + k]! })),
  }));
}

function withMessage(column: PlayColumn, message: PlayMessage): PlayColumn {
  const replaced = (sample: number, by: (old: PlaySample) => PlaySample): PlayColumn => ({
    ...column,
    samples: column.samples.map((old, s) => (s === sample ? by(old) : old)),
  });
  switch (message.type) {
    case 'tokens':
      return replaced(message.sample, (old) => ({
        ...old,
        ids: [...old.ids.slice(0, message.at), ...message.ids],
        tokens: [...old.tokens.slice(0, message.at), ...tokensOf(message)],
      }));
    case 'completion':
      return replaced(message.sample, (old) => ({ ...old, completion: message }));
    case 'attempts':
      // those of a branch are one completion alone
      return column.samples.some(({ branch }) => branch) ? column : { ...column, attempts: message };
    default:
      return column;
  }
}

/** Columns after a batch. @param at column of the page by column of the request */
export function withMessages(
  columns: readonly PlayColumn[],
  batch: readonly PlayMessage[],
  at: readonly number[],
): readonly PlayColumn[] {
  const changed = [...columns];
  for (const message of batch) {
    if (message.type === 'opened')
      message.columns.forEach((opened, i) => {
        const column = at[i]!;
        if (changed[column]) changed[column] = { ...changed[column], ...opened };
      });
    if (!('column' in message)) continue;
    const column = at[message.column]!;
    if (changed[column]) changed[column] = withMessage(changed[column], message);
  }
  return changed;
}
