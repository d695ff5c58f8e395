// In place: logits[n, v] ← ( dlogprob · (1[v = target] − p) − dentropy · p · (log p + entropy) ) · inverseTemperature
// with p = softmax(logits · inverseTemperature) from the stored log-sum-exp. Rows with both gradients 0 become 0.
struct Params { rows: u32, vocabulary: u32, inverseTemperature: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> targets: array<u32>;           // [N]
@group(0) @binding(2) var<storage, read> scores: array<vec4f>;          // [N] (logprob, entropy, log-sum-exp, ·)
@group(0) @binding(3) var<storage, read> dscores: array<vec2f>;         // [N] (dlogprob, dentropy)
@group(0) @binding(4) var<storage, read_write> logits: array<f32>;      // [N, V], then their gradient

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let v = group.x * 64u + local;
  if (v >= params.vocabulary) { return; }
  for (var n = group.y * 8u; n < min(group.y * 8u + 8u, params.rows); n++) {
    let i = n * params.vocabulary + v;
    let d = dscores[n];
    if (d.x == 0.0 && d.y == 0.0) {
      logits[i] = 0.0;
      continue;
    }
    let score = scores[n];
    let logp = logits[i] * params.inverseTemperature - score.z;
    let p = exp(logp);
    let hit = select(0.0, 1.0, v == targets[n]);
    logits[i] = (d.x * (hit - p) - d.y * p * (logp + score.y)) * params.inverseTemperature;
  }
}
