enable subgroups;
// attention.wgsl for subgroups of 8. The invocations compute 8 consecutive tokens and load each key and value together. Prelude:
// head.wgsl.
struct Params { rows: u32, scale: f32 }
override HEADS: u32 = 1;
override KV_HEADS: u32 = 1;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> starts: array<u32>;            // [N]
@group(0) @binding(2) var<storage, read> qkv: array<f32>;               // [N, (H + 2K)·D]
@group(0) @binding(3) var<storage, read_write> out: array<f32>;         // [N, H·D]
@group(0) @binding(4) var<storage, read_write> lse: array<f32>;         // [N, H]

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let index = group.y * groups.x + group.x;
  let head = index % HEADS;
  let firstRow = index / HEADS * 8u;
  if (firstRow >= params.rows) { return; }
  let n = firstRow + lane;
  let row = min(n, params.rows - 1u);
  let width = HEADS + 2u * KV_HEADS;
  var query: Query;
  query.q = own((row * width + head) * HEAD_VEC4);
  query.top = LOWEST;
  query.first = starts[row];
  query.last = n;
  let keys = (HEADS + head / (HEADS / KV_HEADS)) * HEAD_VEC4;
  for (var j = starts[firstRow]; j < min(firstRow + 8u, params.rows); j++) {
    let k = spread(j * width * HEAD_VEC4 + keys, lane);
    let v = spread(j * width * HEAD_VEC4 + keys + KV_HEADS * HEAD_VEC4, lane);
    query = attend(query, j, k, v, params.scale);
  }
  if (n >= params.rows) { return; }
  let at = (n * HEADS + head) * HEAD_VEC4;
  for (var i = 0u; i < HEAD_VEC4 * 4u; i++) { out[at * 4u + i] = vec4Of(query.sum, i / 4u)[i % 4u] / query.total; }
  lse[n * HEADS + head] = query.top + log(query.total);
}
