// The policy loss of GRPO and its kin, one token per invocation, and its gradient with respect to the token's
// log-probability and entropy. Formulas and names as in TRL's GRPOTrainer.
//
// tokens[n] = (old log-probability, advantage A, weight w, ·); w carries the loss's normaliser and is 0 outside
// completions. reference[n].x = ref. spans[n] = start and end of the completion that n belongs to.
// log-ratio l = lp − old (SEQUENCE: its mean over the completion), clamped to ±20;  ratio c = exp(l)
//   clipped: −min(min(c, delta)·A, clip(c, 1 − low, 1 + high)·A)        CISPO: −stopgrad(min(c, high))·A·lp
//   + β·(exp(ref − lp) − (ref − lp) − 1)                                 loss = Σ w·that − entropyWeight·H over w ≠ 0
// grads[n] = (dloss/dlp, dloss/dH); stats[n] = (its part of the loss, ratio, KL, 1 where a clip bound decides)
struct Params { rows: u32, epsilonLow: f32, epsilonHigh: f32, delta: f32, beta: f32, entropyWeight: f32, onPolicy: u32 }
override CISPO: bool = false;
override SEQUENCE: bool = false;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> scores: array<vec4f>;          // [N] (lp, H, ·, ·)
@group(0) @binding(2) var<storage, read> reference: array<vec4f>;       // [N] (ref, ·, ·, ·)
@group(0) @binding(3) var<storage, read> tokens: array<vec4f>;          // [N]
@group(0) @binding(4) var<storage, read> spans: array<vec2u>;           // [N]
@group(0) @binding(5) var<storage, read_write> grads: array<vec2f>;     // [N]
@group(0) @binding(6) var<storage, read_write> stats: array<vec4f>;     // [N]

// onPolicy: old is lp itself held constant (the first update on a batch), so that the ratio is exactly 1.
fn logRatio(n: u32) -> f32 {
  return select(scores[n].x - tokens[n].x, 0.0, params.onPolicy != 0u);
}

struct Clipped { objective: f32, slope: f32 }

// min(min(c, delta)·A, clip(c)·A) and its slope in c: A where the branch that decides moves with c, else 0.
fn clippedObjective(ratio: f32, advantage: f32) -> Clipped {
  let low = 1.0 - params.epsilonLow;
  let high = 1.0 + params.epsilonHigh;
  let capped = params.delta > 0.0 && ratio > params.delta;
  let free = select(ratio, params.delta, capped) * advantage;
  let clipped = clamp(ratio, low, high) * advantage;
  let moves = select(!capped, ratio >= low && ratio <= high, clipped < free);
  return Clipped(min(free, clipped), select(0.0, advantage, moves));
}

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let n = (group.y * groups.x + group.x) * 32u + local;
  if (n >= params.rows) { return; }
  let token = tokens[n];
  let weight = token.z;
  if (weight == 0.0) {
    grads[n] = vec2f();
    stats[n] = vec4f(0.0, 1.0, 0.0, 0.0);
    return;
  }
  let lp = scores[n].x;
  let advantage = token.y;
  var logC = logRatio(n);
  var length = 1.0;
  var weights = weight;
  if (SEQUENCE) {
    // every token's loss holds this ratio, and the ratio holds 1/length of this token's log-ratio
    let span = spans[n];
    logC = 0.0;
    weights = 0.0;
    for (var m = span.x; m < span.y; m++) {
      logC += logRatio(m);
      weights += tokens[m].z;
    }
    length = f32(span.y - span.x);
    logC /= length;
  }
  let ratio = exp(clamp(logC, -20.0, 20.0));
  var objective = 0.0;
  var dlp = 0.0;
  var bounded = false;
  if (CISPO) {
    objective = min(ratio, params.epsilonHigh) * advantage * lp;
    dlp = -weight * min(ratio, params.epsilonHigh) * advantage;
    bounded = ratio > params.epsilonHigh && advantage > 0.0;
  } else {
    let loss = clippedObjective(ratio, advantage);
    objective = loss.objective;
    dlp = select(-loss.slope * ratio * weights / length, 0.0, abs(logC) > 20.0);
    bounded = (ratio < 1.0 - params.epsilonLow && advantage < 0.0) || (ratio > 1.0 + params.epsilonHigh && advantage > 0.0);
  }
  let gap = reference[n].x - lp;
  let kl = exp(gap) - gap - 1.0;
  let loss = weight * (params.beta * kl - objective) - params.entropyWeight * scores[n].y;
  grads[n] = vec2f(dlp + weight * params.beta * (1.0 - exp(gap)), -params.entropyWeight);
  stats[n] = vec4f(loss, ratio, kl, select(0.0, 1.0, bounded));
}
