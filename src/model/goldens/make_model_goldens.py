#!/usr/bin/env python3
"""Make golden training steps with models of Hugging Face's transformers (eager attention), in double precision.

    make_model_goldens.py [OUT] [NAME]  write OUT/<name>/{config.json,model.safetensors,step.json} for every entry of MODELS
    make_model_goldens.py --check DIR   redo the inputs of DIR/step.json and print the largest differences

step.json is an array of {"input", "expected"}. Segments are separate sequences, each run as a batch of one. mask[i] = 1
says that token i is a target, predicted from the tokens before it; the loss is the mean over the targets of all segments.
expected: "logits" before the first step, "loss" of each step, "grads" of the first step (before clipping), "params" after
the last AdamW step. Made with torch 2.15.0, transformers 5.23.0 (Llama: 5.24.0), safetensors 0.8.0, numpy 2.4.6.
"""
import json, sys
from pathlib import Path
from unittest import mock

import numpy as np
import torch
from safetensors.numpy import load_file, save_file
from transformers import AutoConfig, AutoModelForCausalLM, logging
from transformers.models.llama import modeling_llama
from transformers.models.phi3 import modeling_phi3

PAD = 2  # Never used as an input: HF's nn.Embedding(padding_idx=PAD) would drop the input side of that row's gradient.
COMMON = dict(
    hidden_act="silu", max_position_embeddings=128, rope_scaling=None, attention_bias=False, attention_dropout=0.0,
    initializer_range=0.02, torch_dtype="float32", bos_token_id=0, eos_token_id=1, pad_token_id=PAD)
PHI3 = COMMON | dict(
    architectures=["Phi3ForCausalLM"], model_type="phi3", rms_norm_eps=1e-5, sliding_window=None, embd_pdrop=0.0, resid_pdrop=0.0)
LLAMA = COMMON | dict(architectures=["LlamaForCausalLM"], model_type="llama", rms_norm_eps=1e-6, mlp_bias=False)
HF = dict(phi3=(modeling_phi3, "Phi3"), llama=(modeling_llama, "Llama"))  # module, prefix of its classes
MODELS = {
    "phi3-gqa-tied": (1, PHI3 | dict(
        hidden_size=32, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, head_dim=8, intermediate_size=48,
        vocab_size=44, tie_word_embeddings=True, rope_theta=10000.0, partial_rotary_factor=1.0)),
    "phi3-partial-rotary-untied": (2, PHI3 | dict(  # one layer, or step.json would be 2 MB
        hidden_size=48, num_hidden_layers=1, num_attention_heads=3, num_key_value_heads=3, head_dim=16, intermediate_size=56,
        vocab_size=37, tie_word_embeddings=False, rope_theta=20000.0, partial_rotary_factor=0.5)),
    "llama-gqa-headdim-tied": (3, LLAMA | dict(  # heads wider than width / heads
        hidden_size=20, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, head_dim=12, intermediate_size=28,
        vocab_size=38, tie_word_embeddings=True, rope_theta=10000.0)),
    "llama-headdim-untied": (4, LLAMA | dict(  # q, k and v of sizes that no block of 64 numbers divides
        hidden_size=18, num_hidden_layers=1, num_attention_heads=3, num_key_value_heads=3, head_dim=4, intermediate_size=26,
        vocab_size=37, tie_word_embeddings=False, rope_theta=500000.0)),
}
CASES = [  # (lengths of the segments, optimizer)
    ((16, 11, 3), dict(lr=1e-3, betas=[0.9, 0.95], eps=1e-6, weight_decay=0.1, decay="matrices", max_grad_norm=None)),
    ((13, 1, 6), dict(lr=3e-3, betas=[0.9, 0.999], eps=1e-6, weight_decay=0.01, decay="all", max_grad_norm=0.02)),
]


def rms_norm(self, x):  # RMSNorm.forward without its cast to float32
    return self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.variance_epsilon))


def rotary(self, x, position_ids):  # RotaryEmbedding.forward, the frequencies in double from the start
    dim = 2 * self.inv_freq.numel()  # HF's own choice of the rotated width
    inv_freq = 1.0 / self.config.rope_parameters["rope_theta"] ** (torch.arange(0, dim, 2, dtype=torch.float64) / dim)
    emb = (position_ids[..., None].double() * inv_freq).repeat(1, 1, 2)
    return emb.cos().to(x.dtype), emb.sin().to(x.dtype)


def eager(module, query, key, value, attention_mask, scaling, dropout=0.0, **_):  # the softmax not in float32
    key, value = (modeling_phi3.repeat_kv(t, module.num_key_value_groups) for t in (key, value))
    weights = query @ key.transpose(2, 3) * scaling
    weights = torch.softmax(weights if attention_mask is None else weights + attention_mask, dim=-1)
    return (weights @ value).transpose(1, 2).contiguous(), weights


def load(directory):
    model = AutoModelForCausalLM.from_pretrained(directory, attn_implementation="eager", dtype=torch.float32).eval()
    model.model.embed_tokens.padding_idx = None  # every row learns; matters only for inputs that hold the pad token
    stored = load_file(Path(directory) / "model.safetensors")
    assert set(stored) == {n for n, _ in model.named_parameters()}  # tied: no lm_head.weight
    assert all(np.array_equal(p.detach().numpy(), stored[n]) for n, p in model.named_parameters())
    return model


