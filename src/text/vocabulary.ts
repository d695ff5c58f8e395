/** Character vocabulary of the lab: the special tokens of the report's chat format, a token per role, and printable ASCII. */

export const SPECIAL = {
  pad: '<|pad|>',
  start: '<|im_start|>',
  separator: '<|im_sep|>',
  end: '<|im_end|>',
  think: '<think>',
  thinkEnd: '</think>',
  user: '<|user|>',
  assistant: '<|assistant|>',
} as const;

const PRINTABLE = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i));

/** 8 special tokens, the line break and 95 printable characters: 104 tokens. */
export const VOCABULARY: readonly string[] = [...Object.values(SPECIAL), '\n', ...PRINTABLE];
