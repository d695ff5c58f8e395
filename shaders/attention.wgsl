// Causal grouped-query attention over packed segments with online softmax, one query head of one token per invocation:
//   out[n, h] = Σ over j in start[n] … n of softmax(q[n, h] · k[j, g] · scale) · v[j, g],  g = h / (H / K)
// lse[n, h] = log Σ exp(scores), for the gradient. No T×T matrix is stored.
struct Params { rows: u32, scale: f32 }
override HEADS: u32 = 1;
override KV_HEADS: u32 = 1;
override HEAD_VEC4: u32 = 1;                                            // D / 4, at most 32
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> starts: array<u32>;            // [N]
@group(0) @binding(2) var<storage, read> qkv: array<vec4f>;             // [N, (H + 2K)·D]
@group(0) @binding(3) var<storage, read_write> out: array<vec4f>;       // [N, H·D]
@group(0) @binding(4) var<storage, read_write> lse: array<f32>;         // [N, H]

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let index = (group.y * groups.x + group.x) * 32u + local;
  if (index >= params.rows * HEADS) { return; }
  let n = index / HEADS;
  let head = index % HEADS;
  let stride = (HEADS + 2u * KV_HEADS) * HEAD_VEC4;
  let keys = (HEADS + head / (HEADS / KV_HEADS)) * HEAD_VEC4;
  let values = keys + KV_HEADS * HEAD_VEC4;
  var q: array<vec4f, 32>;
  var sum: array<vec4f, 32>;
  for (var i = 0u; i < HEAD_VEC4; i++) {
    q[i] = qkv[n * stride + head * HEAD_VEC4 + i] * params.scale;
    sum[i] = vec4f();
  }
  var top = -3.0e38;
  var total = 0.0;
  for (var j = starts[n]; j <= n; j++) {
    let key = j * stride + keys;
    let value = j * stride + values;
    var score = 0.0;
    for (var i = 0u; i < HEAD_VEC4; i++) { score += dot(q[i], qkv[key + i]); }
    let newTop = max(top, score);
    let keep = exp(top - newTop);
    let weight = exp(score - newTop);
    total = total * keep + weight;
    for (var i = 0u; i < HEAD_VEC4; i++) { sum[i] = sum[i] * keep + weight * qkv[value + i]; }
    top = newTop;
  }
  for (var i = 0u; i < HEAD_VEC4; i++) { out[index * HEAD_VEC4 + i] = sum[i] / total; }
  lse[index] = top + log(total);
}
