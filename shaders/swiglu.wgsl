// y[n, f] = up · silu(gate), with gate = gateUp[n, f] and up = gateUp[n, F + f]
struct Params { rows: u32, width: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> gateUp: array<f32>;       // [N, 2F]
@group(0) @binding(2) var<storage, read_write> y: array<f32>;      // [N, F]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let f = group.x * 64u + local;
  if (f >= params.width) { return; }
  for (var n = group.y * 8u; n < min(group.y * 8u + 8u, params.rows); n++) {
    let at = n * 2u * params.width + f;
    let gate = gateUp[at];
    y[n * params.width + f] = gateUp[at + params.width] * gate / (1.0 + exp(min(-gate, 80.0)));
  }
}
