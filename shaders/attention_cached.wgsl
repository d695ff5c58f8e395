// One decoding step of attention: the slot's query heads against the keys and values of positions 0 … positions[s] in
// its cache, one query head of one slot per invocation, online softmax.
struct Params { slots: u32, capacity: u32, scale: f32 }
override HEADS: u32 = 1;
override KV_HEADS: u32 = 1;
override HEAD_VEC4: u32 = 1;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> positions: array<u32>;         // [S]
@group(0) @binding(2) var<storage, read> qkv: array<vec4f>;             // [S, (H + 2K)·D]
@group(0) @binding(3) var<storage, read> cache: array<vec4f>;           // [S, T, 2K·D]
@group(0) @binding(4) var<storage, read_write> out: array<vec4f>;       // [S, H·D]

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let index = (group.y * groups.x + group.x) * 32u + local;
  if (index >= params.slots * HEADS) { return; }
  let s = index / HEADS;
  let head = index % HEADS;
  let query = (s * (HEADS + 2u * KV_HEADS) + head) * HEAD_VEC4;
  let width = 2u * KV_HEADS * HEAD_VEC4;
  let keys = s * params.capacity * width + head / (HEADS / KV_HEADS) * HEAD_VEC4;
  var q: array<vec4f, 32>;
  var sum: array<vec4f, 32>;
  for (var i = 0u; i < HEAD_VEC4; i++) {
    q[i] = qkv[query + i] * params.scale;
    sum[i] = vec4f();
  }
  var top = -3.0e38;
  var total = 0.0;
  let last = positions[s];
  for (var j = 0u; j <= last; j++) {
    let key = keys + j * width;
    let value = key + KV_HEADS * HEAD_VEC4;
    var score = 0.0;
    for (var i = 0u; i < HEAD_VEC4; i++) { score += dot(q[i], cache[key + i]); }
    let newTop = max(top, score);
    let keep = exp(top - newTop);
    let weight = exp(score - newTop);
    total = total * keep + weight;
    for (var i = 0u; i < HEAD_VEC4; i++) { sum[i] = sum[i] * keep + weight * cache[value + i]; }
    top = newTop;
  }
  for (var i = 0u; i < HEAD_VEC4; i++) { out[index * HEAD_VEC4 + i] = sum[i] / total; }
}
