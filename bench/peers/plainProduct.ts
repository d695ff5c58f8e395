/** The matrix product of one core: 4×4 results in registers, rows of both sides contiguous. */

/** c [m, n] = a·bᵀ, or c + a·bᵀ, of a [m, k] and b [n, k]. */
export function multiplyTransposed(
  a: Float32Array,
  b: Float32Array,
  c: Float32Array,
  { m, n, k, accumulate = false }: { m: number; n: number; k: number; accumulate?: boolean },
): void {
  const wholeM = m - (m % 4);
  const wholeN = n - (n % 4);
  if (!accumulate) c.fill(0, 0, m * n);
  for (let i = 0; i < wholeM; i += 4)
    for (let j = 0; j < wholeN; j += 4) {
      const [a0, b0] = [i * k, j * k];
      const [a1, a2, a3] = [a0 + k, a0 + 2 * k, a0 + 3 * k];
      const [b1, b2, b3] = [b0 + k, b0 + 2 * k, b0 + 3 * k];
      // scalars, because an array of sums would live in memory
      let [s00, s01, s02, s03] = [0, 0, 0, 0];
      let [s10, s11, s12, s13] = [0, 0, 0, 0];
      let [s20, s21, s22, s23] = [0, 0, 0, 0];
      let [s30, s31, s32, s33] = [0, 0, 0, 0];
      for (let l = 0; l < k; l++) {
        const x0 = a[a0 + l]!;
        const x1 = a[a1 + l]!;
        const x2 = a[a2 + l]!;
        const x3 = a[a3 + l]!;
        const y0 = b[b0 + l]!;
        const y1 = b[b1 + l]!;
        const y2 = b[b2 + l]!;
        const y3 = b[b3 + l]!;
        s00 += x0 * y0;
        s01 += x0 * y1;
        s02 += x0 * y2;
        s03 += x0 * y3;
        s10 += x1 * y0;
        s11 += x1 * y1;
        s12 += x1 * y2;
        s13 += x1 * y3;
        s20 += x2 * y0;
        s21 += x2 * y1;
        s22 += x2 * y2;
        s23 += x2 * y3;
        s30 += x3 * y0;
        s31 += x3 * y1;
        s32 += x3 * y2;
        s33 += x3 * y3;
      }
      addFour(c, i * n + j, s00, s01, s02, s03);
      addFour(c, (i + 1) * n + j, s10, s11, s12, s13);
      addFour(c, (i + 2) * n + j, s20, s21, s22, s23);
      addFour(c, (i + 3) * n + j, s30, s31, s32, s33);
    }
  for (let i = 0; i < m; i++)
    for (let j = i < wholeM ? wholeN : 0; j < n; j++) {
      let sum = 0;
      for (let l = 0; l < k; l++) sum += a[i * k + l]! * b[j * k + l]!;
      c[i * n + j]! += sum;
    }
}

function addFour(c: Float32Array, at: number, s0: number, s1: number, s2: number, s3: number): void {
  c[at]! += s0;
  c[at + 1]! += s1;
  c[at + 2]! += s2;
  c[at + 3]! += s3;
}

const BLOCK = 16;

/** x [rows, columns] as [columns, rows], block by block to stay in the cache. */
export function transposed(x: Float32Array, rows: number, columns: number): Float32Array {
  const y = new Float32Array(rows * columns);
  for (let i0 = 0; i0 < rows; i0 += BLOCK)
    for (let j0 = 0; j0 < columns; j0 += BLOCK)
      for (let i = i0; i < Math.min(rows, i0 + BLOCK); i++)
        for (let j = j0; j < Math.min(columns, j0 + BLOCK); j++) y[j * rows + i] = x[i * columns + j]!;
  return y;
}
