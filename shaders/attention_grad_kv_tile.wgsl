// attention_grad_kv.wgsl with TILE consecutive tokens per invocation, which share the loaded queries. Prelude: head.wgsl.
struct Params { rows: u32, scale: f32 }
override HEADS: u32 = 1;
override KV_HEADS: u32 = 1;
override TILE: u32 = 2;                                                 // 2 or 4
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> ends: array<u32>;              // [N]
@group(0) @binding(2) var<storage, read> qkv: array<vec4f>;             // [N, (H + 2K)·D]
@group(0) @binding(3) var<storage, read> lse: array<f32>;               // [N, H]
@group(0) @binding(4) var<storage, read> delta: array<f32>;             // [N, H]
@group(0) @binding(5) var<storage, read> dout: array<vec4f>;            // [N, H·D]
@group(0) @binding(6) var<storage, read_write> dqkv: array<vec4f>;      // [N, (H + 2K)·D], the k and v parts

fn open(j: u32, at: u32) -> KeyGrad {
  let row = min(j, params.rows - 1u);
  var key: KeyGrad;
  key.k = load(row * (HEADS + 2u * KV_HEADS) * HEAD_VEC4 + at);
  key.v = load(row * (HEADS + 2u * KV_HEADS) * HEAD_VEC4 + at + KV_HEADS * HEAD_VEC4);
  key.first = j;
  key.end = ends[row];
  return key;
}

fn close(key: KeyGrad, j: u32, at: u32) {
  if (j >= params.rows) { return; }
  let first = j * (HEADS + 2u * KV_HEADS) * HEAD_VEC4 + at;
  for (var i = 0u; i < HEAD_VEC4; i++) {
    dqkv[first + i] = vec4Of(key.dk, i);
    dqkv[first + KV_HEADS * HEAD_VEC4 + i] = vec4Of(key.dv, i);
  }
}

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let index = (group.y * groups.x + group.x) * 32u + local;
  let j = index / KV_HEADS * TILE;
  let kvHead = index % KV_HEADS;
  if (j >= params.rows) { return; }
  let at = (HEADS + kvHead) * HEAD_VEC4;
  var key0 = open(j, at);
  var key1 = open(j + 1u, at);
  var key2: KeyGrad;
  var key3: KeyGrad;
  if (TILE > 2u) { key2 = open(j + 2u, at); key3 = open(j + 3u, at); }
  let perKv = HEADS / KV_HEADS;
  let stride = (HEADS + 2u * KV_HEADS) * HEAD_VEC4;
  for (var n = j; n < ends[min(j + TILE, params.rows) - 1u]; n++) {
    for (var head = kvHead * perKv; head < (kvHead + 1u) * perKv; head++) {
      let row = n * HEADS + head;
      let q = load(n * stride + head * HEAD_VEC4);
      let d = loadGrad(row * HEAD_VEC4);
      key0 = addQuery(key0, n, q, d, lse[row], delta[row], params.scale);
      key1 = addQuery(key1, n, q, d, lse[row], delta[row], params.scale);
      if (TILE > 2u) {
        key2 = addQuery(key2, n, q, d, lse[row], delta[row], params.scale);
        key3 = addQuery(key3, n, q, d, lse[row], delta[row], params.scale);
      }
    }
  }
  close(key0, j, at);
  close(key1, j + 1u, at);
  if (TILE > 2u) { close(key2, j + 2u, at); close(key3, j + 3u, at); }
}
