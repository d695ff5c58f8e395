/** Exact comparison of decimal numbers in text: no rounding to 53 bits, no underflow. */

/** Value digits · 10^exponent. */
export interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

/** Syntax of a number. Exponents have at most three digits, so that aligned numbers stay small. */
const DECIMAL = /^([+-]?)(\d+\.?\d*|\.\d+)(?:e([+-]?\d{1,3}))?$/i;

/** Parses a decimal number; null if the text is not one. */
export function decimalOf(text: string): Decimal | null {
  const [, sign, number, exponent = '0'] = DECIMAL.exec(text) ?? [];
  if (number === undefined) return null;
  const [whole = '', fraction = ''] = number.split('.');
  const digits = BigInt(whole + fraction);
  return { digits: sign === '-' ? -digits : digits, exponent: Number(exponent) - fraction.length };
}

const aligned = ({ digits, exponent }: Decimal, to: number): bigint => digits * 10n ** BigInt(exponent - to);

/** Exact |a − b|. */
export function distanceBetween(a: Decimal, b: Decimal): Decimal {
  const exponent = Math.min(a.exponent, b.exponent);
  const difference = aligned(a, exponent) - aligned(b, exponent);
  return { digits: difference < 0n ? -difference : difference, exponent };
}

/** Exact a = b. */
export const isSameNumber = (a: Decimal, b: Decimal): boolean => distanceBetween(a, b).digits === 0n;

/** Exact a ≤ b. */
export function isAtMost(a: Decimal, b: Decimal): boolean {
  const exponent = Math.min(a.exponent, b.exponent);
  return aligned(a, exponent) <= aligned(b, exponent);
}

/** Nearest double; Infinity above the largest. */
export const toNumber = ({ digits, exponent }: Decimal): number => Number(`${digits}e${exponent}`);
