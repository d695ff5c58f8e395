// Embedding of the token that each live slot feeds: y[r, c] = table[tokens[live[r]], c]
struct Params { rows: u32, width: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> live: array<u32>;         // [R] slot of each row
@group(0) @binding(2) var<storage, read> tokens: array<u32>;       // [S]
@group(0) @binding(3) var<storage, read> table: array<f32>;        // [V, C]
@group(0) @binding(4) var<storage, read_write> y: array<f32>;      // [R, C]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let i = (group.y * groups.x + group.x) * 64u + local;
  if (i >= params.rows * params.width) { return; }
  let token = tokens[live[i / params.width]];
  y[i] = table[token * params.width + i % params.width];
}
