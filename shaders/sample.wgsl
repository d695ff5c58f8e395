// Sampling at the end of a decoding step, one live slot per invocation. It samples the next token from the slot's logits,
// stops at an end token or the budget, and advances the slot. A finished slot does not change. Nothing leaves the GPU.
//
// slots[s] = (sequence, 1 when done, tokens drawn so far, position of the token to feed). The random number is a hash of
// (seed, sequence, tokens drawn), so it does not depend on the slot, the batch or the adapter. Temperature 0 chooses the
// likeliest token. Truncation has Hugging Face's order: top-k; top-p of the rest; min-p. Ties at a border go to the lower
// id. logprobs[s, i] belongs to the sampled distribution; greedy uses temperature 1.
//
// A non-finite logit ends the completion and becomes its log-probability, which no distribution gives. The shader tests the
// bits, because WGSL lets a compiler assume that no number is NaN.
struct Params {
  rows: u32, vocabulary: u32, capacity: u32, maxNew: u32, endCount: u32,
  seed: u32, inverseTemperature: f32, topK: u32, topP: f32, minP: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> live: array<u32>;                   // [R] slot of each row
@group(0) @binding(2) var<storage, read> logits: array<f32>;                 // [R, V]
@group(0) @binding(3) var<storage, read_write> slots: array<vec4u>;          // [S]
@group(0) @binding(4) var<storage, read_write> tokens: array<u32>;           // [S] token to feed next
@group(0) @binding(5) var<storage, read_write> completions: array<u32>;      // [S, M]
@group(0) @binding(6) var<storage, read_write> logprobs: array<f32>;         // [S, M]
@group(0) @binding(7) var<storage, read> ends: array<u32>;                   // [E] end tokens; the first endCount count; E ≥ 1

// Hash of (seed, sequence, draw) with xxhash32's avalanche, as in src/kernels/sample.ts.
fn mix(value: u32) -> u32 {
  var h = value;
  h = (h ^ (h >> 15u)) * 0x85ebca77u;
  h = (h ^ (h >> 13u)) * 0xc2b2ae3du;
  return h ^ (h >> 16u);
}

fn random(sequence: u32, draw: u32) -> f32 {
  let h = mix(mix(mix(params.seed + 0x9e3779b9u) ^ sequence) + draw * 0x27d4eb2fu);
  return f32(h >> 8u) / 16777216.0;
}

@compute @workgroup_size(16)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let r = (group.y * groups.x + group.x) * 16u + local;
  if (r >= params.rows) { return; }
  let s = live[r];
  let slot = slots[s];
  if (slot.y != 0u) { return; }
  let base = r * params.vocabulary;
  let greedy = params.inverseTemperature == 0.0;
  let scale = select(params.inverseTemperature, 1.0, greedy);
  var best = 0u;
  var faulty = params.vocabulary;
  for (var v = 0u; v < params.vocabulary; v++) {
    if (logits[base + v] > logits[base + best]) { best = v; }
    if ((bitcast<u32>(logits[base + v]) & 0x7f800000u) == 0x7f800000u) { faulty = min(faulty, v); }
  }
  let top = logits[base + best] * scale;
  var total = 0.0;
  for (var v = 0u; v < params.vocabulary; v++) { total += exp(logits[base + v] * scale - top); }
  // The last kept token by descending logit, then ascending id; and the mass of all kept, relative to the likeliest.
  var lastLogit = -3.4e38;
  var lastId = params.vocabulary;
  var kept = total;
  let truncate = !greedy && (params.topK > 0u || params.topP < 1.0 || params.minP > 0.0);
  if (truncate) {
    let limit = select(params.vocabulary, min(params.topK, params.vocabulary), params.topK > 0u);
    // Two passes over the ranking: the first sums the mass of the top k, the second stops at top-p or min-p.
    var mass = total;
    for (var walk = 0u; walk < 2u; walk++) {
      if (walk == 0u && limit == params.vocabulary) { continue; }
      lastLogit = logits[base + best];
      lastId = best;
      kept = 1.0;
      for (var rank = 1u; rank < limit; rank++) {
        if (walk == 1u && kept >= params.topP * mass) { break; }
        var found = params.vocabulary;
        for (var v = 0u; v < params.vocabulary; v++) {
          let logit = logits[base + v];
          let below = logit < lastLogit || (logit == lastLogit && v > lastId);
          if (below && (found == params.vocabulary || logit > logits[base + found])) { found = v; }
        }
        if (found == params.vocabulary) { break; }
        let weight = exp(logits[base + found] * scale - top);
        if (walk == 1u && weight < params.minP) { break; }
        kept += weight;
        lastLogit = logits[base + found];
        lastId = found;
      }
      mass = kept;
    }
  }
  var token = best;
  if (!greedy) {
    // the first kept token at which the running mass exceeds u; the likeliest if rounding leaves none
    let goal = random(slot.x, slot.z) * kept;
    var running = 0.0;
    for (var v = 0u; v < params.vocabulary; v++) {
      let logit = logits[base + v];
      if (truncate && (logit < lastLogit || (logit == lastLogit && v > lastId))) { continue; }
      running += exp(logit * scale - top);
      if (running > goal) {
        token = v;
        break;
      }
    }
  }
  let at = s * params.capacity + slot.z;
  if (faulty < params.vocabulary) {
    completions[at] = faulty;
    logprobs[at] = logits[base + faulty];
    slots[s] = vec4u(slot.x, 1u, slot.z + 1u, slot.w);
    return;
  }
  completions[at] = token;
  logprobs[at] = logits[base + token] * scale - top - log(kept);
  let drawn = slot.z + 1u;
  var done = drawn >= params.maxNew;
  for (var e = 0u; e < params.endCount; e++) { done = done || token == ends[e]; }
  slots[s] = vec4u(slot.x, select(0u, 1u, done), drawn, select(slot.w + 1u, slot.w, done));
  if (!done) { tokens[s] = token; }
}
