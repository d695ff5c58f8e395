// Prelude of the matrix products in 4×4 blocks, after product_vec4.wgsl: blocks along rows, which edges clamp.

// Rows 4i … 4i + 3 of a[m, k] as columns; components run along k.
fn rowBlockA(i: u32, k4: u32) -> mat4x4f {
  let width = params.k / 4u;
  let last = params.m - 1u;
  let row = i * 4u;
  return mat4x4f(
    a[min(row, last) * width + k4], a[min(row + 1u, last) * width + k4],
    a[min(row + 2u, last) * width + k4], a[min(row + 3u, last) * width + k4]);
}

// Rows 4j … 4j + 3 of b[n, k] as components; columns run along k.
fn rowBlockB(j: u32, k4: u32) -> mat4x4f {
  let width = params.k / 4u;
  let first = min(j, params.n / 4u - 1u) * 4u * width + k4;
  return transpose(mat4x4f(b[first], b[first + width], b[first + 2u * width], b[first + 3u * width]));
}
