// attention.wgsl with TILE consecutive tokens per invocation, which share the loaded keys and values. Prelude: head.wgsl.
struct Params { rows: u32, scale: f32 }
override HEADS: u32 = 1;
override KV_HEADS: u32 = 1;
override TILE: u32 = 2;                                                 // 2 or 4
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> starts: array<u32>;            // [N]
@group(0) @binding(2) var<storage, read> qkv: array<vec4f>;             // [N, (H + 2K)·D]
@group(0) @binding(3) var<storage, read_write> out: array<vec4f>;       // [N, H·D]
@group(0) @binding(4) var<storage, read_write> lse: array<f32>;         // [N, H]

fn open(n: u32, head: u32) -> Query {
  let row = min(n, params.rows - 1u);
  var query: Query;
  query.q = load((row * (HEADS + 2u * KV_HEADS) + head) * HEAD_VEC4);
  query.top = LOWEST;
  query.first = starts[row];
  query.last = n;
  return query;
}

fn close(query: Query, n: u32, head: u32) {
  if (n >= params.rows) { return; }
  let row = n * HEADS + head;
  for (var i = 0u; i < HEAD_VEC4; i++) { out[row * HEAD_VEC4 + i] = vec4Of(query.sum, i) / query.total; }
  lse[row] = query.top + log(query.total);
}

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let index = (group.y * groups.x + group.x) * 32u + local;
  let n = index / HEADS * TILE;
  let head = index % HEADS;
  if (n >= params.rows) { return; }
  var query0 = open(n, head);
  var query1 = open(n + 1u, head);
  var query2: Query;
  var query3: Query;
  if (TILE > 2u) { query2 = open(n + 2u, head); query3 = open(n + 3u, head); }
  let stride = (HEADS + 2u * KV_HEADS) * HEAD_VEC4;
  let keys = (HEADS + head / (HEADS / KV_HEADS)) * HEAD_VEC4;
  for (var j = query0.first; j < min(n + TILE, params.rows); j++) {
    let k = load(j * stride + keys);
    let v = load(j * stride + keys + KV_HEADS * HEAD_VEC4);
    query0 = attend(query0, j, k, v, params.scale);
    query1 = attend(query1, j, k, v, params.scale);
    if (TILE > 2u) { query2 = attend(query2, j, k, v, params.scale); query3 = attend(query3, j, k, v, params.scale); }
  }
  close(query0, n, head);
  close(query1, n + 1u, head);
  if (TILE > 2u) { close(query2, n + 2u, head); close(query3, n + 3u, head); }
}
