// Gradient of attention for keys and values, one key/value head of one token per invocation. Sums over the later tokens of
// its segment and the query heads of its group:  dv = Σ p · dout,  dk = scale · Σ p (dout · v − delta) q
struct Params { rows: u32, scale: f32 }
override HEADS: u32 = 1;
override KV_HEADS: u32 = 1;
override HEAD_VEC4: u32 = 1;
// The backward pass sums scores in another order. Rounding may give probabilities above 1, without bound for huge scores.
const MAX_LOG_P: f32 = 1.0;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> ends: array<u32>;              // [N]
@group(0) @binding(2) var<storage, read> qkv: array<vec4f>;             // [N, (H + 2K)·D]
@group(0) @binding(3) var<storage, read> lse: array<f32>;               // [N, H]
@group(0) @binding(4) var<storage, read> delta: array<f32>;             // [N, H]
@group(0) @binding(5) var<storage, read> dout: array<vec4f>;            // [N, H·D]
@group(0) @binding(6) var<storage, read_write> dqkv: array<vec4f>;      // [N, (H + 2K)·D], the k and v parts

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let index = (group.y * groups.x + group.x) * 32u + local;
  if (index >= params.rows * KV_HEADS) { return; }
  let n = index / KV_HEADS;
  let kvHead = index % KV_HEADS;
  let perKv = HEADS / KV_HEADS;
  let stride = (HEADS + 2u * KV_HEADS) * HEAD_VEC4;
  let key = n * stride + (HEADS + kvHead) * HEAD_VEC4;
  let value = key + KV_HEADS * HEAD_VEC4;
  var k: array<vec4f, 32>;
  var v: array<vec4f, 32>;
  var dk: array<vec4f, 32>;
  var dv: array<vec4f, 32>;
  for (var i = 0u; i < HEAD_VEC4; i++) {
    k[i] = qkv[key + i] * params.scale;
    v[i] = qkv[value + i];
    dk[i] = vec4f();
    dv[i] = vec4f();
  }
  for (var row = n; row < ends[n]; row++) {
    for (var member = 0u; member < perKv; member++) {
      let head = kvHead * perKv + member;
      let query = row * stride + head * HEAD_VEC4;
      let at = row * HEADS + head;
      var score = 0.0;
      var dp = 0.0;
      for (var i = 0u; i < HEAD_VEC4; i++) {
        score += dot(k[i], qkv[query + i]);
        dp += dot(v[i], dout[at * HEAD_VEC4 + i]);
      }
      let p = exp(min(score - lse[at], MAX_LOG_P));
      let ds = p * (dp - delta[at]) * params.scale;
      for (var i = 0u; i < HEAD_VEC4; i++) {
        dv[i] += p * dout[at * HEAD_VEC4 + i];
        dk[i] += ds * qkv[query + i];
      }
    }
  }
  for (var i = 0u; i < HEAD_VEC4; i++) {
    dqkv[key + i] = dk[i];
    dqkv[value + i] = dv[i];
  }
}
