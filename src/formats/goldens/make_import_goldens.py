#!/usr/bin/env python3
"""Make Phi-3 and Llama folders as other programs write them, each with the logits of transformers 5 or its refusal.

    make_import_goldens.py [OUT]    write OUT (default: import.json beside this script)

import.json holds "weights", safetensors files in base64 that variants share, and "variants": the files of a folder (the name of
one of the weights, or JSON), "ids" of one sequence, and what AutoModelForCausalLM.from_pretrained makes of it in float32: "logits"
[tokens, vocabulary] and "ends", the end tokens of `generate`, or "error", its refusal. Weights that it would initialise anew
count as a refusal. "refused" is the key or tensor that our importer names where it refuses, by choice or because transformers
does; a variant without it must give the logits. Made with torch 2.15.0, transformers 5.24.0, safetensors 0.8.0.
"""
import base64, json, sys, tempfile
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save
from safetensors.torch import save as save_torch
from transformers import AutoConfig, AutoModelForCausalLM, logging

V, C, F, L, H, K = 23, 16, 12, 2, 4, 2
BASE = dict(
    architectures=["Phi3ForCausalLM"], model_type="phi3", vocab_size=V, hidden_size=C, intermediate_size=F,
    num_hidden_layers=L, num_attention_heads=H, num_key_value_heads=K, rms_norm_eps=1e-5, hidden_act="silu",
    max_position_embeddings=64, tie_word_embeddings=False, bos_token_id=0, eos_token_id=3, pad_token_id=0)
LLAMA = BASE | dict(architectures=["LlamaForCausalLM"], model_type="llama")
IDS = [5, 1, 22, 7, 7, 14, 9]
E, HEAD = "model.embed_tokens.weight", "lm_head.weight"


def tensors(seed, base=BASE, **changes):
    """Random weights of the model that a config with these changes describes."""
    config = {k: v for k, v in (base | changes).items() if v is not None}
    kind = config.pop("model_type")
    rng = np.random.RandomState(seed)
    return {n: (rng.normal(0, 0.4, p.shape) if p.ndim >= 2 else 1 + rng.normal(0, 0.2, p.shape)).astype(np.float32)
            for n, p in AutoModelForCausalLM.from_config(AutoConfig.for_model(kind, **config)).named_parameters()}


