// rstd[n] = 1 / sqrt(mean over c of x² + eps);  y[n, c] = x[n, c] · rstd[n] · weight[c]
struct Params { rows: u32, width: u32, eps: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;            // [N, C]
@group(0) @binding(2) var<storage, read> weight: array<f32>;       // [C]
@group(0) @binding(3) var<storage, read_write> y: array<f32>;      // [N, C]
@group(0) @binding(4) var<storage, read_write> rstd: array<f32>;   // [N]

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let n = (group.y * groups.x + group.x) * 32u + local;
  if (n >= params.rows) { return; }
  let width = params.width;
  let base = n * width;
  var squares = 0.0;
  for (var c = 0u; c < width; c++) { squares += x[base + c] * x[base + c]; }
  let r = 1.0 / sqrt(squares / f32(width) + params.eps);
  for (var c = 0u; c < width; c++) { y[base + c] = x[base + c] * r * weight[c]; }
  rstd[n] = r;
}
