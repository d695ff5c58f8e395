/** Client of the evaluation worker, in the page. A stop ends the worker: a record on disk keeps its finished passes. */
import { CommandWorker } from './commandWorker';
import type { EvaluationCommands, EvaluationMessage, EvaluationRequest } from './evaluationProtocol';
import { MessageStream } from './messageStream';

export class EvaluationClient {
  private readonly worker = new CommandWorker<EvaluationCommands>(
    () => new Worker(new URL('./evaluationWorker.ts', import.meta.url), { type: 'module', name: 'evaluation' }),
    'worker of evaluations',
  );
  private stream: MessageStream<EvaluationMessage> | null = null;

  readonly ask: CommandWorker<EvaluationCommands>['ask'] = (command) => this.worker.ask(command);

  /** Evaluates. Resolves at the end or at a stop. @throws if the worker fails */
  async evaluate(request: EvaluationRequest, onMessage: (message: EvaluationMessage) => void): Promise<void> {
    const stream = new MessageStream(onMessage, ({ type }) => type === 'ended' || type === 'failed');
    this.stream = stream;
    try {
      await stream.run(this.worker, (commands, port) => commands.evaluate(request, port));
    } finally {
      this.stream = null;
    }
  }

  /** Stops at once: no message comes after this call. */
  stop(): void {
    this.worker.end();
    this.stream?.close();
  }

  /** Frees the memory of the worker, unless it evaluates. */
  leave(): void {
    if (!this.stream) this.worker.end();
  }
}
