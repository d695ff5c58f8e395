enable subgroups;
// attention_grad_q.wgsl for subgroups of 8. The invocations compute 8 consecutive tokens and load each key and value together. Prelude:
// head.wgsl.
struct Params { rows: u32, scale: f32 }
override HEADS: u32 = 1;
override KV_HEADS: u32 = 1;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> starts: array<u32>;            // [N]
@group(0) @binding(2) var<storage, read> qkv: array<f32>;               // [N, (H + 2K)·D]
@group(0) @binding(3) var<storage, read> out: array<f32>;               // [N, H·D]
@group(0) @binding(4) var<storage, read> lse: array<f32>;               // [N, H]
@group(0) @binding(5) var<storage, read> dout: array<f32>;              // [N, H·D]
@group(0) @binding(6) var<storage, read_write> dqkv: array<f32>;        // [N, (H + 2K)·D], the q part
@group(0) @binding(7) var<storage, read_write> delta: array<f32>;       // [N, H]

fn ownGradColumn(at: u32, i: u32) -> vec4f {
  if (i >= HEAD_VEC4) { return vec4f(); }
  let first = 4u * (at + i);
  return vec4f(dout[first], dout[first + 1u], dout[first + 2u], dout[first + 3u]);
}

fn ownGradOwn(at: u32, first: u32) -> mat4x4f {
  if (first >= HEAD_VEC4) { return mat4x4f(); }
  return mat4x4f(ownGradColumn(at, first), ownGradColumn(at, first + 1u), ownGradColumn(at, first + 2u), ownGradColumn(at, first + 3u));
}

// Loads a head that only this invocation needs. Places count in vec4.
fn ownGrad(at: u32) -> Head {
  return Head(ownGradOwn(at, 0u), ownGradOwn(at, 4u), ownGradOwn(at, 8u), ownGradOwn(at, 12u));
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
  let at = (row * HEADS + head) * HEAD_VEC4;
  var query: QueryGrad;
  query.q = own((row * width + head) * HEAD_VEC4);
  query.d = ownGrad(at);
  for (var i = 4u * at; i < 4u * (at + HEAD_VEC4); i++) { query.delta += dout[i] * out[i]; }
  query.lse = lse[row * HEADS + head];
  query.first = starts[row];
  query.last = n;
  let keys = (HEADS + head / (HEADS / KV_HEADS)) * HEAD_VEC4;
  for (var j = starts[firstRow]; j < min(firstRow + 8u, params.rows); j++) {
    let k = spread(j * width * HEAD_VEC4 + keys, lane);
    let v = spread(j * width * HEAD_VEC4 + keys + KV_HEADS * HEAD_VEC4, lane);
    query = addKey(query, j, k, v, params.scale);
  }
  if (n >= params.rows) { return; }
  let first = (n * width + head) * HEAD_VEC4 * 4u;
  for (var i = 0u; i < HEAD_VEC4 * 4u; i++) { dqkv[first + i] = vec4Of(query.dq, i / 4u)[i % 4u]; }
  delta[n * HEADS + head] = query.delta;
}
