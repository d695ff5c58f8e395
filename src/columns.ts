/**
 * Rows of numbers by name, in typed arrays with room for a known number of rows. A long run takes no more memory at its end than
 * at its start.
 */
export class Columns {
  private readonly columns = new Map<string, Float64Array<ArrayBuffer>>();
  private rows = 0;

  /** @param room rows that will come; more make it grow */
  constructor(private room = 0) {}

  /** Number of rows. */
  get length(): number {
    return this.rows;
  }

  /** Drops all rows and makes room. */
  clear(room: number): void {
    this.columns.clear();
    this.rows = 0;
    this.room = room;
  }

  /** Adds a row of finite numbers, with any names. */
  push(row: Readonly<Record<string, number>>): void {
    if (this.rows === this.room) this.grow();
    for (const [name, value] of Object.entries(row)) this.column(name)[this.rows] = value;
    this.rows++;
  }

  /** Numbers of the i-th row, from 0: those that it has, of `names`, in the order of `names`. */
  row(i: number, names: Iterable<string> = this.columns.keys()): Record<string, number> {
    const row: Record<string, number> = {};
    for (const name of names) {
      const value = this.columns.get(name)?.[i];
      if (value !== undefined && !Number.isNaN(value)) row[name] = value;
    }
    return row;
  }

  /** One number of the i-th row; undefined where the row lacks it. */
  value(i: number, name: string): number | undefined {
    const value = i < this.rows ? this.columns.get(name)?.[i] : undefined;
    return value === undefined || Number.isNaN(value) ? undefined : value;
  }

  /** Drops the rows after the first `rows`. */
  cutTo(rows: number): void {
    this.rows = Math.max(0, Math.min(this.rows, rows));
    for (const column of this.columns.values()) column.fill(Number.NaN, this.rows);
  }

  private column(name: string): Float64Array<ArrayBuffer> {
    const found = this.columns.get(name);
    if (found) return found;
    const column = new Float64Array(this.room).fill(Number.NaN);
    this.columns.set(name, column);
    return column;
  }

  private grow(): void {
    this.room = Math.max(16, 2 * this.room);
    for (const [name, column] of this.columns) {
      const larger = new Float64Array(this.room).fill(Number.NaN);
      larger.set(column);
      this.columns.set(name, larger);
    }
  }
}
