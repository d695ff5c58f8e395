// AdamW over the whole parameter arena in one dispatch (Loshchilov & Hutter 2019, algorithm 2):
//   g = grads · clip;  m ← β1 m + (1 − β1) g;  v ← β2 v + (1 − β2) g²
//   p ← p − lr · decay · p − lr · (m / correction1) / (sqrt(v / correction2) + eps)
// decay[b] is the weight decay of the b-th block of 64 parameters; corrections 1 − βᵗ are data, never baked in.
struct Params { count: u32, lr: f32, beta1: f32, beta2: f32, eps: f32, correction1: f32, correction2: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> grads: array<f32>;             // [P]
@group(0) @binding(2) var<storage, read> decay: array<f32>;             // [P / 64]
@group(0) @binding(3) var<storage, read> clip: array<f32>;              // (norm, scale)
@group(0) @binding(4) var<storage, read_write> m: array<f32>;           // [P]
@group(0) @binding(5) var<storage, read_write> v: array<f32>;           // [P]
@group(0) @binding(6) var<storage, read_write> p: array<f32>;           // [P]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let i = (group.y * groups.x + group.x) * 64u + local;
  // a factor below 0: the gradient is not finite, and moments and weights keep their last finite values
  if (i >= params.count || clip[1] < 0.0) { return; }
  let g = grads[i] * clip[1];
  let first = params.beta1 * m[i] + (1.0 - params.beta1) * g;
  let second = params.beta2 * v[i] + (1.0 - params.beta2) * g * g;
  m[i] = first;
  v[i] = second;
  let decayed = p[i] - params.lr * decay[i / 64u] * p[i];
  p[i] = decayed - params.lr * (first / params.correction1) / (sqrt(second / params.correction2) + params.eps);
}
