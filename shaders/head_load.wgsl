// Loads of one head of qkv, for kernels that bind qkv as array<vec4f>. A prelude after head.wgsl. Places count in vec4.
fn quad(at: u32, first: u32) -> mat4x4f {
  if (first >= HEAD_VEC4) { return mat4x4f(); }
  return mat4x4f(qkv[at + first],
    select(vec4f(), qkv[at + first + 1u], first + 1u < HEAD_VEC4),
    select(vec4f(), qkv[at + first + 2u], first + 2u < HEAD_VEC4),
    select(vec4f(), qkv[at + first + 3u], first + 3u < HEAD_VEC4));
}

fn load(at: u32) -> Head {
  return Head(quad(at, 0u), quad(at, 4u), quad(at, 8u), quad(at, 12u));
}
