// Linear layer of a decoding step, fused with its input function: c[m, n] (+)= Σ over k of f(a)[m, k] · b[n, k]. INPUT:
//   0: f(a)[m, k] = a[m, k]
//   1: f(a)[m, k] = a[m, k] · weight[k] / sqrt(mean over k of a[m]² + eps): RMSNorm
//   2: f(a)[m, k] = up · silu(gate), gate = a[m, k] and up = a[m, K + k]: SwiGLU
// With few rows, a saved dispatch is worth more than the work that each tile repeats. 4×8 numbers per invocation.

@compute @workgroup_size(8, 4)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x * 8u;
  let row = id.y * 4u;
  if (row >= params.m || column >= params.n) { return; }
  let lastRow = params.m - 1u;
  let lastColumn = params.n - 1u;
  let row1 = min(row + 1u, lastRow);
  let row2 = min(row + 2u, lastRow);
  let row3 = min(row + 3u, lastRow);
  let scale = vec4f(scaleOf(row), scaleOf(row1), scaleOf(row2), scaleOf(row3));
  let b0 = column * params.k;
  let b1 = min(column + 1u, lastColumn) * params.k;
  let b2 = min(column + 2u, lastColumn) * params.k;
  let b3 = min(column + 3u, lastColumn) * params.k;
  let b4 = min(column + 4u, lastColumn) * params.k;
  let b5 = min(column + 5u, lastColumn) * params.k;
  let b6 = min(column + 6u, lastColumn) * params.k;
  let b7 = min(column + 7u, lastColumn) * params.k;
  var low0 = vec4f(); var low1 = vec4f(); var low2 = vec4f(); var low3 = vec4f();
  var high0 = vec4f(); var high1 = vec4f(); var high2 = vec4f(); var high3 = vec4f();
  for (var k = 0u; k < params.k; k++) {
    let low = vec4f(b[b0 + k], b[b1 + k], b[b2 + k], b[b3 + k]);
    let high = vec4f(b[b4 + k], b[b5 + k], b[b6 + k], b[b7 + k]);
    var x = scale * vec4f(inputAt(row, k), inputAt(row1, k), inputAt(row2, k), inputAt(row3, k));
    if (INPUT == 1u) { x *= weight[k]; }
    if (ROUNDS) { x = quantizeToF16(x); }
    low0 += x.x * low; high0 += x.x * high;
    low1 += x.y * low; high1 += x.y * high;
    low2 += x.z * low; high2 += x.z * high;
    low3 += x.w * low; high3 += x.w * high;
  }
  var sums = array<vec4f, 8>(low0, high0, low1, high1, low2, high2, low3, high3);
  for (var r = 0u; r < min(4u, params.m - row); r++) {
    for (var q = 0u; q < min(8u, params.n - column); q++) {
      let at = (row + r) * params.n + column + q;
      var sum = sums[2u * r + q / 4u][q % 4u];
      if (params.accumulate != 0u) { sum += c[at]; }
      c[at] = sum;
    }
  }
}
