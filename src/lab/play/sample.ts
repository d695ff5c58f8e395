/**
 * Completions of a prompt, token by token, from one model or several side by side. A random number depends on the seed, the
 * sample and the position alone, so every column gets the same ones, and the tokens are those of `lab sample`.
 */
import type { SavedModel } from '../../formats/model';
import type { Device } from '../../gpu/device';
import type { RewardOptions } from '../../rewards/total';
import type { Tokenizer } from '../../text/tokenizer';
import { MOST_UNREAD_STEPS } from '../../train/decoder';
import type { Completion, RolloutRequest, SamplingOptions, StreamedTokens } from '../../train/sampling';
import { answeringDevice, answerPrompt, type OpenedSampler, openSaved } from '../probe/answer';
import { type Attempts, attemptsOf, type JudgedAnswer, judgeAnswer } from './attempts';
import type { PlayProblem } from './problem';
import { type TokenDetail, tokenDetail } from './tokenDetail';

export interface SampleOptions extends SamplingOptions {
  readonly prompt: string;
  /** N, completions of each model. */
  readonly count: number;
  /** Index of the first completion, which has its own random numbers; a branch keeps those of its completion. */
  readonly first?: number;
  /** Text or token ids that each completion begins with: tokens before a branch, and the token to branch to. */
  readonly prefix?: string | readonly number[];
  /** Problem that judges the completions; null for a prompt without an answer. */
  readonly problem?: PlayProblem | null;
  /** Reward that scores them, if there is a problem; null for none. */
  readonly reward?: RewardOptions | null;
}

/** Place of an event: the model, and the completion of it. */
interface At {
  readonly column: number;
  readonly sample: number;
}

export interface TokenEvent extends At, TokenDetail {
  readonly type: 'token';
  /** Position in the completion, from 0. */
  readonly index: number;
  readonly id: number;
  readonly text: string;
  /** True for a token of the prefix. */
  readonly forced: boolean;
}

export interface CompletionEvent extends At, JudgedAnswer {
  readonly type: 'completion';
  readonly ids: readonly number[];
  /** Log-probabilities under the sampled distribution; null after a prefix, which was not sampled. */
  readonly logprobs: Float32Array | null;
  readonly ended: boolean;
}

/** All completions of a model have ended. */
export interface AttemptsEvent extends Attempts {
  readonly type: 'attempts';
  readonly column: number;
}

export type SampleEvent = TokenEvent | CompletionEvent | AttemptsEvent;

/** Maximum completions that one model decodes at a time while it streams. */
const MOST_STREAMED = 64;
/** Largest buffer of kept logits, bytes; large vocabularies decode fewer completions at a time. */
const MOST_KEPT_BYTES = 2 ** 26;

/** One model: events of its tokens and completions. */
class Column {
  private readonly completed: CompletionEvent[] = [];

  constructor(
    private readonly column: number,
    private readonly tokenizer: Tokenizer,
    private readonly options: SampleOptions,
    private readonly forced: readonly number[],
  ) {}

  token(sample: number, index: number, id: number, logits: Float32Array): TokenEvent {
    const { column, forced } = this;
    const text = this.tokenizer.token(id);
    const place = { column, sample, index, id, text, forced: index < forced.length };
    return { type: 'token', ...place, ...tokenDetail(logits, id) };
  }

  completion(sample: number, { ids, ended, logprobs }: Completion): CompletionEvent {
    const { problem = null, reward = null } = this.options;
    const judged = judgeAnswer({ ids, ended }, this.tokenizer, problem, reward);
    const sampled = this.forced.length === 0 ? logprobs : null;
    const event: CompletionEvent = {
      ...{ type: 'completion', column: this.column, sample, ids, ended },
      ...{ logprobs: sampled, ...judged },
    };
    this.completed.push(event);
    return event;
  }

  attempts(): AttemptsEvent {
    const inOrder = [...this.completed].sort((a, b) => a.sample - b.sample);
    return { type: 'attempts', column: this.column, ...attemptsOf(inOrder, this.options.problem ?? null) };
  }

