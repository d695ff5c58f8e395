#!/usr/bin/env python3
"""Make golden GRPO steps of whole models with TRL's own GRPOTrainer, in double precision.

    make_grpo_step_goldens.py           write grpo-step.json beside this script
    make_grpo_step_goldens.py --check   make it again and print the largest difference from the file

The models are src/model/goldens/{phi3-gqa-tied,llama-headdim-untied}. The reference is the same model with every weight times
REFERENCE_SCALE. Left-padded prompts and right-padded completions pass through TRL's `_generate_and_score_completions`,
`_get_per_token_logps_and_entropies` and `_compute_loss`; then torch's clip_grad_norm_ and AdamW, once per update.
TRL's fused head computes in single precision. Its place takes log_softmax in double precision, checked against it here.

cases: {"name", "model", "input" of `probe grpo-step`, "expected"}. expected: "advantages"; per update the loss, the gradient norm, the
metrics, and log-probabilities, entropies, ratios and KLs of the counted tokens; "grads" of the first update; "params" after the last.
Of each tensor the file holds the norm and every STRIDE-th number.
Made with trl 1.16.0, torch 2.15.0, transformers 5.23.0.
"""
import copy, json, random, sys
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import torch
from trl import GRPOTrainer
from trl.trainer.utils import add_fused_lm_head

import make_grpo_goldens as losses

HERE = Path(__file__).parent
MODELS = HERE.parent.parent / "model" / "goldens"
sys.path.insert(0, str(MODELS))
import make_model_goldens as models

B, G, EOS, PAD, STRIDE, REFERENCE_SCALE = losses.B, losses.G, 1, models.PAD, 11, 1.125
ADAMW = dict(lr=1e-3, betas=[0.9, 0.99], eps=1e-6, weight_decay=0.1, decay="matrices", max_grad_norm=0.05)


class Head(torch.nn.Module):
    """The model with the outputs of TRL's fused head, in the model's own precision."""

    is_gradient_checkpointing = False

    def __init__(self, model, temperature):
        super().__init__()
        self.inner, self.temperature = model, temperature

    def forward(self, input_ids, attention_mask, labels, fused_lm_head):
        logits = self.inner(input_ids=input_ids, attention_mask=attention_mask, use_cache=False).logits[:, :-1]
        logps = torch.log_softmax(logits / self.temperature, -1)
        labels = labels[:, 1:]
        picked = logps.gather(-1, labels.clamp(min=0).unsqueeze(-1)).squeeze(-1)
        entropy = -(logps.exp() * logps).sum(-1)
        return SimpleNamespace(log_probs=picked.masked_fill(labels == -100, 0), entropy=entropy.masked_fill(labels == -100, 0))


class Trainer(losses.Trainer):
    """TRL's trainer with real models; only generation and reward functions are replaced."""

    def _get_per_token_logps_and_entropies(self, *args, **options):
        self.scores = GRPOTrainer._get_per_token_logps_and_entropies(self, *args, **options)
        return self.scores

    def __init__(self, given, model, reference):
        options = dict(given["options"])
        if options["loss_type"] == "gspo":
            options.update(loss_type="grpo", importance_sampling_level="sequence")
        super().__init__(dict(given, options=options, logprobs=[0.0]))
        self.model, self.ref_model = model, reference
        self._tokenizer = SimpleNamespace(pad_token_id=PAD)

    def _generate(self, prompts):
        return self.task["prompts"], self.task["completions"], None, [""] * B, self.task.get("sampler"), {}, None, None


def fused_difference(model, temperature):
    """Largest difference of Head from TRL's fused head, which computes in single precision."""
    ids = torch.arange(3, 20)[None]
    given = dict(input_ids=ids, attention_mask=torch.ones_like(ids), labels=ids, fused_lm_head=True)
    fused = copy.deepcopy(model)
    add_fused_lm_head(fused, temperature=temperature, outputs=("log_probs", "entropy"))
    a, b = Head(model, temperature)(**given), fused(**given)
    return max((a.log_probs - b.log_probs).abs().max().item(), (a.entropy - b.entropy).abs().max().item())


