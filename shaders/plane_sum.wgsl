// planes[0, i] += Σ over s ≥ 1 of planes[s, i], in ascending order of s. Completes products with a split k.
struct Params { count: u32, planes: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> planes: array<f32>;       // [S, count]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let i = (group.y * groups.x + group.x) * 64u + local;
  if (i >= params.count) { return; }
  var sum = planes[i];
  for (var s = 1u; s < params.planes; s++) { sum += planes[s * params.count + i]; }
  planes[i] = sum;
}
