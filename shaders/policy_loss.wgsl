// Policy loss, one token per invocation, and its gradient with respect to the token's log-probability and entropy.
// Names follow TRL's GRPOTrainer. This file is the part that all losses share; kernels/policyLoss.ts puts before it
//   struct Params { rows, epsilonLow, epsilonHigh, delta, beta, entropyWeight, onPolicy, correctionMin, correctionMax,
//                   entropyThreshold, and the loss's own options },
//   const GATED and const CORRECTED, and fn objectiveOf(n, ratio, advantage) -> Objective of one loss.
//
// tokens[n] = (old log-probability, advantage A, weight w, sampler's log-probability); w carries the loss's normaliser and is
// 0 outside completions. reference[n].x = ref. spans[n] = start and end of the completion that n belongs to.
// log-ratio l = lp − old (SEQUENCE: its mean over the completion), clamped to ±20;  ratio c = exp(l)
//   objective: value(c, A), or where GATED: gate · A · lp with the gate held constant
//   · where CORRECTED, the CORRECTION of the sampler, a constant: exp(old − sampler), or exp of its sum over the completion
//     (…_SEQUENCE), clamped to correctionMin … correctionMax (TRUNCATE), or 0 outside of them (MASK)
//   · where TOP_ENTROPY, 0 for tokens with an entropy below entropyThreshold; their bonus is 0 too
//   loss = Σ w·(β·k3 − that) − entropyWeight·H over w ≠ 0, with k3 = exp(ref − lp) − (ref − lp) − 1, times c where KL_RATIO;
//   k3 is left out where β is 0
// Saturation keeps all in f32: exp(ref − lp), times c and β above 1, is held at e^88 in k3 and in its gradient; the
// correction is held so that it, times A and the objective's `most` (GATED: and lp), stays within e^80.
// grads[n] = (dloss/dlp, dloss/dH); stats[n] = (its part of the loss, ratio, KL, the objective's mark)

// `value` is the objective over its weight (GATED: the gate), `slope` its derivative in c, `most` a bound of what multiplies
// A, and `mark` what the metrics show: 1 where a clip bound decides, or the gate.
struct Objective { value: f32, slope: f32, most: f32, mark: f32 }

override SEQUENCE: bool = false;
override KL_RATIO: bool = false;
override CORRECTION: u32 = 0;
override TOP_ENTROPY: bool = false;
const TRUNCATE: u32 = 1;
const MASK: u32 = 2;
const TRUNCATE_SEQUENCE: u32 = 3;
const MASK_SEQUENCE: u32 = 4;
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

// The last whole power of e in f32.
const MOST_EXPONENT: f32 = 88.0;
const MOST_CORRECTION: f32 = 80.0;

fn corrected(logRatio: f32, most: f32) -> f32 {
  let ratio = exp(clamp(logRatio, -MOST_CORRECTION, most));
  if (CORRECTION == TRUNCATE || CORRECTION == TRUNCATE_SEQUENCE) {
    return clamp(ratio, params.correctionMin, params.correctionMax);
  }
  return select(ratio, 0.0, ratio < params.correctionMin || ratio > params.correctionMax);
}

// log(policy before the update ÷ sampler) of token n.
fn logCorrection(n: u32) -> f32 {
  return select(tokens[n].x, scores[n].x, params.onPolicy != 0u) - tokens[n].w;
}

fn kl3(n: u32, most: f32) -> f32 {
  let gap = reference[n].x - scores[n].x;
  return exp(min(gap, most)) - gap - 1.0;
}

fn kept(n: u32) -> bool {
  return !TOP_ENTROPY || scores[n].y >= params.entropyThreshold;
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
  let span = spans[n];
  var logC = logRatio(n);
  if (SEQUENCE) {
    logC = 0.0;
    for (var m = span.x; m < span.y; m++) { logC += logRatio(m); }
    logC /= f32(span.y - span.x);
  }
  let ratio = exp(clamp(logC, -20.0, 20.0));
  let asked = objectiveOf(n, ratio, advantage);
  let factor = abs(advantage) * select(asked.most, asked.most * abs(lp), GATED);
  let mostCorrection = MOST_CORRECTION - log(max(1.0, factor));
  let mostGap = MOST_EXPONENT - log(max(1.0, params.beta)) - select(0.0, clamp(logC, 0.0, 20.0), KL_RATIO);
  var correction = 1.0;
  if (CORRECTED && (CORRECTION == TRUNCATE || CORRECTION == MASK)) {
    correction = corrected(logCorrection(n), mostCorrection);
  }
  if (CORRECTED && (CORRECTION == TRUNCATE_SEQUENCE || CORRECTION == MASK_SEQUENCE)) {
    var logSum = 0.0;
    for (var m = span.x; m < span.y; m++) { logSum += logCorrection(m); }
    correction = corrected(logSum, mostCorrection);
  }
  var length = 1.0;
  var weights = weight;
  var kls = 0.0;
  if (SEQUENCE) {
    // every token's loss holds this ratio, and the ratio holds 1/length of this token's log-ratio
    weights = 0.0;
    for (var m = span.x; m < span.y; m++) {
      if (!kept(m)) {
        // no objective, and so no part in the slope
      } else if (CORRECTED && (CORRECTION == TRUNCATE || CORRECTION == MASK)) {
        weights += tokens[m].z * corrected(logCorrection(m), mostCorrection);
      } else {
        weights += tokens[m].z;
      }
      if (KL_RATIO) { kls += tokens[m].z * kl3(m, mostGap); }
    }
    length = f32(span.y - span.x);
    if (CORRECTED && (CORRECTION == TRUNCATE_SEQUENCE || CORRECTION == MASK_SEQUENCE)) { weights *= correction; }
  } else {
    if (CORRECTED && CORRECTION != 0u) { weights *= correction; }
    if (!kept(n)) { weights = 0.0; }
    if (KL_RATIO) { kls = weight * kl3(n, mostGap); }
  }
  var objective = asked.value;
  var dlp = 0.0;
  if (GATED) {
    objective = asked.value * advantage * lp;
    dlp = -weight * asked.value * advantage;
  } else {
    dlp = select(-asked.slope * ratio * weights / length, 0.0, abs(logC) > 20.0);
  }
  if (CORRECTED && CORRECTION != 0u) {
    objective *= correction;
    if (GATED) { dlp *= correction; }
  }
  var entropyWeight = params.entropyWeight;
  if (!kept(n)) {
    objective = 0.0;
    entropyWeight = 0.0;
    if (GATED) { dlp = 0.0; }
  }
  // measured at any β, part of the loss only above 0
  let gap = reference[n].x - lp;
  var kl = kl3(n, mostGap);
  if (KL_RATIO) { kl *= ratio; }
  var penalty = 0.0;
  if (params.beta > 0.0) {
    penalty = params.beta * kl;
    let ratioMoves = KL_RATIO && abs(logC) <= 20.0;
    if (ratioMoves && length == 1.0) {
      // the sum of both below: c·k3 + c·(1 − exp(gap)), whose exponentials cancel
      dlp -= weight * params.beta * ratio * gap;
    } else {
      if (ratioMoves) { dlp += params.beta * ratio * kls / length; }
      var dkl = 1.0 - exp(min(gap, mostGap));
      if (KL_RATIO) { dkl *= ratio; }
      dlp += weight * params.beta * dkl;
    }
  }
  var loss = weight * (penalty - objective);
  if (entropyWeight != 0.0) { loss -= entropyWeight * scores[n].y; }
  grads[n] = vec2f(dlp, -entropyWeight);
  stats[n] = vec4f(loss, ratio, kl, asked.mark);
}
