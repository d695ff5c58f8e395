// The product of matmul.wgsl for subgroups of 8: a subgroup makes 16 rows by 32 columns. Along k each invocation loads two
// numbers of A (its rows) and four of B (its columns); the rows of A are then broadcast, so that six loads feed 64
// multiplications. Columns of an invocation stand 8 apart: neighbours load neighbours.
enable subgroups;
struct Params { m: u32, n: u32, k: u32, accumulate: u32, add: u32, splits: u32, stride: u32 }
override TRANSPOSE_A: bool = false;
override TRANSPOSE_B: bool = false;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;             // [M, K], [K, M] where TRANSPOSE_A
@group(0) @binding(2) var<storage, read> b: array<f32>;             // [K, N], [N, K] where TRANSPOSE_B
@group(0) @binding(3) var<storage, read> addend: array<f32>;        // [M, N], read where add
@group(0) @binding(4) var<storage, read_write> c: array<f32>;       // [M, N], part after part at `stride`

fn store(row: u32, column: u32, part: u32, value: f32) {
  let i = row * params.n + column;
  let at = part * params.stride + i;
  var sum = value;
  if (params.add != 0u) { sum += addend[i]; }
  if (params.accumulate != 0u) { sum += c[at]; }
  c[at] = sum;
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let row = group.y * 16u;
  let column = group.x * 32u + lane;
  let share = (params.k + 4u * params.splits - 1u) / (4u * params.splits) * 4u;
  let first = min(params.k, group.z * share);
  let end = min(params.k, first + share);
  let stepA = select(1u, params.m, TRANSPOSE_A);
  let stepB = select(params.n, 1u, TRANSPOSE_B);
  let strideA = select(params.k, 1u, TRANSPOSE_A);
  let strideB = select(1u, params.k, TRANSPOSE_B);
  var a0 = min(row + lane, params.m - 1u) * strideA + first * stepA;
  var a1 = min(row + 8u + lane, params.m - 1u) * strideA + first * stepA;
  var b0 = min(column, params.n - 1u) * strideB + first * stepB;
  var b1 = min(column + 8u, params.n - 1u) * strideB + first * stepB;
  var b2 = min(column + 16u, params.n - 1u) * strideB + first * stepB;
  var b3 = min(column + 24u, params.n - 1u) * strideB + first * stepB;
  var s0 = vec4f(); var s1 = vec4f(); var s2 = vec4f(); var s3 = vec4f();
  var s4 = vec4f(); var s5 = vec4f(); var s6 = vec4f(); var s7 = vec4f();
  var s8 = vec4f(); var s9 = vec4f(); var s10 = vec4f(); var s11 = vec4f();
  var s12 = vec4f(); var s13 = vec4f(); var s14 = vec4f(); var s15 = vec4f();
  for (var k = first; k < end; k++) {
    let x = a[a0];
    let z = a[a1];
    let y = vec4f(b[b0], b[b1], b[b2], b[b3]);
    s0 = fma(vec4f(subgroupBroadcast(x, 0u)), y, s0);
    s1 = fma(vec4f(subgroupBroadcast(x, 1u)), y, s1);
    s2 = fma(vec4f(subgroupBroadcast(x, 2u)), y, s2);
    s3 = fma(vec4f(subgroupBroadcast(x, 3u)), y, s3);
    s4 = fma(vec4f(subgroupBroadcast(x, 4u)), y, s4);
    s5 = fma(vec4f(subgroupBroadcast(x, 5u)), y, s5);
    s6 = fma(vec4f(subgroupBroadcast(x, 6u)), y, s6);
    s7 = fma(vec4f(subgroupBroadcast(x, 7u)), y, s7);
    s8 = fma(vec4f(subgroupBroadcast(z, 0u)), y, s8);
    s9 = fma(vec4f(subgroupBroadcast(z, 1u)), y, s9);
    s10 = fma(vec4f(subgroupBroadcast(z, 2u)), y, s10);
    s11 = fma(vec4f(subgroupBroadcast(z, 3u)), y, s11);
    s12 = fma(vec4f(subgroupBroadcast(z, 4u)), y, s12);
    s13 = fma(vec4f(subgroupBroadcast(z, 5u)), y, s13);
    s14 = fma(vec4f(subgroupBroadcast(z, 6u)), y, s14);
    s15 = fma(vec4f(subgroupBroadcast(z, 7u)), y, s15);
    a0 += stepA; a1 += stepA;
    b0 += stepB; b1 += stepB; b2 += stepB; b3 += stepB;
  }
  // one store in a loop and not 64 in a row: compilers take long over those
  var sums = array<vec4f, 16>(s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12, s13, s14, s15);
  for (var r = 0u; r < min(16u, params.m - row); r++) {
    for (var q = 0u; q < 4u && column + 8u * q < params.n; q++) { store(row + r, column + 8u * q, group.z, sums[r][q]); }
  }
}
