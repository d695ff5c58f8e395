/** Flags of WebGPU by name. A browser has them as globals; Node does not. */

/** `GPUBufferUsage`. */
export const USAGE = { mapRead: 1, copySrc: 4, copyDst: 8, uniform: 64, storage: 128, queryResolve: 512 };

/** `GPUMapMode.READ`. */
export const MAP_READ = 1;

/** `GPUShaderStage.COMPUTE`. */
export const COMPUTE = 4;