def digits(value):
    if isinstance(value, dict):
        return {k: digits(v) for k, v in value.items()}
    if isinstance(value, list):
        return [digits(v) for v in value]
    return float(f"{value:.8g}") if isinstance(value, float) else value


def tensors(named):
    return {n: dict(shape=list(t.shape), norm=t.norm().item(), sample=t.flatten()[::STRIDE].tolist()) for n, t in named}


def expected(given, model, reference):
    trainer = Trainer(given, model, reference)
    optimizer_options, updates, out = given["optimizer"], given["updates"], dict(updates=[])
    decay = lambda p: optimizer_options["weight_decay"] if p.ndim >= 2 else 0.0
    named = list(model.inner.named_parameters())
    optimizer = torch.optim.AdamW([dict(params=[p], weight_decay=decay(p)) for _, p in named], lr=optimizer_options["lr"],
                                  betas=tuple(optimizer_options["betas"]), eps=optimizer_options["eps"])
    batch = trainer._generate_and_score_completions([{"prompt": ""}] * B)
    out["advantages"] = batch["advantages"].tolist()
    if "old" in given:
        for b, row in enumerate(given["old"]):
            batch["old_per_token_logps"][b, :len(row)] = torch.tensor(row)
    rows = lambda t: [row[mask == 1].tolist() for row, mask in zip(t, batch["completion_mask"])]
    for update in range(updates):
        trainer._metrics["train"].clear()
        loss = trainer._compute_loss(trainer.model, batch)
        optimizer.zero_grad()
        loss.backward()
        if update == 0:
            out["grads"] = tensors((n, p.grad) for n, p in named)
        norm = torch.nn.utils.clip_grad_norm_([p for _, p in named], optimizer_options["max_grad_norm"] or float("inf"))
        logprobs, entropies = (t.detach() for t in trainer.scores[:2])
        ratios = (logprobs - batch["old_per_token_logps"]).exp()
        gap = batch["ref_per_token_logps"] - logprobs if trainer.beta else torch.zeros_like(logprobs)
        metrics = {k: v[-1] for k, v in trainer._metrics["train"].items()}
        if given["options"].get("adaptive_entropy") is None:
            metrics.pop("entropy_coef", None)
        out["updates"].append(dict(
            loss=loss.item(), grad_norm=norm.item(), metrics=metrics, logprobs=rows(logprobs), entropies=rows(entropies),
            ratios=rows(ratios), kls=rows(gap.exp() - gap - 1)))
        optimizer.step()
    out["params"] = tensors((n, p.detach()) for n, p in named)
    return out


