/** Client of the worker, in the page. It ends a worker that fails or does not stop in time; the next command gets a fresh one. */
import { type Remote, transfer } from 'comlink';
import type { Recipe } from '../lab/recipe/recipe';
import type { Fields } from '../lab/run/changes';
import type { ApplyEvent } from '../lab/run/events';
import { Connection, WorkerEnded } from './connection';
import type { AskedFork } from './forkedRun';
import type { MetaEdit } from './metaEdit';
import type { AdapterStatus, Compute, LabCommands, RunMessage } from './protocol';

/** Time for a run to stop by itself, ms. A step, a hanging custom term or a compiling kernel may take far longer. */
const STOP_MS = 300;

const NOT_APPLIED =
  'apply: the run stopped before its next step and did not change; apply it again when the run continues';

type Command = (commands: Remote<LabCommands>) => Promise<void>;
type OnMessage = (message: RunMessage) => void;

export class LabClient {
  private connection: Connection | null = null;
  private port: MessagePort | null = null;
  /** Ends the watch over the current run; null without a run. */
  private release: (() => void) | null = null;
  /** Commands for a run that starts when the previous one has ended; null if none will start. */
  private waiting: Command[] | null = null;
  /** Count of starts and stops. A start does nothing if a later command has changed it. */
  private turn = 0;

  /** @param onFailed called with the reason if a worker ends by itself */
  constructor(private readonly onFailed: (reason: WorkerEnded) => void) {}

  private connect(): Connection {
    this.connection ??= new Connection((reason) => {
      this.connection = null;
      this.closeRun();
      this.onFailed(reason);
    });
    return this.connection;
  }

  private closeRun(): void {
    this.release?.();
    this.release = null;
    this.port?.close();
    this.port = null;
  }

  /** Sends a query, and once more if *Stop* ends the worker meanwhile. */
  private async query<T>(command: (commands: Remote<LabCommands>) => Promise<T>): Promise<T> {
    try {
      return await this.connect().ask(command);
    } catch (error) {
      if (error instanceof WorkerEnded && error.cause === 'stopped') return this.connect().ask(command);
      throw error;
    }
  }

  adapter() {
    return this.query<AdapterStatus>((commands) => commands.adapter());
  }

  estimate(recipe: Recipe, compute: Compute) {
    return this.query((commands) => commands.estimate(recipe, compute));
  }

  fitting(recipe: Recipe, compute: Compute, bytes: number) {
    return this.query((commands) => commands.fitting(recipe, compute, bytes));
  }

  sourceFault(source: string) {
    return this.query((commands) => commands.sourceFault(source));
  }

  editRun(name: string, edit: MetaEdit) {
    return this.query((commands) => commands.editRun(name, edit));
  }

  rolloutsOf(name: string, step: number) {
    return this.query((commands) => commands.rolloutsOf(name, step));
  }

  start(recipe: Recipe, compute: Compute, onMessage: OnMessage): Promise<void> {
    return this.begin((commands, port) => commands.start(recipe, compute, port), onMessage);
  }

  continueRun(name: string, compute: Compute, onMessage: OnMessage): Promise<void> {
    return this.begin((commands, port) => commands.continueRun(name, compute, port), onMessage);
  }

  /** Rejects naming each field that the fork cannot change. Ends no run. */
  checkFork(asked: AskedFork): Promise<void> {
    return this.query((commands) => commands.checkFork(asked));
  }

  fork(asked: AskedFork, compute: Compute, onMessage: OnMessage): Promise<void> {
    return this.begin((commands, port) => commands.fork(asked, compute, port), onMessage);
  }

  openRun(name: string, onMessage: OnMessage): Promise<void> {
    return this.begin((commands, port) => commands.openRun(name, port), onMessage);
  }

  /** Ends any run, then begins this one. Later commands apply to this run. Messages of an earlier run are dropped. */
  private async begin(
    begins: (commands: Remote<LabCommands>, port: MessagePort) => Promise<void>,
    onMessage: OnMessage,
  ): Promise<void> {
    const mine = ++this.turn;
    const waiting: Command[] = [];
    this.waiting = waiting;
    await this.endRun();
    if (mine !== this.turn) return;
    this.waiting = null;
    this.closeRun();
    const connection = this.connect();
    const { port1, port2 } = new MessageChannel();
    const release = connection.hold();
    this.port = port1;
    this.release = release;
    port1.onmessage = ({ data }: MessageEvent<RunMessage>) => {
      connection.heard();
      if (data.type === 'stopped' || data.type === 'failed') this.runEnded(release);
      onMessage(data);
    };
    const started = connection.ask((commands) => begins(commands, transfer(port2, [port2])));
    for (const command of waiting) this.command(command);
    await started;
  }

  private runEnded(release: () => void): void {
    release();
    if (this.release === release) this.release = null;
  }

  /** Changes the recipe of the current run before its next step. */
  async apply(fields: Fields): Promise<ApplyEvent> {
    const { connection } = this;
    if (!connection || !this.release) throw new Error(NOT_APPLIED);
    try {
      return await connection.ask((commands) => commands.apply(fields));
    } catch (error) {
      throw error instanceof WorkerEnded ? new Error(NOT_APPLIED) : error;
    }
  }

  pause(): void {
    this.command((commands) => commands.pause());
  }

  resume(): void {
    this.command((commands) => commands.resume());
  }

  step(): void {
    this.command((commands) => commands.step());
  }

  stepPhase(): void {
    this.command((commands) => commands.stepPhase());
  }

  checkpoint(): void {
    this.command((commands) => commands.checkpoint());
  }

  /** Sends a command to the current run. `onFailed` reports a worker that fails. */
  private command(command: Command): void {
    if (this.waiting) this.waiting.push(command);
    else if (this.release) this.connection?.ask(command).catch(() => {});
  }

  /** Ends the run within `STOP_MS`: by itself if possible, else together with its worker. */
  async stop(): Promise<void> {
    this.turn++;
    this.waiting = null;
    await this.endRun();
  }

  private async endRun(): Promise<void> {
    const { connection, release } = this;
    if (!connection || !release) return;
    const timer = setTimeout(() => {
      if (this.connection === connection) this.connection = null;
      connection.end(new WorkerEnded('the run was stopped', 'stopped'));
    }, STOP_MS);
    await connection.ask((commands) => commands.stop()).catch(() => {});
    clearTimeout(timer);
    this.runEnded(release);
  }
}
