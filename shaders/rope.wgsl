// Rotates the pairs (i, i + R/2) of every query and key head in place, rotate-half as in Hugging Face:
//   x[i] ← x[i]·cos − x[i + R/2]·sin,  x[i + R/2] ← x[i + R/2]·cos + x[i]·sin;  DIRECTION −1 is the gradient.
// A row of qkv is q heads, k heads, v heads; only the first `heads` (q and k) rotate.
struct Params { rows: u32, heads: u32, stride: u32, headDim: u32, rotaryDim: u32 }
override DIRECTION: f32 = 1.0;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> positions: array<u32>;         // [N]
@group(0) @binding(2) var<storage, read> rotations: array<f32>;         // [T, R/2, (cos, sin)]
@group(0) @binding(3) var<storage, read_write> qkv: array<f32>;         // [N, (H + 2K)·D]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let half = params.rotaryDim / 2u;
  let pair = group.x * 64u + local;
  if (pair >= params.heads * half) { return; }
  for (var n = group.y * 8u; n < min(group.y * 8u + 8u, params.rows); n++) {
    let head = pair / half;
    let i = pair - head * half;
    let turn = (positions[n] * half + i) * 2u;
    let cosine = rotations[turn];
    let sine = rotations[turn + 1u] * DIRECTION;
    let at = n * params.stride + head * params.headDim + i;
    let x = qkv[at];
    let y = qkv[at + half];
    qkv[at] = x * cosine - y * sine;
    qkv[at + half] = y * cosine + x * sine;
  }
}
