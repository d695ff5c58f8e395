// Logits of a decoding step, kept until the host reads them: kept[s, drawn mod K, v] = logits[r, v] for slot s = live[r].
// It runs before the token is sampled, so `drawn` is the position of that token. A finished slot keeps what it has.
struct Params { rows: u32, vocabulary: u32, steps: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> live: array<u32>;         // [R] slot of each row
@group(0) @binding(2) var<storage, read> slots: array<vec4u>;      // [S] (sequence, done, drawn, position)
@group(0) @binding(3) var<storage, read> logits: array<f32>;       // [R, V]
@group(0) @binding(4) var<storage, read_write> kept: array<f32>;   // [S, K, V]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let i = (group.y * groups.x + group.x) * 64u + local;
  if (i >= params.rows * params.vocabulary) { return; }
  let s = live[i / params.vocabulary];
  let slot = slots[s];
  if (slot.y != 0u) { return; }
  kept[(s * params.steps + slot.z % params.steps) * params.vocabulary + i % params.vocabulary] = logits[i];
}
