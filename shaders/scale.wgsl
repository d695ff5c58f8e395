// x ← factor · x, where the factor is a number on the device
struct Params { count: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> factor: array<f32>;            // [1]
@group(0) @binding(2) var<storage, read_write> x: array<f32>;           // [count]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let i = (group.y * groups.x + group.x) * 64u + local;
  if (i >= params.count) { return; }
  x[i] = factor[0] * x[i];
}
