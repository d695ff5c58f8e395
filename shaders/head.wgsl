// Prelude of the tiled attention kernels. It keeps a head of up to 64 channels in registers, as matrices of 16, because some
// compilers keep arrays in memory. Each function below the arithmetic is one step of a kernel: one query with one key.
override HEAD_VEC4: u32 = 1;                                            // D / 4, at most 16

struct Head { a: mat4x4f, b: mat4x4f, c: mat4x4f, d: mat4x4f }

fn dot16(x: mat4x4f, y: mat4x4f) -> f32 {
  return dot(x[0], y[0]) + dot(x[1], y[1]) + dot(x[2], y[2]) + dot(x[3], y[3]);
}

// x · y
fn dotHead(x: Head, y: Head) -> f32 {
  var sum = dot16(x.a, y.a);
  if (HEAD_VEC4 > 4u) { sum += dot16(x.b, y.b); }
  if (HEAD_VEC4 > 8u) { sum += dot16(x.c, y.c); }
  if (HEAD_VEC4 > 12u) { sum += dot16(x.d, y.d); }
  return sum;
}

// keep · x + weight · y
fn mixHeads(keep: f32, x: Head, weight: f32, y: Head) -> Head {
  var sum = x;
  sum.a = keep * x.a + weight * y.a;
  if (HEAD_VEC4 > 4u) { sum.b = keep * x.b + weight * y.b; }
  if (HEAD_VEC4 > 8u) { sum.c = keep * x.c + weight * y.c; }
  if (HEAD_VEC4 > 12u) { sum.d = keep * x.d + weight * y.d; }
  return sum;
}

// x + weight · y
fn addHead(x: Head, weight: f32, y: Head) -> Head {
  var sum = x;
  sum.a += weight * y.a;
  if (HEAD_VEC4 > 4u) { sum.b += weight * y.b; }
  if (HEAD_VEC4 > 8u) { sum.c += weight * y.c; }
  if (HEAD_VEC4 > 12u) { sum.d += weight * y.d; }
  return sum;
}

// The i-th vec4. Only for the end of a kernel: it uses an array in memory.
fn vec4Of(x: Head, i: u32) -> vec4f {
  var parts = array<mat4x4f, 4>(x.a, x.b, x.c, x.d);
  return parts[i / 4u][i % 4u];
}

// State of a query in the loop over its keys first … last: the softmax so far, relative to its highest score.
struct Query { q: Head, sum: Head, top: f32, total: f32, first: u32, last: u32 }
const LOWEST = -3.0e38;
// The backward pass sums scores in another order. Rounding may give probabilities above 1, without bound for huge scores.
const MAX_LOG_P: f32 = 1.0;

fn attend(before: Query, j: u32, k: Head, v: Head, scale: f32) -> Query {
  var query = before;
  let sees = j >= before.first && j <= before.last;
  let score = select(LOWEST, dotHead(before.q, k) * scale, sees);
  query.top = max(before.top, score);
  let keep = exp(before.top - query.top);
  let weight = select(0.0, exp(score - query.top), sees);
  query.total = before.total * keep + weight;
  query.sum = mixHeads(keep, before.sum, weight, v);
  return query;
}

// State of a query's gradient in the loop over its keys first … last; d is the gradient of its output, delta = d · output.
struct QueryGrad { q: Head, d: Head, dq: Head, delta: f32, lse: f32, first: u32, last: u32 }

fn addKey(before: QueryGrad, j: u32, k: Head, v: Head, scale: f32) -> QueryGrad {
  var query = before;
  let sees = j >= before.first && j <= before.last;
  let p = select(0.0, exp(min(dotHead(before.q, k) * scale - before.lse, MAX_LOG_P)), sees);
  query.dq = addHead(before.dq, p * (dotHead(before.d, v) - before.delta) * scale, k);
  return query;
}

// State of the gradients of a key and its value in the loop over the queries from the key's own row to `end`.
struct KeyGrad { k: Head, v: Head, dk: Head, dv: Head, first: u32, end: u32 }

fn addQuery(before: KeyGrad, n: u32, q: Head, d: Head, lse: f32, delta: f32, scale: f32) -> KeyGrad {
  var key = before;
  let seen = n >= before.first && n < before.end;
  let p = select(0.0, exp(min(dotHead(before.k, q) * scale - lse, MAX_LOG_P)), seen);
  key.dv = addHead(before.dv, p, d);
  key.dk = addHead(before.dk, p * (dotHead(before.v, d) - delta) * scale, q);
  return key;
}
