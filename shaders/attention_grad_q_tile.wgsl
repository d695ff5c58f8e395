// attention_grad_q.wgsl with TILE consecutive tokens per invocation, which share the loaded keys and values. Prelude: head.wgsl.
struct Params { rows: u32, scale: f32 }
override HEADS: u32 = 1;
override KV_HEADS: u32 = 1;
override TILE: u32 = 2;                                                 // 2 or 4
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> starts: array<u32>;            // [N]
@group(0) @binding(2) var<storage, read> qkv: array<vec4f>;             // [N, (H + 2K)·D]
@group(0) @binding(3) var<storage, read> out: array<vec4f>;             // [N, H·D]
@group(0) @binding(4) var<storage, read> lse: array<f32>;               // [N, H]
@group(0) @binding(5) var<storage, read> dout: array<vec4f>;            // [N, H·D]
@group(0) @binding(6) var<storage, read_write> dqkv: array<vec4f>;      // [N, (H + 2K)·D], the q part
@group(0) @binding(7) var<storage, read_write> delta: array<f32>;       // [N, H]

fn open(n: u32, head: u32) -> QueryGrad {
  let row = min(n, params.rows - 1u);
  let at = (row * HEADS + head) * HEAD_VEC4;
  var query: QueryGrad;
  query.q = load((row * (HEADS + 2u * KV_HEADS) + head) * HEAD_VEC4);
  query.d = loadGrad(at);
  for (var i = 0u; i < HEAD_VEC4; i++) { query.delta += dot(dout[at + i], out[at + i]); }
  query.lse = lse[row * HEADS + head];
  query.first = starts[row];
  query.last = n;
  return query;
}

fn close(query: QueryGrad, n: u32, head: u32) {
  if (n >= params.rows) { return; }
  let at = (n * (HEADS + 2u * KV_HEADS) + head) * HEAD_VEC4;
  for (var i = 0u; i < HEAD_VEC4; i++) { dqkv[at + i] = vec4Of(query.dq, i); }
  delta[n * HEADS + head] = query.delta;
}

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let index = (group.y * groups.x + group.x) * 32u + local;
  let n = index / HEADS * TILE;
  let head = index % HEADS;
  if (n >= params.rows) { return; }
  var query0 = open(n, head);
  var query1 = open(n + 1u, head);
  var query2: QueryGrad;
  var query3: QueryGrad;
  if (TILE > 2u) { query2 = open(n + 2u, head); query3 = open(n + 3u, head); }
  let stride = (HEADS + 2u * KV_HEADS) * HEAD_VEC4;
  let keys = (HEADS + head / (HEADS / KV_HEADS)) * HEAD_VEC4;
  for (var j = query0.first; j < min(n + TILE, params.rows); j++) {
    let k = load(j * stride + keys);
    let v = load(j * stride + keys + KV_HEADS * HEAD_VEC4);
    query0 = addKey(query0, j, k, v, params.scale);
    query1 = addKey(query1, j, k, v, params.scale);
    if (TILE > 2u) { query2 = addKey(query2, j, k, v, params.scale); query3 = addKey(query3, j, k, v, params.scale); }
  }
  close(query0, n, head);
  close(query1, n + 1u, head);
  if (TILE > 2u) { close(query2, n + 2u, head); close(query3, n + 3u, head); }
}
