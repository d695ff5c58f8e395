/** Decimal numbers compared exactly, as text has them: no rounding to 53 bits, no underflow. */

/** digits · 10^exponent */
export interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

/** Exponents have at most three digits, so that numbers that are aligned stay small. */
const DECIMAL = /^([+-]?)(\d+\.?\d*|\.\d+)(?:e([+-]?\d{1,3}))?$/i;

/** A decimal number in plain digits; null where the text is none. */
export function decimalOf(text: string): Decimal | null {
  const [, sign, number, exponent = '0'] = DECIMAL.exec(text) ?? [];
  if (number === undefined) return null;
  const [whole = '', fraction = ''] = number.split('.');
  const digits = BigInt(whole + fraction);
  return { digits: sign === '-' ? -digits : digits, exponent: Number(exponent) - fraction.length };
}

const aligned = ({ digits, exponent }: Decimal, to: number): bigint => digits * 10n ** BigInt(exponent - to);

/** |a − b|, exactly. */
export function distanceBetween(a: Decimal, b: Decimal): Decimal {
  const exponent = Math.min(a.exponent, b.exponent);
  const difference = aligned(a, exponent) - aligned(b, exponent);
  return { digits: difference < 0n ? -difference : difference, exponent };
}

/** Whether a = b, exactly. */
export const isSameNumber = (a: Decimal, b: Decimal): boolean => distanceBetween(a, b).digits === 0n;

/** Whether a ≤ b, exactly. */
export function isAtMost(a: Decimal, b: Decimal): boolean {
  const exponent = Math.min(a.exponent, b.exponent);
  return aligned(a, exponent) <= aligned(b, exponent);
}

/** The nearest double; Infinity above the largest. */
export const toNumber = ({ digits, exponent }: Decimal): number => Number(`${digits}e${exponent}`);
