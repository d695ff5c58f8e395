// c[m, n] (+)= Σ over k of A[m, k] · B[k, n]  (+ addend[m, n])
// A is a[m, k], or a[k, m] where TRANSPOSE_A; B is b[k, n], or b[n, k] where TRANSPOSE_B. Rows are packed, no strides.
// Each invocation keeps a 4×8 tile in registers and reads straight from storage: on software adapters a barrier costs
// more than it saves, and on a GPU the caches serve the shared rows. Edges clamp what they read and skip what they write.
struct Params { m: u32, n: u32, k: u32, accumulate: u32, add: u32 }
override TRANSPOSE_A: bool = false;
override TRANSPOSE_B: bool = false;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read> addend: array<f32>;        // [M, N], read where add
@group(0) @binding(4) var<storage, read_write> c: array<f32>;       // [M, N]

fn store(row: u32, column: u32, value: f32) {
  if (row >= params.m || column >= params.n) { return; }
  let i = row * params.n + column;
  var sum = value;
  if (params.add != 0u) { sum += addend[i]; }
  if (params.accumulate != 0u) { sum += c[i]; }
  c[i] = sum;
}

fn storeRow(row: u32, column: u32, low: vec4f, high: vec4f) {
  store(row, column, low.x);
  store(row, column + 1u, low.y);
  store(row, column + 2u, low.z);
  store(row, column + 3u, low.w);
  store(row, column + 4u, high.x);
  store(row, column + 5u, high.y);
  store(row, column + 6u, high.z);
  store(row, column + 7u, high.w);
}

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
  var a0 = row * strideA;
  var a1 = min(row + 1u, lastRow) * strideA;
  var a2 = min(row + 2u, lastRow) * strideA;
  var a3 = min(row + 3u, lastRow) * strideA;
  var b0 = column * strideB;
  var b1 = min(column + 1u, lastColumn) * strideB;
  var b2 = min(column + 2u, lastColumn) * strideB;
  var b3 = min(column + 3u, lastColumn) * strideB;
  var b4 = min(column + 4u, lastColumn) * strideB;
  var b5 = min(column + 5u, lastColumn) * strideB;
  var b6 = min(column + 6u, lastColumn) * strideB;
  var b7 = min(column + 7u, lastColumn) * strideB;
  var low0 = vec4f(); var low1 = vec4f(); var low2 = vec4f(); var low3 = vec4f();
  var high0 = vec4f(); var high1 = vec4f(); var high2 = vec4f(); var high3 = vec4f();
  for (var k = 0u; k < params.k; k++) {
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
  storeRow(row, column, low0, high0);
  storeRow(row + 1u, column, low1, high1);
  storeRow(row + 2u, column, low2, high2);
  storeRow(row + 3u, column, low3, high3);
}
