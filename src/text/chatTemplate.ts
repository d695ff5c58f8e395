/** Chat template in Jinja for transformers, TRL and vLLM. It gives the same tokens as `Tokenizer.chatPrompt`. */
import { SPECIAL } from './vocabulary';

const { start, separator, end, user, assistant } = SPECIAL;

/** Jinja string literal. The tokens contain no quote and no backslash. */
const text = (...tokens: readonly string[]) => `{{ '${tokens.join('')}' }}`;

/**
 * `<|im_start|><|user|><|im_sep|>…<|im_end|>` for each message. A prompt for generation ends with the assistant's opening.
 * Other roles have no token, so the template raises an error. `generation` marks the assistant's text and its end token: the
 * tokens that TRL's `assistant_only_loss` trains on.
 */
export const CHAT_TEMPLATE = [
  '{% for message in messages %}',
  "{% if message['role'] == 'user' %}",
  text(start, user, separator),
  `{{ message['content'] }}${text(end)}`,
  "{% elif message['role'] == 'assistant' %}",
  text(start, assistant, separator),
  `{% generation %}{{ message['content'] }}${text(end)}{% endgeneration %}`,
  '{% else %}',
  `{{ raise_exception('role ' ~ message['role'] ~ ' has no token in this vocabulary: use user or assistant') }}`,
  '{% endif %}',
  '{% endfor %}',
  `{% if add_generation_prompt %}${text(start, assistant, separator)}{% endif %}`,
].join('');
