// Per token: loss[n] = −weights[n] · log softmax(logits[n])[targets[n]], and in place
//   logits[n, v] ← weights[n] · (softmax(logits[n])[v] − 1[v = target]):  the gradient of the summed loss.
// The loss and the gradient of a token of weight 0 are 0.
struct Params { rows: u32, vocabulary: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> targets: array<u32>;           // [N]
@group(0) @binding(2) var<storage, read> weights: array<f32>;           // [N]
@group(0) @binding(3) var<storage, read_write> logits: array<f32>;      // [N, V], then their gradient
@group(0) @binding(4) var<storage, read_write> losses: array<f32>;      // [N]

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let n = (group.y * groups.x + group.x) * 32u + local;
  if (n >= params.rows) { return; }
  let base = n * params.vocabulary;
  let weight = weights[n];
  if (weight == 0.0) {
    for (var v = 0u; v < params.vocabulary; v++) { logits[base + v] = 0.0; }
    losses[n] = 0.0;
    return;
  }
  var top = logits[base];
  for (var v = 1u; v < params.vocabulary; v++) { top = max(top, logits[base + v]); }
  var total = 0.0;
  for (var v = 0u; v < params.vocabulary; v++) { total += exp(logits[base + v] - top); }
  let goal = base + targets[n];
  losses[n] = weight * (top + log(total) - logits[goal]);
  for (var v = 0u; v < params.vocabulary; v++) { logits[base + v] = weight * exp(logits[base + v] - top) / total; }
  logits[goal] -= weight;
}
