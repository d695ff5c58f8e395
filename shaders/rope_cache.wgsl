// One decoding step's q|k|v rows, one row a slot: turns q in place, and writes turned k and plain v into the slot's row
// of the cache at its position. cache[s, t] = k heads, v heads.
struct Params { slots: u32, capacity: u32, rotaryDim: u32 }
override HEADS: u32 = 1;
override KV_HEADS: u32 = 1;
override HEAD_VEC4: u32 = 1;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> positions: array<u32>;         // [S]
@group(0) @binding(2) var<storage, read> rotations: array<f32>;         // [T, R/2, (cos, sin)]
@group(0) @binding(3) var<storage, read_write> qkv: array<f32>;         // [S, (H + 2K)·D]
@group(0) @binding(4) var<storage, read_write> cache: array<f32>;       // [S, T, 2K·D]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let headDim = HEAD_VEC4 * 4u;
  let width = (HEADS + 2u * KV_HEADS) * headDim;
  let index = (group.y * groups.x + group.x) * 64u + local;
  if (index >= params.slots * width) { return; }
  let s = index / width;
  let at = index % width;
  let head = at / headDim;
  let i = at % headDim;
  let half = params.rotaryDim / 2u;
  let position = positions[s];
  let cached = (s * params.capacity + position) * 2u * KV_HEADS * headDim + at - HEADS * headDim;
  if (head >= HEADS + KV_HEADS || i >= params.rotaryDim) {
    if (head >= HEADS) { cache[cached] = qkv[index]; }
    return;
  }
  if (i >= half) { return; }  // its pair's first half turns both
  let turn = (position * half + i) * 2u;
  let cosine = rotations[turn];
  let sine = rotations[turn + 1u];
  let x = qkv[index] * cosine - qkv[index + half] * sine;
  let y = qkv[index + half] * cosine + qkv[index] * sine;
  if (head < HEADS) {
    qkv[index] = x;
    qkv[index + half] = y;
  } else {
    cache[cached] = x;
    cache[cached + half] = y;
  }
}
