// dtable[v, c] (+)= Σ of dy[n, c] over the tokens n with ids[n] = v, in ascending order of n. Repeatable, without atomics.
// The tokens of v are order[offsets[v] .. offsets[v + 1]].
struct Params { vocabulary: u32, width: u32, accumulate: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> order: array<u32>;           // [N]
@group(0) @binding(2) var<storage, read> offsets: array<u32>;         // [V + 1]
@group(0) @binding(3) var<storage, read> dy: array<f32>;              // [N, C]
@group(0) @binding(4) var<storage, read_write> dtable: array<f32>;    // [V, C]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let i = (group.y * groups.x + group.x) * 64u + local;
  if (i >= params.vocabulary * params.width) { return; }
  let v = i / params.width;
  let c = i % params.width;
  var sum = 0.0;
  for (var k = offsets[v]; k < offsets[v + 1u]; k++) { sum += dy[order[k] * params.width + c]; }
  if (params.accumulate != 0u) { sum += dtable[i]; }
  dtable[i] = sum;
}
