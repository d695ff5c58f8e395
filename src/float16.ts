/** IEEE 754 binary16 (f16) on the host: conversion to bits and back. Any room may import this file. */

/** Smallest normal f16. Values below it are multiples of 2⁻²⁴. */
const MIN_NORMAL = 2 ** -14;
/** 2¹⁶ − 2⁴. From here on the nearest f16 is infinity. */
const OVERFLOW = 65520;

/** Rounds to the nearest integer, ties to even. */
function roundEven(value: number): number {
  const below = Math.floor(value);
  const over = value - below;
  return over > 0.5 || (over === 0.5 && below % 2 === 1) ? below + 1 : below;
}

/** Rounds to the nearest f16, ties to even. */
export function roundToHalf(value: number): number {
  const size = Math.abs(value);
  if (!(size < OVERFLOW)) return Number.isNaN(value) ? value : Math.sign(value) * Number.POSITIVE_INFINITY;
  const unit = size < MIN_NORMAL ? 2 ** -24 : 2 ** (Math.floor(Math.log2(size)) - 10);
  return Math.sign(value) * roundEven(size / unit) * unit;
}

/** Bits of the nearest f16: 1 sign, 5 exponent (bias 15) and 10 fraction bits. */
export function halfBits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const half = Math.abs(roundToHalf(value));
  if (Number.isNaN(half)) return 0x7e00;
  if (half === Number.POSITIVE_INFINITY) return sign | 0x7c00;
  if (half < MIN_NORMAL) return sign | (half * 2 ** 24);
  const exponent = Math.floor(Math.log2(half));
  return sign | ((exponent + 15) << 10) | (half / 2 ** (exponent - 10) - 1024);
}

/** Value of the f16 with these bits. */
export function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}
