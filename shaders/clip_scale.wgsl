// norm = sqrt(Σ partial);  clip = (norm, what gradients are multiplied by: min(1, maxNorm / (norm + 1e-6)))
// maxNorm 0: no clipping. One invocation: P is small.
// A norm that is not finite gives the factor −1: AdamW then leaves the weights as they are. The bits are tested, because
// WGSL lets a compiler assume that no number is NaN.
struct Params { partials: u32, maxNorm: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> partial: array<f32>;           // [P]
@group(0) @binding(2) var<storage, read_write> clip: array<f32>;        // [2]

@compute @workgroup_size(1)
fn main() {
  var sum = 0.0;
  for (var i = 0u; i < params.partials; i++) { sum += partial[i]; }
  let norm = sqrt(sum);
  clip[0] = norm;
  let scale = select(1.0, min(1.0, params.maxNorm / (norm + 1e-6)), params.maxNorm > 0.0);
  let finite = (bitcast<u32>(sum) & 0x7f800000u) != 0x7f800000u;
  clip[1] = select(-1.0, scale, finite);
}
