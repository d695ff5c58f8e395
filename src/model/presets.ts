/** Model sizes by name. Parameters are for the vocabulary of 104 tokens with tied embeddings. */

export interface ModelShape {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly ffn: number;
}

export const modelPresets = {
  /** 0.1 M: any machine, software adapters, the first minute. */
  nano: { layers: 2, width: 64, heads: 4, kvHeads: 2, ffn: 192 },
  /** 0.8 M: integrated GPUs. */
  micro: { layers: 4, width: 128, heads: 4, kvHeads: 2, ffn: 384 },
  /** 4.5 M: laptops with a GPU. */
  mini: { layers: 6, width: 256, heads: 8, kvHeads: 4, ffn: 704 },
  /** 24 M: discrete GPUs. */
  small: { layers: 8, width: 512, heads: 8, kvHeads: 4, ffn: 1408 },
} as const satisfies Record<string, ModelShape>;

export type ModelPreset = keyof typeof modelPresets;
export const modelPresetNames = Object.keys(modelPresets) as ModelPreset[];
