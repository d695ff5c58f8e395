/** Errors that end a run and say which setting to change. */

/** Change of one recipe field. */
export interface SettingChange {
  readonly field: string;
  readonly from: number | boolean;
  readonly to: number | boolean;
}

const changeText = ({ field, from, to }: SettingChange): string => `use ${field}=${to} (now ${from})`;

export class AdvisedError extends Error {
  /** @param what fault and place, without advice */
  constructor(
    readonly what: string,
    readonly change: SettingChange | null,
  ) {
    super(change ? `${what}; ${changeText(change)}` : what);
  }

  /** Message with the change as an option of the terminal. */
  get terminalMessage(): string {
    return this.change ? `${this.what}; ${changeText(this.change).replace('use ', 'use --set ')}` : this.what;
  }
}
