// Copies the keys and values of packed prompts into the cache: cache[places[n]] = (k heads, v heads) of qkv[n].
// The places of a batch are distinct, so no two invocations write the same number.
struct Params { rows: u32 }
override HEADS: u32 = 1;
override KV_HEADS: u32 = 1;
override HEAD_VEC4: u32 = 1;                                             // D / 4
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> places: array<u32>;             // [N] row of the cache
@group(0) @binding(2) var<storage, read> qkv: array<vec4f>;              // [N, (H + 2K)·D], rotated
@group(0) @binding(3) var<storage, read_write> cache: array<vec4f>;      // [rows, 2K·D]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let index = (group.y * groups.x + group.x) * 64u + local;
  let width = 2u * KV_HEADS * HEAD_VEC4;
  if (index >= params.rows * width) { return; }
  let n = index / width;
  let i = index % width;
  cache[places[n] * width + i] = qkv[n * (HEADS + 2u * KV_HEADS) * HEAD_VEC4 + HEADS * HEAD_VEC4 + i];
}
