// scores[n] = (log-probability of targets[n], entropy, log-sum-exp, 0) of softmax(logits[n] · inverseTemperature)
struct Params { rows: u32, vocabulary: u32, inverseTemperature: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> targets: array<u32>;             // [N]
@group(0) @binding(2) var<storage, read> logits: array<f32>;              // [N, V]
@group(0) @binding(3) var<storage, read_write> scores: array<vec4f>;      // [N]

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let n = (group.y * groups.x + group.x) * 32u + local;
  if (n >= params.rows) { return; }
  let base = n * params.vocabulary;
  let scale = params.inverseTemperature;
  var top = logits[base] * scale;
  for (var v = 1u; v < params.vocabulary; v++) { top = max(top, logits[base + v] * scale); }
  var total = 0.0;
  var moment = 0.0;
  for (var v = 0u; v < params.vocabulary; v++) {
    let shifted = logits[base + v] * scale - top;
    let weight = exp(shifted);
    total += weight;
    moment += weight * shifted;
  }
  let logTotal = log(total);
  let chosen = logits[base + targets[n]] * scale - top - logTotal;
  scores[n] = vec4f(chosen, logTotal - moment / total, top + logTotal, 0.0);
}
