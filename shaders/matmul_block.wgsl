// matmul_vec4.wgsl with a 16×16 tile per invocation, as 4×4 blocks in matrices: C += B · A on blocks whose columns are rows of
// the product. It computes twice as much per load as the 4×8 tile, and suits devices that keep or spill 256 sums well. Edges
// clamp reads and skip writes.

// Block of A: its columns are rows 4i … 4i + 3, its components run along k.
fn blockA(i: u32, k4: u32) -> mat4x4f {
  if (TRANSPOSE_A) {
    let width = params.m / 4u;
    let first = k4 * 4u * width + min(i, width - 1u);
    return transpose(mat4x4f(a[first], a[first + width], a[first + 2u * width], a[first + 3u * width]));
  }
  return rowBlockA(i, k4);
}

// Block of B: its columns run along k, its components are columns 4j … 4j + 3.
fn blockB(j: u32, k4: u32) -> mat4x4f {
  if (TRANSPOSE_B) { return rowBlockB(j, k4); }
  let at = min(j, params.n / 4u - 1u);
  let width = params.n / 4u;
  let first = k4 * 4u * width + at;
  return mat4x4f(b[first], b[first + width], b[first + 2u * width], b[first + 3u * width]);
}

fn outer(y: vec4f, x: vec4f) -> mat4x4f { return mat4x4f(x.x * y, x.y * y, x.z * y, x.w * y); }

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let j = id.x * 4u;
  let i = id.y * 4u;
  if (i * 4u >= params.m || j * 4u >= params.n) { return; }
  let share = (params.k + 4u * params.splits - 1u) / (4u * params.splits);
  let end = min(params.k / 4u, (id.z + 1u) * share);
  var c00 = mat4x4f(); var c01 = mat4x4f(); var c02 = mat4x4f(); var c03 = mat4x4f();
  var c10 = mat4x4f(); var c11 = mat4x4f(); var c12 = mat4x4f(); var c13 = mat4x4f();
  var c20 = mat4x4f(); var c21 = mat4x4f(); var c22 = mat4x4f(); var c23 = mat4x4f();
  var c30 = mat4x4f(); var c31 = mat4x4f(); var c32 = mat4x4f(); var c33 = mat4x4f();
  for (var k = id.z * share; k < end; k++) {
    let b0 = blockB(j, k);
    let b1 = blockB(j + 1u, k);
    let b2 = blockB(j + 2u, k);
    let b3 = blockB(j + 3u, k);
    let a0 = blockA(i, k);
    c00 += b0 * a0; c01 += b1 * a0; c02 += b2 * a0; c03 += b3 * a0;
    let a1 = blockA(i + 1u, k);
    c10 += b0 * a1; c11 += b1 * a1; c12 += b2 * a1; c13 += b3 * a1;
    let a2 = blockA(i + 2u, k);
    c20 += b0 * a2; c21 += b1 * a2; c22 += b2 * a2; c23 += b3 * a2;
    let a3 = blockA(i + 3u, k);
    c30 += b0 * a3; c31 += b1 * a3; c32 += b2 * a3; c33 += b3 * a3;
  }
  if (TRANSPOSE_A) {
    // the rows of k beyond the last whole block, in the part that contains them
    let width = params.n / 4u;
    let height = params.m / 4u;
    for (var k = params.k / 4u * 4u; k < min(params.k, 4u * (id.z + 1u) * share) && k >= 4u * id.z * share; k++) {
      let y0 = b[k * width + min(j, width - 1u)];
      let y1 = b[k * width + min(j + 1u, width - 1u)];
      let y2 = b[k * width + min(j + 2u, width - 1u)];
      let y3 = b[k * width + min(j + 3u, width - 1u)];
      let x0 = a[k * height + min(i, height - 1u)];
      let x1 = a[k * height + min(i + 1u, height - 1u)];
      let x2 = a[k * height + min(i + 2u, height - 1u)];
      let x3 = a[k * height + min(i + 3u, height - 1u)];
      c00 += outer(y0, x0); c01 += outer(y1, x0); c02 += outer(y2, x0); c03 += outer(y3, x0);
      c10 += outer(y0, x1); c11 += outer(y1, x1); c12 += outer(y2, x1); c13 += outer(y3, x1);
      c20 += outer(y0, x2); c21 += outer(y1, x2); c22 += outer(y2, x2); c23 += outer(y3, x2);
      c30 += outer(y0, x3); c31 += outer(y1, x3); c32 += outer(y2, x3); c33 += outer(y3, x3);
    }
  }
  // one store in a loop, because compilers take minutes for 64 in a row
  var tiles = array<mat4x4f, 16>(c00, c01, c02, c03, c10, c11, c12, c13, c20, c21, c22, c23, c30, c31, c32, c33);
  for (var r = 0u; r < min(16u, params.m - 4u * i); r++) {
    for (var q = 0u; q < min(4u, params.n / 4u - j); q++) {
      store(4u * i + r, j + q, id.z, tiles[r / 4u * 4u + q][r % 4u]);
    }
  }
}
