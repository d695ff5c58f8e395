/** An action of `runs` on stored runs, as one record. */

export interface ActionOptions {
  readonly out: string | undefined;
  readonly json: boolean;
}

export interface RunAction {
  /** First word after `runs`. */
  readonly name: string;
  /** Words after the name. */
  readonly operands: readonly string[];
  /** True if it writes to `--out`. */
  readonly writes: boolean;
  /** Called with as many operands as the record names. */
  run(operands: readonly string[], options: ActionOptions): Promise<void>;
}

export const usageOf = ({ name, operands }: RunAction): string => [name, ...operands].join(' ');
