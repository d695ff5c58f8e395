// Loads of one head of qkv in subgroups of 8, for kernels that bind qkv as array<f32>. A prelude after head.wgsl. Places count
// in vec4.
fn ownColumn(at: u32, i: u32) -> vec4f {
  if (i >= HEAD_VEC4) { return vec4f(); }
  let first = 4u * (at + i);
  return vec4f(qkv[first], qkv[first + 1u], qkv[first + 2u], qkv[first + 3u]);
}

fn ownOwn(at: u32, first: u32) -> mat4x4f {
  if (first >= HEAD_VEC4) { return mat4x4f(); }
  return mat4x4f(ownColumn(at, first), ownColumn(at, first + 1u), ownColumn(at, first + 2u), ownColumn(at, first + 3u));
}

// Loads a head that only this invocation needs. Places count in vec4.
fn own(at: u32) -> Head {
  return Head(ownOwn(at, 0u), ownOwn(at, 4u), ownOwn(at, 8u), ownOwn(at, 12u));
}

// 16 channels of a head that all invocations need: each loads two of them and broadcasts them.
fn spreadQuad(at: u32, first: u32, lane: u32) -> mat4x4f {
  if (first >= HEAD_VEC4) { return mat4x4f(); }
  let low = select(0.0, qkv[4u * (at + first) + lane], 4u * first + lane < 4u * HEAD_VEC4);
  let high = select(0.0, qkv[4u * (at + first) + 8u + lane], 4u * first + 8u + lane < 4u * HEAD_VEC4);
  return mat4x4f(
    subgroupBroadcast(low, 0u), subgroupBroadcast(low, 1u), subgroupBroadcast(low, 2u), subgroupBroadcast(low, 3u),
    subgroupBroadcast(low, 4u), subgroupBroadcast(low, 5u), subgroupBroadcast(low, 6u), subgroupBroadcast(low, 7u),
    subgroupBroadcast(high, 0u), subgroupBroadcast(high, 1u), subgroupBroadcast(high, 2u), subgroupBroadcast(high, 3u),
    subgroupBroadcast(high, 4u), subgroupBroadcast(high, 5u), subgroupBroadcast(high, 6u), subgroupBroadcast(high, 7u));
}

fn spread(at: u32, lane: u32) -> Head {
  return Head(spreadQuad(at, 0u, lane), spreadQuad(at, 4u, lane), spreadQuad(at, 8u, lane), spreadQuad(at, 12u, lane));
}
