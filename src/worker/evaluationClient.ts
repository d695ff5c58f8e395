/** Client of the evaluation worker, in the page. A stop ends the worker: a record on disk keeps its finished passes. */
import { transfer } from 'comlink';
import { CommandWorker } from './commandWorker';
import type { EvaluationCommands, EvaluationMessage, EvaluationRequest } from './evaluationProtocol';

export class EvaluationClient {
  private readonly worker = new CommandWorker<EvaluationCommands>(
    () => new Worker(new URL('./evaluationWorker.ts', import.meta.url), { type: 'module', name: 'evaluation' }),
    'worker of evaluations',
  );
  private finish: (() => void) | null = null;

  readonly ask: CommandWorker<EvaluationCommands>['ask'] = (command) => this.worker.ask(command);

  /** Evaluates. Resolves at the end or at a stop. @throws if the worker fails */
  async evaluate(request: EvaluationRequest, onMessage: (message: EvaluationMessage) => void): Promise<void> {
    const { port1: port, port2 } = new MessageChannel();
    const ended = new Promise<void>((resolve) => {
      this.finish = resolve;
    });
    port.onmessage = ({ data }: MessageEvent<EvaluationMessage>) => {
      onMessage(data);
      if (data.type === 'ended' || data.type === 'failed') this.finish?.();
    };
    try {
      const begun = this.ask((commands) => commands.evaluate(request, transfer(port2, [port2])));
      begun.catch(() => {}); // a stop may come before the answer
      await Promise.race([begun, ended]);
      await Promise.race([ended, this.worker.failed]);
    } finally {
      port.onmessage = null;
      port.close();
      this.finish = null;
    }
  }

  /** Stops at once: no message comes after this call. */
  stop(): void {
    this.worker.end();
    this.finish?.();
  }

  /** Frees the memory of the worker, unless it evaluates. */
  leave(): void {
    if (!this.finish) this.worker.end();
  }
}
