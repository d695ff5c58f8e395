#!/usr/bin/env python3
"""Use a folder that `train` wrote as any other model of transformers and TRL, with nothing passed that a file should say.

    check_export.py FOLDER            do the nine things of CHECKS, print what each gave; exit 1 if one fails
    check_export.py FOLDER OUT        also write OUT/evidence.json, and OUT/resaved as transformers' save_pretrained writes it

evidence.json holds what transformers made of the folder: token ids of the chat template and of padding, decoded texts, logits,
greedy completions. checkpoint/exported.test.ts holds our own tokenizer, model and sampler to it, without Python.
Made with torch 2.15.0, transformers 5.24.0, trl 1.16.0.
"""
import json, sys, tempfile, traceback
from pathlib import Path

import torch
from datasets import Dataset
from tokenizers import Tokenizer
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, GenerationConfig, logging, pipeline
from trl import GRPOConfig, GRPOTrainer

PROMPTS = ["0111=", "10=", "010="]  # of three lengths: a batch of them is padded
ANSWER = "<think>0101</think>1"
user = lambda content: {"role": "user", "content": content}
assistant = lambda content: {"role": "assistant", "content": content}


def text_of(tokenizer, ids):
    return tokenizer.decode(ids)  # special tokens included: transformers' default


def model(folder):
    """1. loads with every weight in its place, in the type that the file says"""
    loaded, info = AutoModelForCausalLM.from_pretrained(folder, dtype="auto", output_loading_info=True)
    faults = {key: value for key, value in info.items() if value}
    assert not faults, faults
    config = AutoConfig.from_pretrained(folder)
    assert [type(loaded).__name__] == config.architectures and loaded.dtype == torch.float32, (type(loaded), loaded.dtype)
    assert config.dtype == torch.float32, config
    assert config.rope_parameters["rope_type"] == "default", config.rope_parameters
    ids = AutoTokenizer.from_pretrained(folder)(PROMPTS[0] + ANSWER)["input_ids"]
    with torch.no_grad():
        logits = loaded(torch.tensor([ids])).logits[0]
    return dict(ids=ids, logits=[[float(f"{x:.8g}") for x in row] for row in logits.tolist()])


def tokens(folder):
    """2. the tokenizer's pad and end are those of the model"""
    tokenizer, config = AutoTokenizer.from_pretrained(folder), AutoConfig.from_pretrained(folder)
    assert tokenizer.pad_token_id == config.pad_token_id is not None, tokenizer.pad_token_id
    assert tokenizer.eos_token_id == config.eos_token_id is not None, tokenizer.eos_token_id
    assert tokenizer.pad_token_id != tokenizer.eos_token_id
    return dict(pad=tokenizer.pad_token_id, eos=tokenizer.eos_token_id, special=sorted(
        id for id, token in tokenizer.added_tokens_decoder.items() if token.special))


def padding(folder):
    """3. a batch is padded on the left, and each row's next-token logits are those of the row alone"""
    tokenizer, loaded = AutoTokenizer.from_pretrained(folder), AutoModelForCausalLM.from_pretrained(folder)
    batch = tokenizer(PROMPTS, padding=True, return_tensors="pt")
    with torch.no_grad():
        together = loaded(**batch).logits[:, -1]
        apart = torch.stack([loaded(**tokenizer(p, return_tensors="pt")).logits[0, -1] for p in PROMPTS])
    assert (together - apart).abs().max() < 1e-4, (together - apart).abs().max()
    return dict(prompts=PROMPTS, ids=batch["input_ids"].tolist(), mask=batch["attention_mask"].tolist())


def template(folder):
    """4. the chat template"""
    tokenizer, out = AutoTokenizer.from_pretrained(folder), []
    for messages, prompt in [([user(PROMPTS[0])], True), ([user(PROMPTS[0]), assistant(ANSWER)], False),
                             ([user(PROMPTS[0]), assistant(ANSWER), user(PROMPTS[1])], True)]:
        ids = tokenizer.apply_chat_template(messages, add_generation_prompt=prompt)["input_ids"]
        marked = tokenizer.apply_chat_template(messages, return_dict=True, return_assistant_tokens_mask=True)
        out.append(dict(messages=messages, add_generation_prompt=prompt, ids=ids, text=text_of(tokenizer, ids),
                        assistant_mask=marked["assistant_masks"]))
    try:
        tokenizer.apply_chat_template([{"role": "system", "content": "1"}])
        raise AssertionError("a role without a token is rendered")
    except Exception as error:
        assert "role system" in str(error), error
    return out


def maximum(folder):
    """5. the maximum length is the model's"""
    tokenizer, config = AutoTokenizer.from_pretrained(folder), AutoConfig.from_pretrained(folder)
    assert tokenizer.model_max_length == config.max_position_embeddings == getattr(
        config, "original_max_position_embeddings", config.max_position_embeddings)
    return tokenizer.model_max_length