def run(model, task):
    """What `expected` says for `task`, unrounded, in the precision of the model (whose parameters it changes)."""
    opt, params = task["optimizer"], dict(model.named_parameters())
    decay = lambda p: opt["weight_decay"] if opt["decay"] == "all" or p.ndim >= 2 else 0.0
    adamw = torch.optim.AdamW([dict(params=[p], weight_decay=decay(p)) for p in params.values()], lr=opt["lr"],
                              betas=tuple(opt["betas"]), eps=opt["eps"])
    targets, out = sum(sum(s["mask"]) for s in task["segments"]), dict(loss=[], logits=[])
    for step in range(task["steps"]):
        loss = 0.0
        for s in task["segments"]:
            ids, mask = torch.tensor(s["ids"]), torch.tensor(s["mask"]) == 1
            assert not mask[0] and len(mask) == len(ids)
            logits = model(input_ids=ids[None], use_cache=False).logits[0]
            nll = torch.nn.functional.cross_entropy(logits[:-1], ids[1:], reduction="none")
            loss = loss + nll[mask[1:]].sum() / targets
            out["logits"] += [logits.detach().numpy().copy()] if step == 0 else []
        adamw.zero_grad()
        loss.backward()
        out["loss"].append(loss.item())
        if step == 0:
            out["grads"] = {n: p.grad.numpy().copy() for n, p in params.items()}
        if opt["max_grad_norm"] is not None:
            assert torch.nn.utils.clip_grad_norm_(params.values(), opt["max_grad_norm"]) > opt["max_grad_norm"]  # it clips
        adamw.step()
    out["params"] = {n: p.detach().numpy().copy() for n, p in params.items()}
    return out


def differences(a, b):
    """The largest absolute difference of each kind of result; b may be what a step.json holds."""
    array = lambda v: np.asarray(v["data"]).reshape(v["shape"]) if isinstance(v, dict) else np.asarray(v)
    worst = lambda x, y: np.abs(array(x) - array(y)).max()
    assert all(a[k].keys() == b[k].keys() for k in ("grads", "params")) and len(a["logits"]) == len(b["logits"])
    return dict(loss=worst(a["loss"], b["loss"]), logits=max(map(worst, a["logits"], b["logits"])),
                **{k: max(worst(a[k][n], b[k][n]) for n in a[k]) for k in ("grads", "params")})


def golden(directory, task):
    """The result in true double precision, checked against the unpatched float32 model."""
    hf, prefix = HF[json.loads((Path(directory) / "config.json").read_text())["model_type"]]
    with (mock.patch.object(getattr(hf, f"{prefix}RMSNorm"), "forward", rms_norm),
          mock.patch.object(getattr(hf, f"{prefix}RotaryEmbedding"), "forward", rotary),
          mock.patch.object(hf, "eager_attention_forward", eager)):
        exact = run(load(directory).double(), task)
    diff = differences(exact, run(load(directory), task))
    print("  double vs. unpatched f32:", {k: f"{v:.1e}" for k, v in diff.items()})
    assert diff["logits"] < 1e-5
    return exact


def make(directory, seed, config):
    directory.mkdir(parents=True, exist_ok=True)
    rng = np.random.RandomState(seed)
    (directory / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    weights = {n: (rng.normal(0, 0.08, p.shape) if p.ndim >= 2 else 1 + rng.normal(0, 0.1, p.shape)).astype(np.float32)
               for n, p in AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(directory)).named_parameters()}
    save_file(weights, directory / "model.safetensors", metadata={"format": "pt"})
    (directory / "model.safetensors").chmod(0o644)
    cases, tokens = [], [t for t in range(config["vocab_size"]) if t != PAD]
    for lengths, optimizer in CASES:
        segments = [dict(ids=rng.choice(tokens, n).tolist(), mask=[0] + (rng.rand(n - 1) < 0.7).astype(int).tolist())
                    for n in lengths]
        task = dict(segments=segments, optimizer=optimizer, steps=3, want=["logits", "loss", "grads", "params"])
        out = golden(directory, task)
        rounded = lambda x: [rounded(v) for v in x] if isinstance(x, list) else float(f"{x:.8g}")
        tensors = lambda d: {n: dict(shape=list(v.shape), data=rounded(v.ravel().tolist())) for n, v in d.items()}
        cases.append(dict(input=task, expected=dict(
            loss=rounded(out["loss"]), logits=[rounded(v.tolist()) for v in out["logits"]],
            grads=tensors(out["grads"]), params=tensors(out["params"]))))
    (directory / "step.json").write_text(json.dumps(cases, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    torch.set_num_threads(1)
    logging.disable_progress_bar()
    if sys.argv[1:2] == ["--check"]:
        for case in json.loads((Path(sys.argv[2]) / "step.json").read_text()):
            diff = differences(golden(sys.argv[2], case["input"]), case["expected"])
            print("  double vs. step.json:    ", {k: f"{v:.1e}" for k, v in diff.items()})
    else:
        wanted = sys.argv[2:] or MODELS
        for name in wanted:
            seed, config = MODELS[name]
            print(name)
            make(Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent) / name, seed, config)
