// sum[c] (+)= Σ over r of x[r, c], in ascending order of r
struct Params { rows: u32, width: u32, accumulate: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;             // [R, C]
@group(0) @binding(2) var<storage, read_write> sum: array<f32>;     // [C]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let c = (group.y * groups.x + group.x) * 64u + local;
  if (c >= params.width) { return; }
  var total = 0.0;
  for (var r = 0u; r < params.rows; r++) { total += x[r * params.width + c]; }
  if (params.accumulate != 0u) { total += sum[c]; }
  sum[c] = total;
}
