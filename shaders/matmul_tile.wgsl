// matmul.wgsl through workgroup memory, for GPUs whose arithmetic is faster than their caches. 256 invocations compute a 64×64
// tile, 4×4 each. They stage 16 rows of k at a time and load each number of a and b once. Numbers outside count as 0.

const PITCH = 65u;                                                  // 64 + 1, so that columns are in different banks
var<workgroup> rows: array<f32, 16 * 65>;                           // [k, m]
var<workgroup> columns: array<f32, 16 * 65>;                        // [k, n]

fn loadA(m: u32, k: u32, end: u32) -> f32 {
  if (m >= params.m || k >= end) { return 0.0; }
  return a[select(m * params.k + k, k * params.m + m, TRANSPOSE_A)];
}

fn loadB(n: u32, k: u32, end: u32) -> f32 {
  if (n >= params.n || k >= end) { return 0.0; }
  return b[select(k * params.n + n, n * params.k + k, TRANSPOSE_B)];
}

fn storeInside(m: u32, n: u32, part: u32, value: f32) {
  if (m < params.m && n < params.n) { store(m, n, part, value); }
}

fn storeRow(m: u32, n: u32, part: u32, sums: vec4f) {
  storeInside(m, n, part, sums.x);
  storeInside(m, n + 16u, part, sums.y);
  storeInside(m, n + 32u, part, sums.z);
  storeInside(m, n + 48u, part, sums.w);
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let firstRow = group.y * 64u;
  let firstColumn = group.x * 64u;
  let share = (params.k + 4u * params.splits - 1u) / (4u * params.splits) * 4u;
  let first = group.z * share;
  let end = min(params.k, first + share);
  let x = local % 16u;
  let y = local / 16u;
  var s0 = vec4f(); var s1 = vec4f(); var s2 = vec4f(); var s3 = vec4f();
  for (var k = first; k < end; k += 16u) {
    for (var part = 0u; part < 4u; part++) {
      // neighbours load neighbouring numbers
      let mA = select(y + 16u * part, local % 64u, TRANSPOSE_A);
      let kA = select(x, local / 64u + 4u * part, TRANSPOSE_A);
      rows[kA * PITCH + mA] = loadA(firstRow + mA, k + kA, end);
      let nB = select(local % 64u, y + 16u * part, TRANSPOSE_B);
      let kB = select(local / 64u + 4u * part, x, TRANSPOSE_B);
      columns[kB * PITCH + nB] = loadB(firstColumn + nB, k + kB, end);
    }
    workgroupBarrier();
    for (var i = 0u; i < 16u; i++) {
      let at = i * PITCH;
      let p = vec4f(columns[at + x], columns[at + x + 16u], columns[at + x + 32u], columns[at + x + 48u]);
      s0 += rows[at + y] * p;
      s1 += rows[at + y + 16u] * p;
      s2 += rows[at + y + 32u] * p;
      s3 += rows[at + y + 48u] * p;
    }
    workgroupBarrier();
  }
  storeRow(firstRow + y, firstColumn + x, group.z, s0);
  storeRow(firstRow + y + 16u, firstColumn + x, group.z, s1);
  storeRow(firstRow + y + 32u, firstColumn + x, group.z, s2);
  storeRow(firstRow + y + 48u, firstColumn + x, group.z, s3);
}