def generation(folder):
    """6. generate, with nothing but the inputs, ends at the end token and fills up with the pad token"""
    stored = GenerationConfig.from_pretrained(folder)
    tokenizer, loaded = AutoTokenizer.from_pretrained(folder), AutoModelForCausalLM.from_pretrained(folder)
    assert stored.eos_token_id == tokenizer.eos_token_id and stored.pad_token_id == tokenizer.pad_token_id, stored
    chats = [[user(prompt)] for prompt in PROMPTS]
    batch = tokenizer.apply_chat_template(chats, add_generation_prompt=True, padding=True, return_tensors="pt", return_dict=True)
    rows = loaded.generate(**batch)[:, batch["input_ids"].shape[1]:].tolist()
    cut = lambda row: row[: row.index(stored.eos_token_id) + 1] if stored.eos_token_id in row else row
    assert all(set(row[len(cut(row)):]) <= {stored.pad_token_id} for row in rows), rows
    return [dict(prompt=p, ids=cut(row), text=text_of(tokenizer, cut(row))) for p, row in zip(PROMPTS, rows)]


def think(folder):
    """7. the think tags survive every decode; with skip_special_tokens (TRL, vLLM, tokenizers) the rest goes"""
    tokenizer, out = AutoTokenizer.from_pretrained(folder), []
    for text in (ANSWER, "<think></think>0", "<think>1+1=2</think>2", "<think>1 , . 's n't</think> 0"):
        ids = tokenizer(text)["input_ids"] + [tokenizer.eos_token_id]
        plain, skipped = tokenizer.decode(ids), tokenizer.decode(ids, skip_special_tokens=True)
        assert plain == text + tokenizer.eos_token and skipped == text, (plain, skipped)
        assert Tokenizer.from_file(str(Path(folder) / "tokenizer.json")).decode(ids) == text
        out.append(dict(ids=ids, text=plain, skipped=skipped))
    return out


def chat(folder):
    """8. the chat pipeline answers a message with a message, think block included"""
    answer = pipeline("text-generation", model=str(folder))([user(PROMPTS[0])], do_sample=False)[0]["generated_text"]
    assert [message["role"] for message in answer] == ["user", "assistant"], answer
    assert "</think>" in answer[1]["content"], answer
    return answer[1]["content"]


def grpo(folder):
    """9. one step of TRL's GRPOTrainer on message prompts"""
    seen = []

    def reward(completions, **_):
        seen.extend(completion[0]["content"] for completion in completions)
        return [float(len(set(completion[0]["content"]))) for completion in completions]

    with tempfile.TemporaryDirectory() as out:
        settings = GRPOConfig(output_dir=out, max_steps=1, per_device_train_batch_size=8, num_generations=8, report_to=[],
                              max_completion_length=20, temperature=2.0, use_cpu=True, save_strategy="no", logging_steps=1,
                              disable_tqdm=True)
        trainer = GRPOTrainer(model=str(folder), reward_funcs=reward, args=settings,
                              train_dataset=Dataset.from_list([{"prompt": [user(p)]} for p in PROMPTS]))
        before = {name: p.detach().clone() for name, p in trainer.model.named_parameters()}
        trainer.train()
    changed = sum(not torch.equal(before[name], p.detach()) for name, p in trainer.model.named_parameters())
    assert changed > 0 and all(torch.isfinite(p).all() for p in trainer.model.parameters()), changed
    assert any("<think>" in text for text in seen), seen
    return dict(seen=seen[:2], changed=changed)


CHECKS = (model, tokens, padding, template, maximum, generation, think, chat, grpo)


def main(folder, out=None):
    torch.set_num_threads(1)
    torch.manual_seed(0)
    logging.disable_progress_bar()
    evidence, failed = {}, 0
    for check in CHECKS:
        try:
            evidence[check.__name__] = found = check(folder)
            print(f"ok    {check.__doc__}: {json.dumps(found)[:200]}", flush=True)
        except Exception:
            failed += 1
            print(f"FAILS {check.__doc__}: {traceback.format_exc(limit=-1)}", flush=True)
    print(f"{len(CHECKS) - failed} of {len(CHECKS)} work")
    if out and not failed:
        kept = ("model", "tokens", "padding", "template", "maximum", "generation", "think", "chat")  # grpo samples
        (Path(out) / "evidence.json").write_text(json.dumps({key: evidence[key] for key in kept}) + "\n")
        AutoModelForCausalLM.from_pretrained(folder).save_pretrained(Path(out) / "resaved")
        AutoTokenizer.from_pretrained(folder).save_pretrained(Path(out) / "resaved")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
