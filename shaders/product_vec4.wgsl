// Prelude of the matrix products that bind array<vec4f>: parameters, bindings, and the store of four numbers.
struct Params { m: u32, n: u32, k: u32, accumulate: u32, add: u32, splits: u32, stride: u32 }
override TRANSPOSE_A: bool = false;
override TRANSPOSE_B: bool = false;
override ADDS: bool = true;                                         // false: compiled without `add`
override ACCUMULATES: bool = true;                                  // false: compiled without `accumulate`
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<vec4f>;             // [M, K], [K, M] if TRANSPOSE_A
@group(0) @binding(2) var<storage, read> b: array<vec4f>;             // [K, N], [N, K] if TRANSPOSE_B
@group(0) @binding(3) var<storage, read> addend: array<vec4f>;        // [M, N], read if add
@group(0) @binding(4) var<storage, read_write> c: array<vec4f>;       // [M, N], one part every `stride` numbers

fn store(row: u32, column4: u32, part: u32, value: vec4f) {
  let i = row * (params.n / 4u) + column4;
  let at = part * (params.stride / 4u) + i;
  var sum = value;
  if (ADDS && params.add != 0u) { sum += addend[i]; }
  if (ACCUMULATES && params.accumulate != 0u) { sum += c[at]; }
  c[at] = sum;
}
