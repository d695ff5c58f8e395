enable subgroups;
// attention.wgsl for subgroups of 8: the invocations are 8 tokens in a row, and load each key and value between them.
// Heads: head.wgsl.
struct Params { rows: u32, scale: f32 }
override HEADS: u32 = 1;
override KV_HEADS: u32 = 1;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> starts: array<u32>;            // [N]
@group(0) @binding(2) var<storage, read> qkv: array<f32>;               // [N, (H + 2K)·D]
@group(0) @binding(3) var<storage, read_write> out: array<f32>;         // [N, H·D]
@group(0) @binding(4) var<storage, read_write> lse: array<f32>;         // [N, H]

fn ownColumn(at: u32, i: u32) -> vec4f {
  if (i >= HEAD_VEC4) { return vec4f(); }
  let first = 4u * (at + i);
  return vec4f(qkv[first], qkv[first + 1u], qkv[first + 2u], qkv[first + 3u]);
}

fn ownOwn(at: u32, first: u32) -> mat4x4f {
  if (first >= HEAD_VEC4) { return mat4x4f(); }
  return mat4x4f(ownColumn(at, first), ownColumn(at, first + 1u), ownColumn(at, first + 2u), ownColumn(at, first + 3u));
}

// A head of the invocation's own; places count in vec4.
fn own(at: u32) -> Head {
  return Head(ownOwn(at, 0u), ownOwn(at, 4u), ownOwn(at, 8u), ownOwn(at, 12u));
}

// 16 channels of a head whose place every invocation knows: each loads two of them, all get all by broadcast.
fn spreadQuad(at: u32, first: u32, lane: u32) -> mat4x4f {
  if (first >= HEAD_VEC4) { return mat4x4f(); }
  let low = select(0.0, qkv[4u * (at + first) + lane], 4u * first + lane < 4u * HEAD_VEC4);
  let high = select(0.0, qkv[4u * (at + first) + 8u + lane], 4u * first + 8u + lane < 4u * HEAD_VEC4);
  return mat4x4f(
    subgroupBroadcast(low, 0u), subgroupBroadcast(low, 1u), subgroupBroadcast(low, 2u), subgroupBroadcast(low, 3u),
    subgroupBroadcast(low, 4u), subgroupBroadcast(low, 5u), subgroupBroadcast(low, 6u), subgroupBroadcast(low, 7u),
    subgroupBroadcast(high, 0u), subgroupBroadcast(high, 1u), subgroupBroadcast(high, 2u), subgroupBroadcast(high, 3u),
    subgroupBroadcast(high, 4u), subgroupBroadcast(high, 5u), subgroupBroadcast(high, 6u), subgroupBroadcast(high, 7u));
}

fn spread(at: u32, lane: u32) -> Head {
  return Head(spreadQuad(at, 0u, lane), spreadQuad(at, 4u, lane), spreadQuad(at, 8u, lane), spreadQuad(at, 12u, lane));
}

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
