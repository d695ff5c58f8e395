// Weight decay and step of Muon: p ← p − lr · decay · p − lr · ratio · u, with u the orthogonalized momentum
struct Params { count: u32, lr: f32, decay: f32, ratio: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> u: array<f32>;                 // [count]
@group(0) @binding(2) var<storage, read> clip: array<f32>;              // (norm, scale)
@group(0) @binding(3) var<storage, read_write> p: array<f32>;           // [count]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let i = (group.y * groups.x + group.x) * 64u + local;
  // a scale below 0: the gradient is not finite, and the weights keep their last finite values
  if (i >= params.count || clip[1] < 0.0) { return; }
  let decayed = p[i] - params.lr * params.decay * p[i];
  p[i] = decayed - params.lr * params.ratio * u[i];
}
