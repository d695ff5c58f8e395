enable subgroups;
// attention_grad_kv.wgsl for subgroups of 8. The invocations compute 8 consecutive tokens and load each query together. Prelude:
// head.wgsl.
struct Params { rows: u32, scale: f32 }
override HEADS: u32 = 1;
override KV_HEADS: u32 = 1;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> ends: array<u32>;              // [N]
@group(0) @binding(2) var<storage, read> qkv: array<f32>;               // [N, (H + 2K)·D]
@group(0) @binding(3) var<storage, read> lse: array<f32>;               // [N, H]
@group(0) @binding(4) var<storage, read> delta: array<f32>;             // [N, H]
@group(0) @binding(5) var<storage, read> dout: array<f32>;              // [N, H·D]
@group(0) @binding(6) var<storage, read_write> dqkv: array<f32>;        // [N, (H + 2K)·D], the k and v parts

// 16 channels of a head that all invocations need: each loads two of them and broadcasts them.
fn spreadGradQuad(at: u32, first: u32, lane: u32) -> mat4x4f {
  if (first >= HEAD_VEC4) { return mat4x4f(); }
  let low = select(0.0, dout[4u * (at + first) + lane], 4u * first + lane < 4u * HEAD_VEC4);
  let high = select(0.0, dout[4u * (at + first) + 8u + lane], 4u * first + 8u + lane < 4u * HEAD_VEC4);
  return mat4x4f(
    subgroupBroadcast(low, 0u), subgroupBroadcast(low, 1u), subgroupBroadcast(low, 2u), subgroupBroadcast(low, 3u),
    subgroupBroadcast(low, 4u), subgroupBroadcast(low, 5u), subgroupBroadcast(low, 6u), subgroupBroadcast(low, 7u),
    subgroupBroadcast(high, 0u), subgroupBroadcast(high, 1u), subgroupBroadcast(high, 2u), subgroupBroadcast(high, 3u),
    subgroupBroadcast(high, 4u), subgroupBroadcast(high, 5u), subgroupBroadcast(high, 6u), subgroupBroadcast(high, 7u));
}

fn spreadGrad(at: u32, lane: u32) -> Head {
  return Head(spreadGradQuad(at, 0u, lane), spreadGradQuad(at, 4u, lane), spreadGradQuad(at, 8u, lane), spreadGradQuad(at, 12u, lane));
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let index = group.y * groups.x + group.x;
  let kvHead = index % KV_HEADS;
  let firstRow = index / KV_HEADS * 8u;
  if (firstRow >= params.rows) { return; }
  let j = firstRow + lane;
  let row = min(j, params.rows - 1u);
  let width = HEADS + 2u * KV_HEADS;
  let at = (row * width + HEADS + kvHead) * HEAD_VEC4;
  var key: KeyGrad;
  key.k = own(at);
  key.v = own(at + KV_HEADS * HEAD_VEC4);
  key.first = j;
  key.end = ends[row];
  let perKv = HEADS / KV_HEADS;
  for (var n = firstRow; n < ends[min(firstRow + 8u, params.rows) - 1u]; n++) {
    for (var head = kvHead * perKv; head < (kvHead + 1u) * perKv; head++) {
      let q = spread((n * width + head) * HEAD_VEC4, lane);
      let d = spreadGrad((n * HEADS + head) * HEAD_VEC4, lane);
      key = addQuery(key, n, q, d, lse[n * HEADS + head], delta[n * HEADS + head], params.scale);
    }
  }
  if (j >= params.rows) { return; }
  let values = KV_HEADS * HEAD_VEC4 * 4u;
  for (var i = 0u; i < HEAD_VEC4 * 4u; i++) {
    dqkv[4u * at + i] = vec4Of(key.dk, i / 4u)[i % 4u];
    dqkv[4u * at + values + i] = vec4Of(key.dv, i / 4u)[i % 4u];
  }
}
