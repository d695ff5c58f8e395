// partial[i] (+)= Σ of x[j]² over j = i, i + P, i + 2P, … with P partial sums: the first half of a norm, in a fixed order
struct Params { count: u32, partials: u32, accumulate: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> partial: array<f32>;     // [P]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let i = (group.y * groups.x + group.x) * 64u + local;
  if (i >= params.partials) { return; }
  var sum = 0.0;
  if (params.accumulate == 1u) { sum = partial[i]; }
  for (var j = i; j < params.count; j += params.partials) { sum += x[j] * x[j]; }
  partial[i] = sum;
}
