/** Rewrite of shaders for buffers in f16, and its errors. The conformance tests check the results of rewritten kernels. */
import { describe, expect, it } from 'vitest';
import { type AnyKernel, read, update } from '../gpu/kernel';
import { embedding } from './embedding';
import { rewriteToF16, storedAsF16, withF16Variants } from './f16Rewrite';
import { kernels } from './index';

const HEAD = 'var<storage, read> x: array<f32>;\nvar<storage, read_write> y: array<vec4f>;\n';
const CONVERTED = 'enable f16; var<storage, read> x: array<f16>;\nvar<storage, read_write> y: array<vec4h>;\n';
const bindings = { x: read(), y: update('vec4f') };
const rewritten = (body: string) => {
  const wgsl = rewriteToF16(HEAD + body, bindings, ['x', 'y']);
  expect(wgsl.startsWith(CONVERTED)).toBe(true);
  return wgsl.slice(CONVERTED.length);
};

describe('the rewritten shader', () => {
  it.each([
    ['let a = x[i];', 'let a = f32(x[i]);'],
    ['let a = x[i + u32(x[2 * (i + 1)])];', 'let a = f32(x[i + u32(f32(x[2 * (i + 1)]))]);'],
    ['let a = dot(y[i], y[i + 1u]).x;', 'let a = dot(vec4f(y[i]), vec4f(y[i + 1u])).x;'],
    ['let a = y[i].w;', 'let a = vec4f(y[i]).w;'],
    ['y[at] = value * x[at];', 'y[at] = vec4h(value * f32(x[at]));'],
    ['y[at] += value;', 'y[at] = vec4h(vec4f(y[at]) + (value));'],
    ['for (var i = 0u; i < 4u; i++) { y[i] = a / b; }', 'for (var i = 0u; i < 4u; i++) { y[i] = vec4h(a / b); }'],
    ['if (x[0] == 0.0 || x[1] <= y[0].x) { z = 1; }', 'if (f32(x[0]) == 0.0 || f32(x[1]) <= vec4f(y[0]).x) { z = 1; }'],
    ['let a = params.x + xs[1] + vec.y[2];', 'let a = params.x + xs[1] + vec.y[2];'],
  ])('%s', (wgsl, half) => {
    expect(rewritten(wgsl)).toBe(half);
  });

  it('leaves other buffers and line numbers unchanged', () => {
    const wgsl =
      '// x[i] of it\nvar<storage, read> w: array<f32>;\nvar<storage, read> x: array<f32>;\nlet a = w[0] * x[0]; // x';
    expect(rewriteToF16(wgsl, { w: read(), ...bindings }, ['x'])).toBe(
      'enable f16; \nvar<storage, read> w: array<f32>;\nvar<storage, read> x: array<f16>;\nlet a = w[0] * f32(x[0]); ',
    );
  });
});

describe('an error for an unknown pattern:', () => {
  it.each([
    ['let x = 1.0;', 'x in f16 must be followed by its index'],
    ['let n = arrayLength(&x);', 'x in f16 must be followed by its index'],
    ['fn f(x: f32) {}', 'x in f16 must be followed by its index'],
    ['y[i].x = 1.0;', 'y in f16 must be stored whole'],
    ['y[i][2] += 1.0;', 'y in f16 must be stored whole'],
    ['x[i]++;', 'x in f16 must be stored whole'],
    ['for (; i < 4; x[i] = 1.0) {}', 'a store must be a statement of its own'],
    ['let a = x[(i;', 'a bracket is not closed'],
  ])('%s', (wgsl, message) => {
    expect(() => rewritten(wgsl)).toThrow(message);
  });

  it('buffers of whole numbers, and names without a buffer', () => {
    expect(() => rewriteToF16(HEAD, { n: read('u32') }, ['n'])).toThrow('n is not a buffer of f32 or vec4f');
    expect(() => rewriteToF16(HEAD, { z: read() }, ['z'])).toThrow('z is not declared as a storage array');
  });

  it('sets of buffers that no case tests', () => {
    expect(() => storedAsF16(embedding as AnyKernel, ['y'])).toThrow('embedding is not tested with y in f16');
  });
});

it('makes each variant once, with a unique name', () => {
  const names = withF16Variants(kernels).map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(storedAsF16(embedding, ['y', 'table'])).toBe(storedAsF16(embedding, ['table', 'y']));
  expect(storedAsF16(embedding, [])).toBe(embedding);
});
