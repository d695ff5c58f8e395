// Gradient of attention for queries, one query head of one token per invocation:
//   delta[n, h] = dout · out;  p_j = exp(q · k_j · scale − lse);  dq = scale · Σ over j of p_j (dout · v_j − delta) k_j
struct Params { rows: u32, scale: f32 }
override HEADS: u32 = 1;
override KV_HEADS: u32 = 1;
override HEAD_VEC4: u32 = 1;
// The backward pass sums scores in another order. Rounding may give probabilities above 1, without bound for huge scores.
const MAX_LOG_P: f32 = 1.0;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> starts: array<u32>;            // [N]
@group(0) @binding(2) var<storage, read> qkv: array<vec4f>;             // [N, (H + 2K)·D]
@group(0) @binding(3) var<storage, read> out: array<vec4f>;             // [N, H·D]
@group(0) @binding(4) var<storage, read> lse: array<f32>;               // [N, H]
@group(0) @binding(5) var<storage, read> dout: array<vec4f>;            // [N, H·D]
@group(0) @binding(6) var<storage, read_write> dqkv: array<vec4f>;      // [N, (H + 2K)·D], the q part
@group(0) @binding(7) var<storage, read_write> delta: array<f32>;       // [N, H]

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let index = (group.y * groups.x + group.x) * 32u + local;
  if (index >= params.rows * HEADS) { return; }
  let n = index / HEADS;
  let head = index % HEADS;
  let stride = (HEADS + 2u * KV_HEADS) * HEAD_VEC4;
  let keys = (HEADS + head / (HEADS / KV_HEADS)) * HEAD_VEC4;
  let values = keys + KV_HEADS * HEAD_VEC4;
  let query = n * stride + head * HEAD_VEC4;
  var q: array<vec4f, 32>;
  var d: array<vec4f, 32>;
  var dq: array<vec4f, 32>;
  var rowDelta = 0.0;
  for (var i = 0u; i < HEAD_VEC4; i++) {
    q[i] = qkv[query + i] * params.scale;
    d[i] = dout[index * HEAD_VEC4 + i];
    dq[i] = vec4f();
    rowDelta += dot(d[i], out[index * HEAD_VEC4 + i]);
  }
  let rowLse = lse[index];
  for (var j = starts[n]; j <= n; j++) {
    let key = j * stride + keys;
    let value = j * stride + values;
    var score = 0.0;
    var dp = 0.0;
    for (var i = 0u; i < HEAD_VEC4; i++) {
      score += dot(q[i], qkv[key + i]);
      dp += dot(d[i], qkv[value + i]);
    }
    let ds = exp(min(score - rowLse, MAX_LOG_P)) * (dp - rowDelta) * params.scale;
    for (var i = 0u; i < HEAD_VEC4; i++) { dq[i] += ds * qkv[key + i]; }
  }
  for (var i = 0u; i < HEAD_VEC4; i++) { dqkv[query + i] = dq[i]; }
  delta[index] = rowDelta;
}
