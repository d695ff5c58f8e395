/** Messages of one command of a worker. They come through a port of their own, until the last one or a close. */
import { type Remote, transfer } from 'comlink';
import type { CommandWorker } from './commandWorker';

export class MessageStream<M> {
  private readonly inside: MessagePort;
  private readonly outside: MessagePort;
  /** Resolves after the last message, or a close. */
  readonly ended: Promise<void>;
  private end: () => void = () => {};

  /** @param isLast true for the message after which none comes */
  constructor(onMessage: (message: M) => void, isLast: (message: M) => boolean) {
    const { port1, port2 } = new MessageChannel();
    [this.inside, this.outside] = [port1, port2];
    this.ended = new Promise((resolve) => {
      this.end = resolve;
    });
    port1.onmessage = ({ data }: MessageEvent<M>) => {
      if (isLast(data)) this.close();
      onMessage(data);
    };
  }

  /** Sends the command, and resolves at the end of its messages. @throws its error, or if the worker fails */
  async run<C>(
    worker: CommandWorker<C>,
    begin: (commands: Remote<C>, port: MessagePort) => Promise<void>,
  ): Promise<void> {
    try {
      const begun = worker.ask((commands) => begin(commands, transfer(this.outside, [this.outside])));
      begun.catch(() => {}); // a close may come before the answer
      await Promise.race([begun, this.ended]);
      await Promise.race([this.ended, worker.failed]);
    } finally {
      this.close();
    }
  }

  /** Drops the messages that come from now on. */
  mute(): void {
    this.inside.onmessage = null;
  }

  close(): void {
    this.mute();
    this.inside.close();
    this.end();
  }
}