FULL = tensors(1)
TIED = {n: t for n, t in FULL.items() if n != HEAD}
NAMES = sorted(FULL)
FREQ = np.ones(2, np.float32)
as_type = lambda dtype: save_torch({n: torch.from_numpy(t).to(dtype) for n, t in FULL.items()})
part = lambda names: save({n: FULL[n] for n in names})
WEIGHTS = dict(
    full=save(FULL), tied=save(TIED), tied_stored=save(TIED | {HEAD: FULL[E]}), head_only=save({n: t for n, t in FULL.items() if n != E}),
    shard1=part(NAMES[:5]), shard2=part(NAMES[5:]), shard2_rest=part(NAMES[6:]),
    f16=as_type(torch.float16), bf16=as_type(torch.bfloat16), f64=as_type(torch.float64),
    mha=save(tensors(2, num_key_value_heads=None)), wide_heads=save(tensors(3, head_dim=8)),
    odd_width=save(tensors(4, hidden_size=18)),
    frequencies=save(FULL | {f"model.layers.{l}.self_attn.rotary_emb.inv_freq": FREQ for l in range(L)}
                     | {"model.rotary_emb.inv_freq": np.full(2, np.nan, np.float32)}),
    bare=save({n.removeprefix("model."): t for n, t in TIED.items()}),
    bias=save(FULL | {"model.layers.0.self_attn.qkv_proj.bias": np.ones((H + 2 * K) * C // H, np.float32)}),
    llama=save(tensors(5, LLAMA)), llama_mha=save(tensors(6, LLAMA, num_key_value_heads=None)),
    llama_wide_heads=save(tensors(7, LLAMA, head_dim=8)), llama_tied=save(tensors(8, LLAMA, tie_word_embeddings=True)),
    integers=save(FULL | {"model.layers.0.mlp.down_proj.weight": np.ones((C, F), np.int32)}),
)
INDEX = "model.safetensors.index.json"
one, two = (f"model-0000{i}-of-00002.safetensors" for i in (1, 2))
weight_map = {n: one for n in NAMES[:5]} | {n: two for n in NAMES[5:]}
sharded = {INDEX: {"metadata": {"total_size": 1}, "weight_map": weight_map}, one: "shard1", two: "shard2"}
ROPE = dict(rope_type="default", rope_theta=500.0, partial_rotary_factor=0.5)


def variant(name, weights="full", refused=None, files=None, remove=(), generation=None, base=BASE, **config):
    config = {k: v for k, v in (base | config).items() if k not in remove}
    files = {"config.json": config} | (files if files is not None else {"model.safetensors": weights})
    if generation is not None:
        files["generation_config.json"] = generation
    return dict(name=name, files=files, refused=refused)


def llama(name, weights="llama", **more):
    return variant(f"Llama: {name}", weights, base=LLAMA, **more)


VARIANTS = [
    variant("as transformers 4 writes it", rope_theta=10000.0, rope_scaling=None, torch_dtype="float32"),
    variant("as transformers 5 writes it", rope_parameters=ROPE, dtype="float32", head_dim=4, use_cache=True),
    variant("tied", "tied", tie_word_embeddings=True),
    variant("tied, the same lm_head stored", "tied_stored", tie_word_embeddings=True),
    variant("tied, another lm_head stored", "full", tie_word_embeddings=True),
    variant("tied, only lm_head stored", "head_only", tie_word_embeddings=True),
    variant("F16", "f16", torch_dtype="float16"),
    variant("BF16", "bf16", torch_dtype="bfloat16"),
    variant("F64", "f64", torch_dtype="float64"),
    variant("two shards", files=sharded),
    variant("one file beside an index", files=sharded | {INDEX: {"weight_map": {}}, "model.safetensors": "full"}),
    variant("no num_key_value_heads", "mha", remove=["num_key_value_heads"]),
    variant("num_key_value_heads null", "mha", num_key_value_heads=None),
    variant("every key that has a fitting default left out", remove=["rms_norm_eps", "hidden_act", "max_position_embeddings", "tie_word_embeddings", "bos_token_id", "eos_token_id"]),
    variant("head_dim apart from width / heads", "wide_heads", head_dim=8),
    variant("width / heads rounded down", "odd_width", hidden_size=18),
    variant("stored rotary frequencies", "frequencies"),
    variant("names of a bare Phi3Model", "bare", tie_word_embeddings=True),
    variant("swish, which is silu", hidden_act="swish"),
    variant("rope_theta at the top", rope_theta=500.0),
    variant("partial_rotary_factor at the top", partial_rotary_factor=0.5),
    variant("no channel turns", partial_rotary_factor=0.0),
    variant("rope_parameters against rope_theta", rope_parameters=dict(rope_type="default", rope_theta=500.0), rope_theta=20.0),
    variant("rope_parameters against partial_rotary_factor", rope_parameters=ROPE, partial_rotary_factor=1.0),
    variant("rope_parameters without rope_theta, which is at the top", rope_parameters=dict(rope_type="default"), rope_theta=20.0),
    variant("rope_scaling of type default with a theta, beside rope_parameters", rope_scaling=dict(type="default", rope_theta=20.0), rope_parameters=ROPE),
    variant("rope_scaling without a theta, beside rope_parameters", rope_scaling=dict(rope_type="default"), rope_parameters=ROPE),
    variant("an empty rope_scaling beside rope_parameters", rope_scaling={}, rope_parameters=ROPE),
    variant("rope_type against type", rope_parameters=dict(rope_type="default", type="longrope", rope_theta=500.0)),
    variant("a sliding window that holds the sequence", sliding_window=7),
    variant("two end tokens", eos_token_id=[3, 5]),
    variant("end tokens of generation_config.json", generation=dict(eos_token_id=[5, 6])),
    variant("no end token in generation_config.json", generation=dict(pad_token_id=0)),
    variant("an end token outside the vocabulary", eos_token_id=[3, 999]),
    variant("rms_norm_eps that matters", rms_norm_eps=0.5),
    variant("keys of other models", final_logit_softcapping=1.0, logit_scale=3.0, attention_dropout=0.5, resid_pdrop=0.5),
    # refused: another function than ours, or what transformers refuses
    variant("a sliding window that the sequence outgrows", sliding_window=4, refused="sliding_window"),
    variant("more tokens than max_position_embeddings", max_position_embeddings=4, refused="max_position_embeddings"),
    variant("longrope", rope_scaling=dict(type="longrope", short_factor=[1.0, 2.0], long_factor=[3.0, 4.0]), refused="rope_scaling"),
    variant("yarn, which is longrope here", rope_parameters=dict(rope_type="yarn", rope_theta=1e4, short_factor=[1.0, 2.0], long_factor=[3.0, 4.0]), refused="rope_parameters"),
    variant("linear", rope_parameters=dict(rope_type="linear", factor=2.0, rope_theta=1e4), refused="rope_parameters"),
    variant("longrope in rope_scaling beside rope_parameters", rope_scaling=dict(type="longrope", short_factor=[1.0, 2.0], long_factor=[3.0, 4.0]), rope_parameters=ROPE, refused="rope_scaling"),
    variant("rope_parameters by layer", rope_parameters=dict(full_attention=dict(rope_type="default", rope_theta=500.0)), refused="rope_parameters.full_attention"),
    variant("gelu", hidden_act="gelu", refused="hidden_act"),
    variant("attention_bias", attention_bias=True, refused="attention_bias"),
    variant("a bias stored", "bias", refused="qkv_proj.bias"),
    variant("an odd number of turning channels", "wide_heads", head_dim=8, partial_rotary_factor=0.4, refused="partial_rotary_factor"),
    variant("more channels turn than there are", partial_rotary_factor=1.5, refused="partial_rotary_factor"),
    variant("head_dim null", head_dim=None, refused="head_dim"),
    variant("rope_theta null", rope_theta=None, refused="rope_theta"),
    variant("hidden_size as text", hidden_size="16", refused="hidden_size"),
    variant("vocab_size null", vocab_size=None, refused="vocab_size"),
    variant("key/value heads that do not divide", num_key_value_heads=3, refused="num_key_value_heads"),
    variant("another model", model_type="mistral", refused="model_type"),
    variant("a Llama config before the weights of Phi-3", model_type="llama", refused="self_attn.q_proj"),
    variant("fewer layers than stored", num_hidden_layers=1, refused="model.layers.1"),
    variant("more layers than stored", num_hidden_layers=3, refused="model.layers.2"),
    variant("no lm_head", "tied", refused=HEAD),
    variant("a tensor of integers", "integers", refused="mlp.down_proj"),
    variant("a shard missing", files={k: v for k, v in sharded.items() if k != two}, refused=two),
    variant("a tensor missing in its shard", files=sharded | {two: "shard2_rest"}, refused=NAMES[5]),
    variant("an end token as text", eos_token_id="3", refused="eos_token_id"),
    variant("no weights", files={}, refused="model.safetensors"),
    llama("as transformers 4 writes it", rope_theta=10000.0, rope_scaling=None, torch_dtype="float32", pretraining_tp=1),
    llama("as transformers 5 writes it", rope_parameters=dict(rope_type="default", rope_theta=500.0), dtype="float32", head_dim=4),
    llama("every key that has a fitting default left out", remove=["rms_norm_eps", "hidden_act", "max_position_embeddings", "tie_word_embeddings", "bos_token_id"]),
    llama("no num_key_value_heads", "llama_mha", remove=["num_key_value_heads"]),
    llama("head_dim apart from width / heads", "llama_wide_heads", head_dim=8),
    llama("head_dim null", head_dim=None),
    llama("tied", "llama_tied", tie_word_embeddings=True),
    llama("keys of other architectures", partial_rotary_factor=0.5, sliding_window=4, original_max_position_embeddings=8),
    llama("llama3 positions", refused="rope_scaling", rope_scaling=dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=64), rope_theta=500000.0),
    llama("linear positions", refused="rope_parameters", rope_parameters=dict(rope_type="linear", factor=2.0, rope_theta=1e4)),
    llama("attention_bias", attention_bias=True, refused="attention_bias"),
    llama("mlp_bias", mlp_bias=True, refused="mlp_bias"),
    llama("gelu", hidden_act="gelu", refused="hidden_act"),
    llama("a width that the heads do not share", hidden_size=18, refused="hidden_size"),
    llama("weights of Phi-3", "full", refused="self_attn.q_proj"),
]


def outcome(files):
    """What transformers makes of a folder."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            data = WEIGHTS[content] if isinstance(content, str) else json.dumps(content).encode()
            (Path(folder) / name).write_bytes(data)
        try:
            model, info = AutoModelForCausalLM.from_pretrained(
                folder, attn_implementation="eager", dtype=torch.float32, output_loading_info=True)
            if info["missing_keys"]:
                raise ValueError(f"initialised anew: {sorted(info['missing_keys'])}")
            with torch.no_grad():
                logits = model.eval()(input_ids=torch.tensor([IDS]), use_cache=False).logits[0]
        except Exception as error:
            return dict(error=f"{type(error).__name__}: {error}"[:200])
        ends = model.generation_config.eos_token_id
        ends = ends if isinstance(ends, list) else [] if ends is None else [ends]
        assert torch.isfinite(logits).all()
        return dict(logits=[[float(f"{x:.7g}") for x in row] for row in logits.tolist()], ends=ends)


if __name__ == "__main__":
    torch.set_num_threads(1)
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    rows = []
    for row in VARIANTS:
        made = outcome(row["files"])
        print(f'{row["name"]}: {made.get("error", "loads")}, ends {made.get("ends")}' + (f' (refused: {row["refused"]})' if row["refused"] else ""))
        assert row["refused"] or "logits" in made, "our importer cannot agree with a refusal unless it refuses"
        rows.append(row | dict(ids=IDS) | made)
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "import.json"
    weights = {name: base64.b64encode(data).decode() for name, data in WEIGHTS.items()}
    lines = [json.dumps({"weights": weights})[:-1] + ', "variants": [', ",\n".join(json.dumps(row) for row in rows), "]}"]
    out.write_text("\n".join(lines) + "\n")
