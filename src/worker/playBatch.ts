/** Batches of sampled tokens for the page: typed arrays that are transferred, a batch at a time. */
import type { SampleEvent, TokenEvent } from '../lab/play/sample';
import type { PlayedTokens, PlayMessage } from './playProtocol';

/** Minimum time between two batches, ms. */
const BATCH_MS = 60;

type Post = (batch: readonly PlayMessage[], transfer: Transferable[]) => void;

function packed(tokens: readonly TokenEvent[]): PlayedTokens {
  const { column, sample, index, top } = tokens[0]!;
  return {
    ...{ type: 'tokens', column, sample, at: index, top: top.length },
    ids: Uint32Array.from(tokens, ({ id }) => id),
    logprobs: Float32Array.from(tokens, ({ logprob }) => logprob),
    entropies: Float32Array.from(tokens, ({ entropy }) => entropy),
    topIds: Uint32Array.from(tokens.flatMap((token) => token.top.map(({ id }) => id))),
    topLogprobs: Float32Array.from(tokens.flatMap((token) => token.top.map(({ logprob }) => logprob))),
  };
}

export class PlayBatch {
  private messages: PlayMessage[] = [];
  /** Tokens of one completion that wait for the others of their readback. */
  private tokens: TokenEvent[] = [];
  private count = 0;
  private began = performance.now();
  private sent = 0;

  constructor(private readonly post: Post) {}

  /** The models are open: the time of tokens begins. */
  begin(): void {
    this.began = performance.now();
  }

  add(event: SampleEvent): void {
    const last = this.tokens.at(-1);
    if (event.type !== 'token') {
      this.pack();
      this.messages.push(event);
    } else {
      if (last && (last.column !== event.column || last.sample !== event.sample)) this.pack();
      this.tokens.push(event);
      if (!event.forced) this.count++;
    }
    if (performance.now() - this.sent > BATCH_MS) this.flush();
  }

  private pack(): void {
    if (this.tokens.length > 0) this.messages.push(packed(this.tokens));
    this.tokens = [];
  }

  /** Sends what waits, and the pace. @param last messages that follow */
  flush(...last: readonly PlayMessage[]): void {
    this.pack();
    const pace: PlayMessage[] =
      this.messages.length > 0
        ? [{ type: 'pace', tokens: this.count, seconds: (performance.now() - this.began) / 1000 }]
        : [];
    const batch = [...this.messages, ...pace, ...last];
    this.messages = [];
    this.sent = performance.now();
    if (batch.length === 0) return;
    const buffers = batch.flatMap((message) =>
      message.type === 'tokens'
        ? [message.ids, message.logprobs, message.entropies, message.topIds, message.topLogprobs].map(
            (numbers) => numbers.buffer as ArrayBuffer,
          )
        : [],
    );
    this.post(batch, buffers);
  }
}
