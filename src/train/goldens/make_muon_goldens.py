#!/usr/bin/env python3
"""Make golden steps of torch.optim.Muon, in double precision: writes muon.json beside this file.

torch computes the Newton–Schulz iteration in bfloat16. Here torch's own code runs with torch.bfloat16 replaced by
torch.float64, so that the goldens are those of the formula. "matrices": each case gives the gradients of several steps of
one parameter, and parameter and momentum buffer after each. "model": probe steps of a Phi-3 model; Muon moves the hidden
matrices and AdamW the rest. Made with torch 2.15.0, transformers 5.24.0, numpy 2.4.6.
"""
import json, sys
from pathlib import Path
from unittest import mock

import numpy as np
import torch

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent.parent / "model" / "goldens"))
import make_phi3_goldens as phi3

DEFAULTS = dict(momentum=0.95, nesterov=True, ns_coefficients=[3.4445, -4.775, 2.0315], ns_steps=5, eps=1e-7,
                adjust_lr_fn="original")
MATRICES = [  # (shape, settings other than the defaults, weight decay)
    ((8, 20), dict(), 0.1),
    ((20, 8), dict(), 0.1),
    ((12, 12), dict(nesterov=False, momentum=0.8, adjust_lr_fn="match_rms_adamw"), 0.0),
    ((13, 5), dict(ns_steps=3, adjust_lr_fn="spectral_unclamped"), 0.01),
    ((5, 13), dict(ns_coefficients=[2.0, -1.5, 0.5], ns_steps=8, adjust_lr_fn="match_rms_adamw"), 0.1),
]
MODEL = "phi3-partial-rotary-untied"
LENGTHS = (16, 11, 3)
OPTIMIZER = dict(name="muon", lr=0.02, betas=[0.9, 0.95], eps=1e-6, weight_decay=0.1, decay="matrices", max_grad_norm=0.5,
                 muon=dict(adjust_lr_fn="original", adamw_lr_ratio=0.1))
rounded = lambda array: [float(f"{v:.8g}") for v in np.asarray(array).ravel().tolist()]


def matrix(shape, settings, weight_decay, rng):
    options = DEFAULTS | settings
    param = torch.nn.Parameter(torch.tensor(rng.normal(0, 0.3, shape).astype(np.float32)).double())
    out = dict(shape=shape, options=options, weight_decay=weight_decay, lr=0.02, param=rounded(param.detach()), steps=[])
    muon = torch.optim.Muon([param], lr=out["lr"], weight_decay=weight_decay,
                            **options | dict(ns_coefficients=tuple(options["ns_coefficients"])))
    for step in range(4):  # the third gradient is 0: momentum alone
        grad = np.zeros(shape) if step == 2 else rng.normal(0, 10.0 ** -step, shape).astype(np.float32)
        param.grad = torch.tensor(grad).double()
        muon.step()
        out["steps"].append(dict(grad=rounded(grad), param=rounded(param.detach()),
                                 momentum=rounded(muon.state[param]["momentum_buffer"])))
    return out


def model(rng):
    directory = HERE.parent.parent / "model" / "goldens" / MODEL
    net = phi3.load(directory).double()
    tokens = [t for t in range(net.config.vocab_size) if t != phi3.PAD]
    segments = [dict(ids=rng.choice(tokens, n).tolist(), mask=[0] + (rng.rand(n - 1) < 0.7).astype(int).tolist())
                for n in LENGTHS]
    params, opt = dict(net.named_parameters()), OPTIMIZER
    hidden = {n: p for n, p in params.items() if p.ndim == 2 and "embed_tokens" not in n and "lm_head" not in n}
    rest = {n: p for n, p in params.items() if n not in hidden}
    muon = torch.optim.Muon(hidden.values(), lr=opt["lr"], weight_decay=opt["weight_decay"],
                            adjust_lr_fn=opt["muon"]["adjust_lr_fn"])
    adamw = torch.optim.AdamW([dict(params=[p], weight_decay=opt["weight_decay"] if p.ndim >= 2 else 0.0) for p in rest.values()],
                              lr=opt["lr"] * opt["muon"]["adamw_lr_ratio"], betas=tuple(opt["betas"]), eps=opt["eps"])
    targets, losses = sum(sum(s["mask"]) for s in segments), []
    for _ in range(3):
        loss = 0.0
        for s in segments:
            ids, mask = torch.tensor(s["ids"]), torch.tensor(s["mask"]) == 1
            logits = net(input_ids=ids[None], use_cache=False).logits[0]
            loss = loss + torch.nn.functional.cross_entropy(logits[:-1], ids[1:], reduction="none")[mask[1:]].sum() / targets
        net.zero_grad()
        loss.backward()
        losses.append(float(f"{loss.item():.8g}"))
        assert torch.nn.utils.clip_grad_norm_(params.values(), opt["max_grad_norm"]) > opt["max_grad_norm"]  # it clips
        muon.step()
        adamw.step()
    return dict(model=MODEL, input=dict(segments=segments, optimizer=opt, steps=3, want=["loss", "params"]),
                expected=dict(loss=losses, params={n: [float(f"{v:.7g}") for v in p.detach().ravel().tolist()] for n, p in params.items()}))


if __name__ == "__main__":
    torch.set_num_threads(1)
    rng = np.random.RandomState(7)
    with (mock.patch.object(torch, "bfloat16", torch.float64), mock.patch.object(phi3.hf.Phi3RMSNorm, "forward", phi3.rms_norm),
          mock.patch.object(phi3.hf.Phi3RotaryEmbedding, "forward", phi3.rotary),
          mock.patch.object(phi3.hf, "eager_attention_forward", phi3.eager)):
        out = dict(matrices=[matrix(*case, rng) for case in MATRICES], model=model(rng))
    (HERE / "muon.json").write_text(json.dumps(out, separators=(",", ":")) + "\n")
