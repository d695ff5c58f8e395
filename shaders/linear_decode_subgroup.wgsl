enable subgroups;
// linear_decode.wgsl for subgroups of 8. A subgroup computes 16 rows by 32 columns, as matmul_subgroup.wgsl does.

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let row = group.y * 16u;
  let column = group.x * 32u + lane;
  let row0 = min(row + lane, params.m - 1u);
  let row1 = min(row + 8u + lane, params.m - 1u);
  let scale0 = scaleOf(row0);
  let scale1 = scaleOf(row1);
  let b0 = min(column, params.n - 1u) * params.k;
  let b1 = min(column + 8u, params.n - 1u) * params.k;
  let b2 = min(column + 16u, params.n - 1u) * params.k;
  let b3 = min(column + 24u, params.n - 1u) * params.k;
  var s0 = vec4f(); var s1 = vec4f(); var s2 = vec4f(); var s3 = vec4f();
  var s4 = vec4f(); var s5 = vec4f(); var s6 = vec4f(); var s7 = vec4f();
  var s8 = vec4f(); var s9 = vec4f(); var s10 = vec4f(); var s11 = vec4f();
  var s12 = vec4f(); var s13 = vec4f(); var s14 = vec4f(); var s15 = vec4f();
  for (var k = 0u; k < params.k; k++) {
    var x0 = scale0 * inputAt(row0, k);
    var x1 = scale1 * inputAt(row1, k);
    var y = vec4f(b[b0 + k], b[b1 + k], b[b2 + k], b[b3 + k]);
    if (ROUNDS) {
      let norm = select(1.0, weight[k], INPUT == 1u);
      x0 = quantizeToF16(x0 * norm);
      x1 = quantizeToF16(x1 * norm);
    } else if (INPUT == 1u) {
      y *= weight[k];
    }
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
  }
  var sums = array<vec4f, 16>(s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12, s13, s14, s15);
  for (var r = 0u; r < min(16u, params.m - row); r++) {
    for (var q = 0u; q < 4u && column + 8u * q < params.n; q++) {
      let at = (row + r) * params.n + column + 8u * q;
      var sum = sums[r][q];
      if (params.accumulate != 0u) { sum += c[at]; }
      c[at] = sum;
    }
  }
}
