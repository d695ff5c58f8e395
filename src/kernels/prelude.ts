/** Shaders with shared declarations. */

/** Shader with a prelude after its directives, which WGSL wants first. */
export function withPrelude(prelude: string, shader: string): string {
  const directives = /^(?:enable \w+;\n)*/.exec(shader)?.[0] ?? '';
  return directives + prelude + shader.slice(directives.length);
}
