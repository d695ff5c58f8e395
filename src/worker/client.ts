/** The page's end of the worker. A worker that fails or does not stop in time is ended; the next command gets a fresh one. */
import { type Remote, transfer } from 'comlink';
import type { Recipe } from '../lab/recipe/recipe';
import { Connection, WorkerEnded } from './connection';
import type { AdapterStatus, Compute, LabCommands, RunMessage } from './protocol';

/** Milliseconds that a run has to end by itself: a step, a hanging custom term or a compiling kernel may take far longer. */
const STOP_MS = 300;

type Command = (commands: Remote<LabCommands>) => Promise<void>;

export class LabClient {
  private connection: Connection | null = null;
  private port: MessagePort | null = null;
  /** Ends the watch over the run that is under way; null where there is none. */
  private release: (() => void) | null = null;
  /** Commands for a run that begins when the one before has ended; null where none is to begin. */
  private waiting: Command[] | null = null;
  /** Grows with every start and stop: a start that a later command overtook starts nothing. */
  private turn = 0;

  /** @param onFailed called with why a worker ended by itself */
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

  /** Asks again where *Stop* ended the worker meanwhile. */
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

  sourceFault(source: string) {
    return this.query((commands) => commands.sourceFault(source));
  }

  /** Ends any run, then starts this one. Commands from now on are for this one. Messages of an earlier run are no longer heard. */
  async start(recipe: Recipe, compute: Compute, onMessage: (message: RunMessage) => void): Promise<void> {
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
    const started = connection.ask((commands) => commands.start(recipe, compute, transfer(port2, [port2])));
    for (const command of waiting) this.command(command);
    await started;
  }

  private runEnded(release: () => void): void {
    release();
    if (this.release === release) this.release = null;
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

  /** For the run under way. A worker that fails says so to `onFailed`. */
  private command(command: Command): void {
    if (this.waiting) this.waiting.push(command);
    else if (this.release) this.connection?.ask(command).catch(() => {});
  }

  /** Ends the run within `STOP_MS`: by itself where it can, else together with its worker. */
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
