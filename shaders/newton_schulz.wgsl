// Polynomial of one Newton–Schulz iteration: square ← a·I + b·gram + c·square, where square holds gram² before
struct Params { n: u32, a: f32, b: f32, c: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> gram: array<f32>;              // [n, n]
@group(0) @binding(2) var<storage, read_write> square: array<f32>;      // [n, n]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let i = (group.y * groups.x + group.x) * 64u + local;
  if (i >= params.n * params.n) { return; }
  let diagonal = select(0.0, params.a, i % (params.n + 1u) == 0u);
  square[i] = diagonal + params.b * gram[i] + params.c * square[i];
}
