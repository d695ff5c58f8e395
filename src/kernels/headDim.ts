/** Widest head that the attention kernels hold in registers. The page needs it without their shaders. */
export const MAX_HEAD_DIM = 128;
