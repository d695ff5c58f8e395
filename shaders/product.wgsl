// Prelude of the matrix products that bind array<f32>: parameters, bindings, and the store of one number.
struct Params { m: u32, n: u32, k: u32, accumulate: u32, add: u32, splits: u32, stride: u32 }
override TRANSPOSE_A: bool = false;
override TRANSPOSE_B: bool = false;
override ADDS: bool = true;                                         // false: compiled without `add`
override ACCUMULATES: bool = true;                                  // false: compiled without `accumulate`
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;             // [M, K], [K, M] if TRANSPOSE_A
@group(0) @binding(2) var<storage, read> b: array<f32>;             // [K, N], [N, K] if TRANSPOSE_B
@group(0) @binding(3) var<storage, read> addend: array<f32>;        // [M, N], read if add
@group(0) @binding(4) var<storage, read_write> c: array<f32>;       // [M, N], one part every `stride` numbers

fn store(row: u32, column: u32, part: u32, value: f32) {
  let i = row * params.n + column;
  let at = part * params.stride + i;
  var sum = value;
  if (ADDS && params.add != 0u) { sum += addend[i]; }
  if (ACCUMULATES && params.accumulate != 0u) { sum += c[at]; }
  c[at] = sum;
}
