/** Curves of a reward term: its value over one measure of a completion, with points that set its constants. */

/** Point of a curve that a person may drag. Each given field is a constant of the term. */
export interface CurvePoint {
  /** Name for screen readers, such as "Correct and short". */
  readonly label: string;
  readonly x: number;
  readonly y: number;
  /** Constant that holds `x`; left out where x is fixed. */
  readonly xField?: string;
  /** Constant that holds `y`; left out where y is fixed. */
  readonly yField?: string;
}

export interface CurveLine {
  readonly label: string;
  readonly valueAt: (x: number) => number;
  readonly points: readonly CurvePoint[];
}

export interface TermCurve {
  /** Measure along x, such as "tokens". */
  readonly x: { readonly label: string; readonly max: number };
  readonly lines: readonly CurveLine[];
}
