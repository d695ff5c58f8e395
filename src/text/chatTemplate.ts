/** The chat format as a Jinja template, which transformers, TRL and vLLM render: the same tokens as `Tokenizer.chatPrompt`. */
import { SPECIAL } from './vocabulary';

const { start, separator, end, user, assistant } = SPECIAL;

/** Jinja takes these as they are: no quote and no backslash in them. */
const text = (...tokens: readonly string[]) => `{{ '${tokens.join('')}' }}`;

/**
 * `<|im_start|><|user|><|im_sep|>…<|im_end|>` for each message; a prompt for generation ends with the assistant's opening.
 * There is no token for other roles, so the template refuses them. `generation` marks what the assistant wrote, its end token
 * included: TRL's `assistant_only_loss` trains on that alone.
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
