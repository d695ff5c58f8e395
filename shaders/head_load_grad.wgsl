// head_load.wgsl for dout, the gradient of attention's output.
fn gradQuad(at: u32, first: u32) -> mat4x4f {
  if (first >= HEAD_VEC4) { return mat4x4f(); }
  return mat4x4f(dout[at + first],
    select(vec4f(), dout[at + first + 1u], first + 1u < HEAD_VEC4),
    select(vec4f(), dout[at + first + 2u], first + 2u < HEAD_VEC4),
    select(vec4f(), dout[at + first + 3u], first + 3u < HEAD_VEC4));
}

fn loadGrad(at: u32) -> Head {
  return Head(gradQuad(at, 0u), gradQuad(at, 4u), gradQuad(at, 8u), gradQuad(at, 12u));
}