def task(seed, vocabulary, options, updates, temperature):
    """Three groups of prompts of other lengths; completions that end, or where masked are cut off."""
    rng = random.Random(seed)
    tokens = [t for t in range(3, vocabulary)]
    prompts = [[rng.choice(tokens) for _ in range(n)] for n in (3, 1, 5)]
    cut = [b % 5 == 1 for b in range(B)]
    masked = options.pop("masked", False)
    completions = [[rng.choice(tokens) for _ in range(rng.randint(0, 6))] + ([rng.choice(tokens)] if masked and cut[b] else [EOS])
                   for b in range(B)]
    if masked:
        options["mask_truncated"] = [int(c) for c in cut]
    rewards = [[round(rng.uniform(-1, 1), 4), round(rng.uniform(-0.5, 0), 4)] for _ in range(B)]
    return dict(prompts=[prompts[b // G] for b in range(B)], completions=completions, rewards_per_func=rewards, group_size=G,
                temperature=temperature, options=options, optimizer=ADAMW, updates=updates)


def perturbed(given, model, reference, seed):
    """Log-probabilities of the policy with noise: those of a sampler, or of an older policy."""
    rng = random.Random(seed)
    plain = {k: v for k, v in given["options"].items() if not k.startswith("importance_sampling_")}
    trainer = Trainer({**given, "options": plain}, model, reference)
    batch = trainer._generate_and_score_completions([{"prompt": ""}] * B)
    return [[round(x + rng.gauss(0, 0.25), 5) for x in row[:len(ids)].tolist()]
            for row, ids in zip(batch["old_per_token_logps"], given["completions"])]


def cases():
    """(name, model, options, updates, temperature, given beside them)"""
    phi, llama = "phi3-gqa-tied", "llama-headdim-untied"
    of = lambda loss, **options: losses.of(loss, **options)
    yield "grpo", phi, of("grpo"), 1, 1.0, None
    yield "grpo, KL, entropy bonus, two updates", phi, of("grpo", beta=0.1, gamma=0.02), 2, 1.0, None
    yield "dapo, clip-higher, truncated completions masked, two updates, temperature 0.7", phi, of(
        "dapo", epsilon_high=0.28, beta=0.05, masked=True), 2, 0.7, None
    yield "dr_grpo, rewards not scaled, old log-probabilities given", phi, of(
        "dr_grpo", beta=0.05, scale_rewards="none"), 1, 1.0, "old"
    yield "cispo, sampler corrected, two updates", phi, of(
        "cispo", beta=0.02, importance_sampling_mode="token_truncate", importance_sampling_clip_max=1.2), 2, 1.0, "sampler"
    yield "gspo, two updates", phi, of("gspo", epsilon_low=0.003, epsilon_high=0.004, beta=0.02), 2, 1.3, None
    yield "sapo, terms normalized first, two updates", llama, of(
        "sapo", beta=0.05, multi_objective_aggregation="normalize_then_sum"), 2, 1.0, None
    yield "vespo, truncated completions masked, two updates", llama, of("vespo", beta=0.05, masked=True), 2, 1.0, None
    # TRL compares entropies with a threshold in single precision: 0.47 puts the threshold between two tokens
    yield "grpo, top-entropy quantile 0.47, KL times the ratio, old log-probabilities given", llama, of(
        "grpo", beta=0.1, gamma=0.05, top_entropy_quantile=0.47, use_bias_correction_kl=True), 2, 1.0, "old"
    yield "dapo, steered entropy, three updates", llama, of(
        "dapo", gamma=0.01, adaptive_entropy=dict(target=9.0, delta=0.005, min=0.0, max=0.02, last=None)), 3, 1.0, None


def make():
    out = []
    for seed, (name, folder, options, updates, temperature, more) in enumerate(cases()):
        config = json.loads((MODELS / folder / "config.json").read_text())
        hf, prefix = models.HF[config["model_type"]]
        patches = [(getattr(hf, f"{prefix}RMSNorm"), "forward", models.rms_norm),
                   (getattr(hf, f"{prefix}RotaryEmbedding"), "forward", models.rotary), (hf, "eager_attention_forward", models.eager)]
        with ExitStack() as stack:
            for patch in patches:
                stack.enter_context(mock.patch.object(*patch))
            model, reference = models.load(MODELS / folder).double(), models.load(MODELS / folder)
            with torch.no_grad():
                for p in reference.parameters():
                    p.mul_(REFERENCE_SCALE)  # rounded to single precision, as the lab reads it
            print(f"{name}: Head differs from TRL's fused head by {fused_difference(model, temperature):.1e}")
            policy, frozen = Head(model, temperature), Head(reference.double(), temperature)
            given = task(seed, config["vocab_size"], options, updates, temperature)
            if more:
                given[more] = perturbed(given, policy, frozen, seed)
            out.append(dict(name=name, model=folder, input=given, expected=digits(expected(given, policy, frozen))))
    return dict(source="TRL 1.16.0: GRPOTrainer on transformers' models, float64", reference_scale=REFERENCE_SCALE, stride=STRIDE,
                cases=out)


if __name__ == "__main__":
    torch.set_num_threads(1)
    models.logging.disable_progress_bar()
    made, file = make(), HERE / "grpo-step.json"
    if sys.argv[1:2] == ["--check"]:
        print("largest difference", losses.difference(made, json.loads(file.read_text())))
    else:
        file.write_text(json.dumps(made, separators=(",", ":")) + "\n")
