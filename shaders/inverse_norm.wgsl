// inverse = 1 / max(sqrt(Σ partial), eps): the second half of a norm. One invocation: P is small.
struct Params { partials: u32, eps: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> partial: array<f32>;           // [P]
@group(0) @binding(2) var<storage, read_write> inverse: array<f32>;     // [1]

@compute @workgroup_size(1)
fn main() {
  var sum = 0.0;
  for (var i = 0u; i < params.partials; i++) { sum += partial[i]; }
  inverse[0] = 1.0 / max(sqrt(sum), params.eps);
}
