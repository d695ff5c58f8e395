// y[n, c] = table[ids[n], c]
struct Params { rows: u32, width: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> ids: array<u32>;          // [N]
@group(0) @binding(2) var<storage, read> table: array<f32>;        // [V, C]
@group(0) @binding(3) var<storage, read_write> y: array<f32>;      // [N, C]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let c = group.x * 64u + local;
  if (c >= params.width) { return; }
  for (var n = group.y * 8u; n < min(group.y * 8u + 8u, params.rows); n++) {
    y[n * params.width + c] = table[ids[n] * params.width + c];
  }
}
