// c[m, n] (+)= Σ over k of A[m, k] · B[k, n]  (+ addend[m, n])
// A is a[m, k], or a[k, m] with TRANSPOSE_A; B is b[k, n], or b[n, k] with TRANSPOSE_B. Rows are packed, without strides.
// Each invocation keeps a 4×8 tile in registers and reads directly from storage. On software adapters a barrier costs more
// than it saves, and on a GPU the caches serve shared rows. Edges clamp reads and skip writes.
// With splits > 1, workgroup layer z sums its own share of k into c[z], and plane_sum.wgsl adds the layers.

@compute @workgroup_size(8, 4)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x * 8u;
  let row = id.y * 4u;
  if (row >= params.m || column >= params.n) { return; }
  let lastRow = params.m - 1u;
  let lastColumn = params.n - 1u;
  let strideA = select(params.k, 1u, TRANSPOSE_A);
  let strideB = select(1u, params.k, TRANSPOSE_B);
  let stepA = select(1u, params.m, TRANSPOSE_A);
  let stepB = select(params.n, 1u, TRANSPOSE_B);
  let share = (params.k + 4u * params.splits - 1u) / (4u * params.splits) * 4u;
  let first = min(params.k, id.z * share);
  let end = min(params.k, first + share);
  var a0 = row * strideA + first * stepA;
  var a1 = min(row + 1u, lastRow) * strideA + first * stepA;
  var a2 = min(row + 2u, lastRow) * strideA + first * stepA;
  var a3 = min(row + 3u, lastRow) * strideA + first * stepA;
  var b0 = column * strideB + first * stepB;
  var b1 = min(column + 1u, lastColumn) * strideB + first * stepB;
  var b2 = min(column + 2u, lastColumn) * strideB + first * stepB;
  var b3 = min(column + 3u, lastColumn) * strideB + first * stepB;
  var b4 = min(column + 4u, lastColumn) * strideB + first * stepB;
  var b5 = min(column + 5u, lastColumn) * strideB + first * stepB;
  var b6 = min(column + 6u, lastColumn) * strideB + first * stepB;
  var b7 = min(column + 7u, lastColumn) * strideB + first * stepB;
  var low0 = vec4f(); var low1 = vec4f(); var low2 = vec4f(); var low3 = vec4f();
  var high0 = vec4f(); var high1 = vec4f(); var high2 = vec4f(); var high3 = vec4f();
  for (var k = first; k < end; k++) {
    let low = vec4f(b[b0], b[b1], b[b2], b[b3]);
    let high = vec4f(b[b4], b[b5], b[b6], b[b7]);
    let v0 = a[a0];
    let v1 = a[a1];
    let v2 = a[a2];
    let v3 = a[a3];
    low0 += v0 * low; high0 += v0 * high;
    low1 += v1 * low; high1 += v1 * high;
    low2 += v2 * low; high2 += v2 * high;
    low3 += v3 * low; high3 += v3 * high;
    a0 += stepA; a1 += stepA; a2 += stepA; a3 += stepA;
    b0 += stepB; b1 += stepB; b2 += stepB; b3 += stepB;
    b4 += stepB; b5 += stepB; b6 += stepB; b7 += stepB;
  }
  // one store in a loop, because compilers take long for 32 in a row
  var sums = array<vec4f, 8>(low0, high0, low1, high1, low2, high2, low3, high3);
  for (var r = 0u; r < min(4u, params.m - row); r++) {
    for (var q = 0u; q < min(8u, params.n - column); q++) {
      store(row + r, column + q, id.z, sums[2u * r + q / 4u][q % 4u]);
    }
  }
}
