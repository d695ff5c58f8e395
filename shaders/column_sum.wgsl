// sum[g, c] (+)= Σ over r of x[g, r, c], in ascending order of r
struct Params { groups: u32, rows: u32, width: u32, stride: u32, sumStride: u32, accumulate: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;             // [G, stride]; the first R·C of a row count
@group(0) @binding(2) var<storage, read_write> sum: array<f32>;     // [G, sumStride]; the first C of a row count

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let i = (group.y * groups.x + group.x) * 64u + local;
  if (i >= params.groups * params.width) { return; }
  let g = i / params.width;
  let c = i % params.width;
  var total = 0.0;
  for (var r = 0u; r < params.rows; r++) { total += x[g * params.stride + r * params.width + c]; }
  let at = g * params.sumStride + c;
  if (params.accumulate != 0u) { total += sum[at]; }
  sum[at] = total;
}