  *events({ request, first, ids, logits, completion }: StreamedTokens): Generator<SampleEvent, void> {
    const sample = (this.options.first ?? 0) + request;
    for (const [i, id] of ids.entries()) yield this.token(sample, first + i, id, logits[i]!);
    if (completion) yield this.completion(sample, completion);
  }
}

/** Tokens of the prefix. @throws if it has a character outside the vocabulary, or leaves nothing to sample */
export function forcedTokens(
  { tokenizer, ends = [tokenizer.special.end] }: SavedModel,
  { prefix = '', maxNew }: { readonly prefix?: SampleOptions['prefix'] | undefined; readonly maxNew: number },
): number[] {
  const ids = typeof prefix === 'string' ? tokenizer.encode(prefix, 'prefix') : [...prefix];
  if (ids.some((id) => ends.includes(id))) throw new Error('prefix: its end token ends the completion; leave it out');
  if (ids.length >= maxNew)
    throw new Error(`prefix: ${ids.length} tokens leave none of ${maxNew}; use a shorter one or more new tokens`);
  return ids;
}

/** Opens a model, and streams its events as its tokens come. */
async function openColumn(device: Device, model: SavedModel, column: number, options: SampleOptions) {
  const { prompt, count, maxNew, first = 0 } = options;
  const forced = forcedTokens(model, options);
  const ids = model.tokenizer.chatPrompt(prompt);
  const keptSteps = MOST_UNREAD_STEPS + forced.length;
  const fitting = Math.max(1, Math.floor(MOST_KEPT_BYTES / (4 * keptSteps * model.config.vocab_size)));
  const slots = Math.min(count, MOST_STREAMED, fitting);
  const requests = Array.from(
    { length: count },
    (_, i): RolloutRequest => ({ prompt: ids, sequence: first + i, forced }),
  );
  const opened = await openSaved(answeringDevice(device, model), model, {
    slots,
    promptTokens: ids.length,
    newTokens: maxNew,
    keptSteps,
  });
  const events = new Column(column, model.tokenizer, options, forced);
  async function* stream(): AsyncGenerator<Iterable<SampleEvent>, void> {
    for await (const tokens of opened.sampler.stream(requests, options)) yield events.events(tokens);
    yield [events.attempts()];
  }
  return { opened, stream: stream() };
}

/**
 * Streams completions: each token with its numbers, each completion with its verdict, then the attempts of each model. Models
 * take turns. The caller may stop at any event.
 * @param onOpened called once all models are on the device, before the first token
 * @throws if a model does not fit the device, or a text has characters outside its vocabulary
 */
export async function* sample(
  device: Device,
  models: readonly SavedModel[],
  options: SampleOptions,
  onOpened: () => void = () => {},
): AsyncGenerator<SampleEvent, void> {
  const opened: OpenedSampler[] = [];
  const streams = new Set<AsyncGenerator<Iterable<SampleEvent>, void>>();
  try {
    for (const [column, model] of models.entries()) {
      const next = await openColumn(device, model, column, options);
      opened.push(next.opened);
      streams.add(next.stream);
    }
    onOpened();
    while (streams.size > 0)
      for (const stream of streams) {
        const { done, value } = await stream.next();
        if (done) streams.delete(stream);
        else yield* value;
      }
  } finally {
    for (const stream of streams) await stream.return();
    for (const one of opened) one.destroy();
  }
}

/** The same completions and attempts of one model without numbers of tokens, as fast as the sampler goes. */
export async function* sampleCompletions(
  device: Device,
  model: SavedModel,
  options: SampleOptions,
): AsyncGenerator<CompletionEvent | AttemptsEvent, void> {
  const column = new Column(0, model.tokenizer, options, []);
  const answers = await answerPrompt(device, model, options.prompt, options.count, options);
  for (const [sample, answer] of answers.entries()) yield column.completion(sample, answer);
  yield column.attempts();
}
