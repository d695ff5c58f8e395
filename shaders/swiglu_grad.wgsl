// With s = sigmoid(gate):  dgate = dy · up · s · (1 + gate · (1 − s)),  dup = dy · gate · s
struct Params { rows: u32, width: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> gateUp: array<f32>;           // [N, 2F]
@group(0) @binding(2) var<storage, read> dy: array<f32>;               // [N, F]
@group(0) @binding(3) var<storage, read_write> dgateUp: array<f32>;    // [N, 2F]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let f = group.x * 64u + local;
  if (f >= params.width) { return; }
  for (var n = group.y * 8u; n < min(group.y * 8u + 8u, params.rows); n++) {
    let at = n * 2u * params.width + f;
    let d = dy[n * params.width + f];
    let gate = gateUp[at];
    let s = 1.0 / (1.0 + exp(min(-gate, 80.0)));
    dgateUp[at] = d * gateUp[at + params.width] * s * (1.0 + gate * (1.0 - s));
    dgateUp[at + params.width] = d * gate * s;
  }
}
