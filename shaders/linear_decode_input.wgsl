// Prelude of linear_decode.wgsl and its variants: parameters, bindings, and the layer's input function f.
struct Params { m: u32, n: u32, k: u32, accumulate: u32, eps: f32 }
override INPUT: u32 = 0;
override ROUNDS: bool = false;                                      // true: f(a) rounds to f16, as when stored in f16
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;             // [M, K], [M, 2K] for SwiGLU
@group(0) @binding(2) var<storage, read> weight: array<f32>;        // [K], read for RMSNorm
@group(0) @binding(3) var<storage, read> b: array<f32>;             // [N, K]
@group(0) @binding(4) var<storage, read_write> c: array<f32>;       // [M, N]

fn scaleOf(row: u32) -> f32 {
  if (INPUT != 1u) { return 1.0; }
  var squares = 0.0;
  for (var k = 0u; k < params.k; k++) { squares += a[row * params.k + k] * a[row * params.k + k]; }
  return 1.0 / sqrt(squares / f32(params.k) + params.eps);
}

fn inputAt(row: u32, k: u32) -> f32 {
  if (INPUT != 2u) { return a[row * params.k + k]; }
  let gate = a[row * 2u * params.k + k];
  return a[row * 2u * params.k + params.k + k] * gate / (1.0 + exp(min(-gate, 80.0)));
}
