/** Curve of a run: metrics of each GRPO step, as the summary lists them, with room for the whole run. */
import { Columns } from '../../columns';
import type { CurvePoint } from './events';

export class Curve {
  private readonly columns: Columns;

  /** @param steps GRPO steps of the recipe */
  constructor(steps: number, before: readonly CurvePoint[] = []) {
    this.columns = new Columns(steps);
    for (const point of before) this.push(point);
  }

  get length(): number {
    return this.columns.length;
  }

  /** Number of the last step; null before the first. */
  get lastStep(): number | null {
    return this.columns.row(this.length - 1, ['step']).step ?? null;
  }

  get points(): CurvePoint[] {
    return Array.from({ length: this.length }, (_, i) => this.columns.row(i) as CurvePoint & Record<string, number>);
  }

  push(point: CurvePoint): void {
    this.columns.push({ ...point });
  }

  cutTo(points: number): void {
    this.columns.cutTo(points);
  }
}
