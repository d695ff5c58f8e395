// dx[n, c] (+)= rstd · (weight[c] · dy[n, c] − x[n, c] · rstd² · mean over c of weight · dy · x)
// partial[b, c] = Σ over the 32 rows n of block b of dy[n, c] · x[n, c] · rstd[n]
// A workgroup is a block: first one row per invocation, then one column. Both only read inputs, so no barrier is needed.
struct Params { rows: u32, width: u32, accumulate: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;                // [N, C]
@group(0) @binding(2) var<storage, read> weight: array<f32>;           // [C]
@group(0) @binding(3) var<storage, read> rstd: array<f32>;             // [N]
@group(0) @binding(4) var<storage, read> dy: array<f32>;               // [N, C]
@group(0) @binding(5) var<storage, read_write> dx: array<f32>;         // [N, C]
@group(0) @binding(6) var<storage, read_write> partial: array<f32>;    // [N / 32, C]

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let blockIndex = group.y * groups.x + group.x;
  let first = blockIndex * 32u;
  let width = params.width;
  let n = first + local;
  if (n < params.rows) {
    let base = n * width;
    let r = rstd[n];
    var dot = 0.0;
    for (var c = 0u; c < width; c++) { dot += weight[c] * dy[base + c] * x[base + c]; }
    let pull = dot / f32(width) * r * r;
    for (var c = 0u; c < width; c++) {
      var d = r * (weight[c] * dy[base + c] - x[base + c] * pull);
      if (params.accumulate != 0u) { d += dx[base + c]; }
      dx[base + c] = d;
    }
  }
  let last = min(first + 32u, params.rows);
  if (first < last) {
    for (var c = local; c < width; c += 32u) {
      var sum = 0.0;
      for (var m = first; m < last; m++) { sum += dy[m * width + c] * x[m * width + c] * rstd[m]; }
      partial[blockIndex * width + c] = sum;
    }
  }
}
