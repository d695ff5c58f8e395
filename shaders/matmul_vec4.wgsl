// matmul.wgsl for rows of whole vec4: c[m, n] (+)= Σ over k of A[m, k] · B[k, n] (+ addend). Params m, n and k count numbers.
// Contraction along rows (a[m, k], b[n, k]) uses dot products of four numbers. Contraction across rows (a[k, m], b[k, n])
// takes one row at a time, for any k. Each invocation keeps a 4×8 tile in registers. Edges clamp reads and skip writes.

@compute @workgroup_size(8, 4)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x * 8u;
  let row = id.y * 4u;
  if (row >= params.m || column >= params.n) { return; }
  let k4 = params.k / 4u;
  let share = (params.k + 4u * params.splits - 1u) / (4u * params.splits);
  let first = id.z * share;
  let m4 = params.m / 4u;
  let n4 = params.n / 4u;
  let left = column / 4u;
  let right = min(left + 1u, n4 - 1u);
  var low0 = vec4f(); var low1 = vec4f(); var low2 = vec4f(); var low3 = vec4f();
  var high0 = vec4f(); var high1 = vec4f(); var high2 = vec4f(); var high3 = vec4f();
  if (TRANSPOSE_A) {
    // a[k, m], b[k, n]: one outer product per row of k
    for (var k = 4u * first; k < min(params.k, 4u * (first + share)); k++) {
      let x = a[k * m4 + row / 4u];
      let low = b[k * n4 + left];
      let high = b[k * n4 + right];
      low0 += x.x * low; high0 += x.x * high;
      low1 += x.y * low; high1 += x.y * high;
      low2 += x.z * low; high2 += x.z * high;
      low3 += x.w * low; high3 += x.w * high;
    }
  } else {
    let last = params.m - 1u;
    let a0 = row * k4;
    let a1 = min(row + 1u, last) * k4;
    let a2 = min(row + 2u, last) * k4;
    let a3 = min(row + 3u, last) * k4;
    if (TRANSPOSE_B) {
      let b0 = left * 4u * k4;
      let b4 = right * 4u * k4;
      for (var k = first; k < min(k4, first + share); k++) {
        let x0 = a[a0 + k];
        let x1 = a[a1 + k];
        let x2 = a[a2 + k];
        let x3 = a[a3 + k];
        let y0 = b[b0 + k];
        let y1 = b[b0 + k4 + k];
        let y2 = b[b0 + 2u * k4 + k];
        let y3 = b[b0 + 3u * k4 + k];
        low0 += vec4f(dot(x0, y0), dot(x0, y1), dot(x0, y2), dot(x0, y3));
        low1 += vec4f(dot(x1, y0), dot(x1, y1), dot(x1, y2), dot(x1, y3));
        low2 += vec4f(dot(x2, y0), dot(x2, y1), dot(x2, y2), dot(x2, y3));
        low3 += vec4f(dot(x3, y0), dot(x3, y1), dot(x3, y2), dot(x3, y3));
        let y4 = b[b4 + k];
        let y5 = b[b4 + k4 + k];
        let y6 = b[b4 + 2u * k4 + k];
        let y7 = b[b4 + 3u * k4 + k];
        high0 += vec4f(dot(x0, y4), dot(x0, y5), dot(x0, y6), dot(x0, y7));
        high1 += vec4f(dot(x1, y4), dot(x1, y5), dot(x1, y6), dot(x1, y7));
        high2 += vec4f(dot(x2, y4), dot(x2, y5), dot(x2, y6), dot(x2, y7));
        high3 += vec4f(dot(x3, y4), dot(x3, y5), dot(x3, y6), dot(x3, y7));
      }
    } else {
      for (var k = first; k < min(k4, first + share); k++) {
        let x0 = a[a0 + k];
        let x1 = a[a1 + k];
        let x2 = a[a2 + k];
        let x3 = a[a3 + k];
        let base = k * 4u * n4;
        let p0 = b[base + left];
        let p1 = b[base + n4 + left];
        let p2 = b[base + 2u * n4 + left];
        let p3 = b[base + 3u * n4 + left];
        low0 += x0.x * p0 + x0.y * p1 + x0.z * p2 + x0.w * p3;
        low1 += x1.x * p0 + x1.y * p1 + x1.z * p2 + x1.w * p3;
        low2 += x2.x * p0 + x2.y * p1 + x2.z * p2 + x2.w * p3;
        low3 += x3.x * p0 + x3.y * p1 + x3.z * p2 + x3.w * p3;
        let q0 = b[base + right];
        let q1 = b[base + n4 + right];
        let q2 = b[base + 2u * n4 + right];
        let q3 = b[base + 3u * n4 + right];
        high0 += x0.x * q0 + x0.y * q1 + x0.z * q2 + x0.w * q3;
        high1 += x1.x * q0 + x1.y * q1 + x1.z * q2 + x1.w * q3;
        high2 += x2.x * q0 + x2.y * q1 + x2.z * q2 + x2.w * q3;
        high3 += x3.x * q0 + x3.y * q1 + x3.z * q2 + x3.w * q3;
      }
    }
  }
  // one store in a loop, because compilers take long for 8 in a row
  var sums = array<vec4f, 8>(low0, high0, low1, high1, low2, high2, low3, high3);
  for (var r = 0u; r < min(4u, params.m - row); r++) {
    for (var q = 0u; q < min(2u, n4 - left); q++) { store(row + r, left + q, id.z, sums[2u * r + q]); }
  }
}
