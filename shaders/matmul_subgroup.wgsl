enable subgroups;
// matmul.wgsl for subgroups of 8. A subgroup computes 32 rows by 32 columns. For each k an invocation loads four numbers of A
// (from four rows) and four of B (its columns). It broadcasts those of A, so that eight loads feed 128 multiplications.
// Columns of an invocation are 8 apart, so that neighbours load neighbours.

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let row = group.y * 32u;
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
  var a2 = min(row + 16u + lane, params.m - 1u) * strideA + first * stepA;
  var a3 = min(row + 24u + lane, params.m - 1u) * strideA + first * stepA;
  var b0 = min(column, params.n - 1u) * strideB + first * stepB;
  var b1 = min(column + 8u, params.n - 1u) * strideB + first * stepB;
  var b2 = min(column + 16u, params.n - 1u) * strideB + first * stepB;
  var b3 = min(column + 24u, params.n - 1u) * strideB + first * stepB;
  var s0 = vec4f(); var s1 = vec4f(); var s2 = vec4f(); var s3 = vec4f();
  var s4 = vec4f(); var s5 = vec4f(); var s6 = vec4f(); var s7 = vec4f();
  var s8 = vec4f(); var s9 = vec4f(); var s10 = vec4f(); var s11 = vec4f();
  var s12 = vec4f(); var s13 = vec4f(); var s14 = vec4f(); var s15 = vec4f();
  var s16 = vec4f(); var s17 = vec4f(); var s18 = vec4f(); var s19 = vec4f();
  var s20 = vec4f(); var s21 = vec4f(); var s22 = vec4f(); var s23 = vec4f();
  var s24 = vec4f(); var s25 = vec4f(); var s26 = vec4f(); var s27 = vec4f();
  var s28 = vec4f(); var s29 = vec4f(); var s30 = vec4f(); var s31 = vec4f();
  for (var k = first; k < end; k++) {
    let x0 = a[a0];
    let x1 = a[a1];
    let x2 = a[a2];
    let x3 = a[a3];
    let y = vec4f(b[b0], b[b1], b[b2], b[b3]);
    s0 = fma(vec4f(subgroupBroadcast(x0, 0u)), y, s0);
    s1 = fma(vec4f(subgroupBroadcast(x0, 1u)), y, s1);
    s2 = fma(vec4f(subgroupBroadcast(x0, 2u)), y, s2);
    s3 = fma(vec4f(subgroupBroadcast(x0, 3u)), y, s3);
    s4 = fma(vec4f(subgroupBroadcast(x0, 4u)), y, s4);
    s5 = fma(vec4f(subgroupBroadcast(x0, 5u)), y, s5);
    s6 = fma(vec4f(subgroupBroadcast(x0, 6u)), y, s6);
    s7 = fma(vec4f(subgroupBroadcast(x0, 7u)), y, s7);
    s8 = fma(vec4f(subgroupBroadcast(x1, 0u)), y, s8);
    s9 = fma(vec4f(subgroupBroadcast(x1, 1u)), y, s9);
    s10 = fma(vec4f(subgroupBroadcast(x1, 2u)), y, s10);
    s11 = fma(vec4f(subgroupBroadcast(x1, 3u)), y, s11);
    s12 = fma(vec4f(subgroupBroadcast(x1, 4u)), y, s12);
    s13 = fma(vec4f(subgroupBroadcast(x1, 5u)), y, s13);
    s14 = fma(vec4f(subgroupBroadcast(x1, 6u)), y, s14);
    s15 = fma(vec4f(subgroupBroadcast(x1, 7u)), y, s15);
    s16 = fma(vec4f(subgroupBroadcast(x2, 0u)), y, s16);
    s17 = fma(vec4f(subgroupBroadcast(x2, 1u)), y, s17);
    s18 = fma(vec4f(subgroupBroadcast(x2, 2u)), y, s18);
    s19 = fma(vec4f(subgroupBroadcast(x2, 3u)), y, s19);
    s20 = fma(vec4f(subgroupBroadcast(x2, 4u)), y, s20);
    s21 = fma(vec4f(subgroupBroadcast(x2, 5u)), y, s21);
    s22 = fma(vec4f(subgroupBroadcast(x2, 6u)), y, s22);
    s23 = fma(vec4f(subgroupBroadcast(x2, 7u)), y, s23);
    s24 = fma(vec4f(subgroupBroadcast(x3, 0u)), y, s24);
    s25 = fma(vec4f(subgroupBroadcast(x3, 1u)), y, s25);
    s26 = fma(vec4f(subgroupBroadcast(x3, 2u)), y, s26);
    s27 = fma(vec4f(subgroupBroadcast(x3, 3u)), y, s27);
    s28 = fma(vec4f(subgroupBroadcast(x3, 4u)), y, s28);
    s29 = fma(vec4f(subgroupBroadcast(x3, 5u)), y, s29);
    s30 = fma(vec4f(subgroupBroadcast(x3, 6u)), y, s30);
    s31 = fma(vec4f(subgroupBroadcast(x3, 7u)), y, s31);
    a0 += stepA; a1 += stepA; a2 += stepA; a3 += stepA;
    b0 += stepB; b1 += stepB; b2 += stepB; b3 += stepB;
  }
  // one store in a loop, because compilers take long for 128 in a row
  var sums = array<vec4f, 32>(
    s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12, s13, s14, s15,
    s16, s17, s18, s19, s20, s21, s22, s23, s24, s25, s26, s27, s28, s29, s30, s31);
  for (var r = 0u; r < min(32u, params.m - row); r++) {
    for (var q = 0u; q < 4u && column + 8u * q < params.n; q++) { store(row + r, column + 8u * q, group.z, sums[r][q]); }
  }
}
