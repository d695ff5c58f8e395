// Momentum of Muon, with g = grads · clip (torch.optim.Muon, before its orthogonalization):
//   momentum ← lerp(momentum, g, 1 − β);  u = lerp(g, momentum, β) with Nesterov momentum, else momentum
struct Params { count: u32, beta: f32, nesterov: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> grads: array<f32>;             // [count]
@group(0) @binding(2) var<storage, read> clip: array<f32>;              // (norm, scale)
@group(0) @binding(3) var<storage, read_write> momentum: array<f32>;    // [count]
@group(0) @binding(4) var<storage, read_write> u: array<f32>;           // [count]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let i = (group.y * groups.x + group.x) * 64u + local;
  // a scale below 0: the gradient is not finite, and the momentum keeps its last finite values
  if (i >= params.count || clip[1] < 0.0) { return; }
  let g = grads[i] * clip[1];
  let next = params.beta * momentum[i] + (1.0 - params.beta) * g;
  momentum[i] = next;
  u[i] = select(next, (1.0 - params.beta) * g + params.beta * next, params.nesterov == 1u);
}
