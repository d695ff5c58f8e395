// matmul_vec4.wgsl with a 32×32 tile per invocation, in 4×4 blocks as in matmul_block.wgsl. It suits software adapters, where
// a load costs as much as a dozen multiplications and sums may stay in memory. Edges clamp reads and skip writes; rows of a
// beyond k count as 0.

// Row k of a, [K, M]; 0 beyond its end.
fn rowA(k: u32, at: u32) -> vec4f {
  return select(vec4f(), a[min(k, params.k - 1u) * (params.m / 4u) + at], k < params.k);
}

// Block of A: its columns are rows 4i … 4i + 3, its components run along k.
fn blockA(i: u32, k4: u32) -> mat4x4f {
  if (TRANSPOSE_A) {
    let at = min(i, params.m / 4u - 1u);
    let k = 4u * k4;
    return transpose(mat4x4f(rowA(k, at), rowA(k + 1u, at), rowA(k + 2u, at), rowA(k + 3u, at)));
  }
  return rowBlockA(i, k4);
}

// Block of B: its columns run along k, its components are columns 4j … 4j + 3.
fn blockB(j: u32, k4: u32) -> mat4x4f {
  if (TRANSPOSE_B) { return rowBlockB(j, k4); }
  let at = min(j, params.n / 4u - 1u);
  let width = params.n / 4u;
  let last = params.k - 1u;
  let k = k4 * 4u;
  return mat4x4f(
    b[k * width + at], b[min(k + 1u, last) * width + at],
    b[min(k + 2u, last) * width + at], b[min(k + 3u, last) * width + at]);
}

@compute @workgroup_size(4)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x * 8u;
  let j = id.y * 8u;
  if (i * 4u >= params.m || j * 4u >= params.n) { return; }
  let share = (params.k + 4u * params.splits - 1u) / (4u * params.splits);
  let end = min((params.k + 3u) / 4u, (id.z + 1u) * share);
  var c00 = mat4x4f(); var c01 = mat4x4f(); var c02 = mat4x4f(); var c03 = mat4x4f();
  var c04 = mat4x4f(); var c05 = mat4x4f(); var c06 = mat4x4f(); var c07 = mat4x4f();
  var c10 = mat4x4f(); var c11 = mat4x4f(); var c12 = mat4x4f(); var c13 = mat4x4f();
  var c14 = mat4x4f(); var c15 = mat4x4f(); var c16 = mat4x4f(); var c17 = mat4x4f();
  var c20 = mat4x4f(); var c21 = mat4x4f(); var c22 = mat4x4f(); var c23 = mat4x4f();
  var c24 = mat4x4f(); var c25 = mat4x4f(); var c26 = mat4x4f(); var c27 = mat4x4f();
  var c30 = mat4x4f(); var c31 = mat4x4f(); var c32 = mat4x4f(); var c33 = mat4x4f();
  var c34 = mat4x4f(); var c35 = mat4x4f(); var c36 = mat4x4f(); var c37 = mat4x4f();
  var c40 = mat4x4f(); var c41 = mat4x4f(); var c42 = mat4x4f(); var c43 = mat4x4f();
  var c44 = mat4x4f(); var c45 = mat4x4f(); var c46 = mat4x4f(); var c47 = mat4x4f();
  var c50 = mat4x4f(); var c51 = mat4x4f(); var c52 = mat4x4f(); var c53 = mat4x4f();
  var c54 = mat4x4f(); var c55 = mat4x4f(); var c56 = mat4x4f(); var c57 = mat4x4f();
  var c60 = mat4x4f(); var c61 = mat4x4f(); var c62 = mat4x4f(); var c63 = mat4x4f();
  var c64 = mat4x4f(); var c65 = mat4x4f(); var c66 = mat4x4f(); var c67 = mat4x4f();
  var c70 = mat4x4f(); var c71 = mat4x4f(); var c72 = mat4x4f(); var c73 = mat4x4f();
  var c74 = mat4x4f(); var c75 = mat4x4f(); var c76 = mat4x4f(); var c77 = mat4x4f();
  for (var k = id.z * share; k < end; k++) {
    let b0 = blockB(j, k);
    let b1 = blockB(j + 1u, k);
    let b2 = blockB(j + 2u, k);
    let b3 = blockB(j + 3u, k);
    let b4 = blockB(j + 4u, k);
    let b5 = blockB(j + 5u, k);
    let b6 = blockB(j + 6u, k);
    let b7 = blockB(j + 7u, k);
    let a0 = blockA(i, k);
    c00 += b0 * a0; c01 += b1 * a0; c02 += b2 * a0; c03 += b3 * a0;
    c04 += b4 * a0; c05 += b5 * a0; c06 += b6 * a0; c07 += b7 * a0;
    let a1 = blockA(i + 1u, k);
    c10 += b0 * a1; c11 += b1 * a1; c12 += b2 * a1; c13 += b3 * a1;
    c14 += b4 * a1; c15 += b5 * a1; c16 += b6 * a1; c17 += b7 * a1;
    let a2 = blockA(i + 2u, k);
    c20 += b0 * a2; c21 += b1 * a2; c22 += b2 * a2; c23 += b3 * a2;
    c24 += b4 * a2; c25 += b5 * a2; c26 += b6 * a2; c27 += b7 * a2;
    let a3 = blockA(i + 3u, k);
    c30 += b0 * a3; c31 += b1 * a3; c32 += b2 * a3; c33 += b3 * a3;
    c34 += b4 * a3; c35 += b5 * a3; c36 += b6 * a3; c37 += b7 * a3;
    let a4 = blockA(i + 4u, k);
    c40 += b0 * a4; c41 += b1 * a4; c42 += b2 * a4; c43 += b3 * a4;
    c44 += b4 * a4; c45 += b5 * a4; c46 += b6 * a4; c47 += b7 * a4;
    let a5 = blockA(i + 5u, k);
    c50 += b0 * a5; c51 += b1 * a5; c52 += b2 * a5; c53 += b3 * a5;
    c54 += b4 * a5; c55 += b5 * a5; c56 += b6 * a5; c57 += b7 * a5;
    let a6 = blockA(i + 6u, k);
    c60 += b0 * a6; c61 += b1 * a6; c62 += b2 * a6; c63 += b3 * a6;
    c64 += b4 * a6; c65 += b5 * a6; c66 += b6 * a6; c67 += b7 * a6;
    let a7 = blockA(i + 7u, k);
    c70 += b0 * a7; c71 += b1 * a7; c72 += b2 * a7; c73 += b3 * a7;
    c74 += b4 * a7; c75 += b5 * a7; c76 += b6 * a7; c77 += b7 * a7;
  }
  // one store in a loop, because compilers take minutes for 256 in a row
  var tiles = array<mat4x4f, 64>(
    c00, c01, c02, c03, c04, c05, c06, c07,
    c10, c11, c12, c13, c14, c15, c16, c17,
    c20, c21, c22, c23, c24, c25, c26, c27,
    c30, c31, c32, c33, c34, c35, c36, c37,
    c40, c41, c42, c43, c44, c45, c46, c47,
    c50, c51, c52, c53, c54, c55, c56, c57,
    c60, c61, c62, c63, c64, c65, c66, c67,
    c70, c71, c72, c73, c74, c75, c76, c77);
  for (var r = 0u; r < min(32u, params.m - 4u * i); r++) {
    for (var q = 0u; q < min(8u, params.n / 4u - j); q++) {
      store(4u * i + r, j + q, id.z, tiles[r / 4u * 8u + q][r % 4u]);
    }
  }
}
