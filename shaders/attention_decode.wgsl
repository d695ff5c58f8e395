// Attention of a decoding step with online softmax, one query head of one live slot per invocation. It rotates the slot's
// query and new key by the slot's position, caches key and value, and attends to every position up to its own. The first
// query head of each group writes the new position into the cache. No invocation reads it there: each rotates the new key
// itself. A row of the cache is k heads (rotated), v heads. The first rows hold prompts, which slots may share. Then every
// slot has its own rows for the tokens that it has fed.
struct Params { rows: u32, promptRows: u32, capacity: u32, rotaryDim: u32, scale: f32 }
override HEADS: u32 = 1;
override KV_HEADS: u32 = 1;
override HEAD_VEC4: u32 = 1;
override ROUNDS: bool = false;                                          // true: rotated values round to f16, as when stored in f16
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> live: array<u32>;              // [R] slot of each row
@group(0) @binding(2) var<storage, read> slots: array<vec4u>;           // [S] (sequence, done, drawn, position)
@group(0) @binding(3) var<storage, read> prompts: array<vec2u>;         // [S] (first row in the cache, rows)
@group(0) @binding(4) var<storage, read> rotations: array<f32>;         // [T, R/2, (cos, sin)]
@group(0) @binding(5) var<storage, read> qkv: array<f32>;               // [R, (H + 2K)·D], not rotated
@group(0) @binding(6) var<storage, read_write> cache: array<vec4f>;     // [promptRows + S·capacity, 2K·D]
@group(0) @binding(7) var<storage, read_write> out: array<vec4f>;       // [R, H·D]

// Channel i of the head at `head` in qkv, rotated by the table entries at `turn`.
fn turned(head: u32, i: u32, turn: u32) -> f32 {
  let x = qkv[head + i];
  if (i >= params.rotaryDim) { return x; }
  let half = params.rotaryDim / 2u;
  if (i < half) { return x * rotations[turn + 2u * i] - qkv[head + i + half] * rotations[turn + 2u * i + 1u]; }
  let pair = i - half;
  return x * rotations[turn + 2u * pair] + qkv[head + pair] * rotations[turn + 2u * pair + 1u];
}

fn turned4(head: u32, i: u32, turn: u32) -> vec4f {
  let x = vec4f(turned(head, i, turn), turned(head, i + 1u, turn), turned(head, i + 2u, turn), turned(head, i + 3u, turn));
  if (ROUNDS) { return quantizeToF16(x); }
  return x;
}

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let index = (group.y * groups.x + group.x) * 32u + local;
  if (index >= params.rows * HEADS) { return; }
  let r = index / HEADS;
  let s = live[r];
  let head = index % HEADS;
  let kvHead = head / (HEADS / KV_HEADS);
  let headDim = HEAD_VEC4 * 4u;
  let row = r * (HEADS + 2u * KV_HEADS) * headDim;
  let newKey = row + (HEADS + kvHead) * headDim;
  let newValue = newKey + KV_HEADS * headDim;
  let last = slots[s].w;
  let prompt = prompts[s];
  let own = params.promptRows + s * params.capacity;
  let turn = last * params.rotaryDim;
  let width = 2u * KV_HEADS * HEAD_VEC4;
  let keys = kvHead * HEAD_VEC4;
  var q: array<vec4f, 32>;
  var sum: array<vec4f, 32>;
  for (var i = 0u; i < HEAD_VEC4; i++) {
    q[i] = turned4(row + head * headDim, 4u * i, turn) * params.scale;
    sum[i] = vec4f();
  }
  var top = -3.0e38;
  var total = 0.0;
  for (var j = 0u; j < last; j++) {
    let key = keys + select(own + j - prompt.y, prompt.x + j, j < prompt.y) * width;
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
  let writes = head % (HEADS / KV_HEADS) == 0u;
  let at = keys + (own + last - prompt.y) * width;
  var score = 0.0;
  for (var i = 0u; i < HEAD_VEC4; i++) {
    let k = turned4(newKey, 4u * i, turn);
    score += dot(q[i], k);
    if (writes) { cache[at + i] = k; }
  }
  let newTop = max(top, score);
  let keep = exp(top - newTop);
  let weight = exp(score - newTop);
  total = total * keep + weight;
  for (var i = 0u; i < HEAD_VEC4; i++) {
    let first = newValue + 4u * i;
    let v = vec4f(qkv[first], qkv[first + 1u], qkv[first + 2u], qkv[first + 3u]);
    if (writes) { cache[at + KV_HEADS * HEAD_VEC4 + i] = v; }
    out[index * HEAD_VEC4 + i] = (sum[i] * keep + weight * v) / total;
  }
}
