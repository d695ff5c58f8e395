/** Uniforms of a sequence: the parameters of each dispatch in one buffer, at WebGPU's default alignment. */
import type { Dispatch } from './device';

/** Byte distance between the uniforms of two dispatches: `minUniformBufferOffsetAlignment` by default. */
export const UNIFORM_STRIDE = 256;

/** Size of the uniform buffer of a sequence, bytes. */
export const uniformBytes = (dispatches: readonly Dispatch[]): number =>
  Math.max(1, dispatches.length) * UNIFORM_STRIDE;

/** Parameters of a dispatch, with the run's values for the dynamic ones. @throws if the run leaves one out */
export function resolveParams(dispatch: Dispatch, dynamics: Readonly<Record<string, number>>): Record<string, number> {
  const resolved: Record<string, number> = {};
  for (const [name, param] of Object.entries(dispatch.params)) {
    if (typeof param === 'number') {
      resolved[name] = param;
      continue;
    }
    const value = dynamics[param.dynamic];
    if (value === undefined)
      throw new Error(
        `${dispatch.label}: this run gives no value for "${param.dynamic}" (parameter ${name}); add it to the run's dynamics`,
      );
    resolved[name] = value;
  }
  return resolved;
}

/** Writes the parameters of dispatch `index` in the order of the kernel's record. */
export function writeUniforms(
  words: DataView,
  index: number,
  { kernel }: Dispatch,
  params: Readonly<Record<string, number>>,
): void {
  Object.entries(kernel.params).forEach(([name, type], i) => {
    const at = index * UNIFORM_STRIDE + i * 4;
    const value = params[name] as number;
    if (type === 'u32') words.setUint32(at, value, true);
    else words.setFloat32(at, value, true);
  });
}
