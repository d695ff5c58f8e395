#!/usr/bin/env python3
"""Make golden policy losses with TRL's own GRPOTrainer, in double precision.

    make_grpo_goldens.py [FOLDER]           write grpo.json, losses.json and grpo-config.json (beside this script)
    make_grpo_goldens.py --check [FOLDER]   make them again and print the largest difference from the files

grpo.json holds cases of the losses and options before SAPO; losses.json holds SAPO, LUSPO, VESPO and the top-entropy quantile;
grpo-config.json holds the fields of GRPOConfig with their defaults.

The trainer is TRL's class with nothing constructed: its methods `_generate_and_score_completions` (advantages, ratios to the
sampler, reward metrics), `_compute_loss` (loss, gradient, loss metrics, steered entropy coefficient) and the callback's
`_sync_target_model` run as they stand. Given to them are completions, rewards and log-probabilities in place of generation,
reward functions and models; the entropies are constants, so no gradient flows through them.

cases: {"name", "input" of `probe policy-loss`, "expected"}. Where release 1.16.0 differs from the commit f2cd577 that
policy-loss.json was made with: log-ratios are not clamped to +-20 (no case comes near), `use_bias_correction_kl` exists (and is
on by default there; here off but where a case says otherwise), the static `entropy_coef` is a metric (left out here).
TRL compares entropies with a threshold in single precision: those of cases with a quantile are multiples of 1/1024.
Made with trl 1.16.0, torch 2.15.0, transformers 5.23.0.
"""
import dataclasses, json, random, sys
from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace

import torch
import trl
from accelerate import Accelerator
from trl import GRPOConfig, GRPOTrainer
from trl.trainer.callbacks import SyncRefModelCallback

torch.set_default_dtype(torch.float64)
G, GROUPS, T, EOS, PAD = 4, 3, 9, 1, 0
B = G * GROUPS
DEFAULTS = dict(
    loss_type="grpo", beta=0.0, gamma=0.0, epsilon_low=0.2, epsilon_high=0.2, delta=None, scale_rewards="group",
    importance_sampling_level="token", max_completion_length=12, mask_truncated=[0] * B, reward_weights=[0.6, 0.25],
    multi_objective_aggregation="sum_then_normalize", use_bias_correction_kl=False,
    importance_sampling_mode=None, importance_sampling_clip_min=None, importance_sampling_clip_max=None,
    adaptive_entropy=None, top_entropy_quantile=1.0, sapo_temperature_pos=1.0, sapo_temperature_neg=1.05, vespo_k_pos=2.0,
    vespo_lambda_pos=3.0, vespo_k_neg=3.0, vespo_lambda_neg=2.0)
TRUNCATED = [b % 5 == 1 for b in range(B)]
LOSSES = ["grpo", "bnpo", "dr_grpo", "dapo", "cispo"]
MODES = ["token_truncate", "token_mask", "sequence_truncate", "sequence_mask"]


class Trainer(GRPOTrainer):
    """GRPOTrainer with what its two methods read, and with nothing behind it that generates, rewards or scores."""

    def __init__(self, task):
        o = {**DEFAULTS, **task["options"]}
        self.task, corrects, steer = task, o["importance_sampling_mode"] is not None, o["adaptive_entropy"]
        self.accelerator = Accelerator(cpu=True)
        self.model = torch.nn.Identity()
        self.model.is_gradient_checkpointing = False
        self.ref_model = torch.nn.Identity()
        # num_iterations 2: the log-probabilities before the update are scored, not taken from the update itself
        self.args = SimpleNamespace(
            steps_per_generation=1, gradient_accumulation_steps=1, per_device_train_batch_size=B, delta=o["delta"],
            use_bias_correction_kl=o["use_bias_correction_kl"], gradient_checkpointing_kwargs=None, report_to=[],
            **{k: v for k, v in o.items() if k.startswith(("sapo_", "vespo_"))})
        self.num_iterations, self.current_gradient_accumulation_steps = 2, 1
        self.num_generations, self.max_completion_length = G, o["max_completion_length"]
        self.loss_type, self.beta = o["loss_type"], o["beta"]
        self.epsilon_low, self.epsilon_high = o["epsilon_low"], o["epsilon_high"]
        self.importance_sampling_level = o["importance_sampling_level"]
        self.scale_rewards, self.multi_objective_aggregation = o["scale_rewards"], o["multi_objective_aggregation"]
        self.use_vllm = self.vllm_importance_sampling_correction = corrects
        self.vllm_importance_sampling_mode = o["importance_sampling_mode"]
        self.vllm_importance_sampling_clip_min = o["importance_sampling_clip_min"]
        self.vllm_importance_sampling_clip_max = o["importance_sampling_clip_max"]
        self.off_policy_mask_threshold, self.aux_loss_enabled = None, False
        self.top_entropy_quantile = o["top_entropy_quantile"]
        self.entropy_coef, self.use_adaptive_entropy = o["gamma"], steer is not None
        self._entropy_bonus_enabled, self._entropy_window_stats = o["gamma"] != 0 or steer is not None, None
        if steer:
            self.args.entropy_target, self.args.entropy_coef_delta = steer["target"], steer["delta"]
            self.args.entropy_coef_min, self.args.entropy_coef_max = steer["min"], steer["max"]
            self._last_world_entropy = float("inf") if steer["last"] is None else steer["last"]
        self.mask_truncated_completions = any(o["mask_truncated"])
        self.reward_funcs = self.reward_func_names = ["first", "second"]
        self.reward_weights = torch.tensor(o["reward_weights"])
        self.environment_factories = self.environments = self.tools = self.pad_to_multiple_of = None
        self._tokenizer, self.eos_token_ids, self.log_multimodal = SimpleNamespace(pad_token_id=PAD), [EOS], False
        self._metrics = {"train": defaultdict(list)}
        self._logs = defaultdict(list, rewards=defaultdict(list), extra=defaultdict(list))
        self._pending_extra_logs, self._pending_metrics = {}, {}
        self.leaf = torch.tensor(task["logprobs"], requires_grad=True)

    def _generate(self, prompts):
        lengths, cut = [sum(row) for row in self.task["mask"]], self.task["options"].get("mask_truncated", [0] * B)
        ids = [[5] * (n - 1) + [5 if c else EOS] for n, c in zip(lengths, cut)]
        sampler = [row[:n] for row, n in zip(self.task["sampler"], lengths)] if "sampler" in self.task else None
        return [[3]] * B, ids, None, [""] * B, sampler, {}, None, None

    def _calculate_rewards(self, *_):
        return torch.tensor(self.task["rewards_per_func"])

    def _get_per_token_logps_and_entropies(self, model, *_, compute_entropy=False, **__):
        if compute_entropy:
            return self.leaf, torch.tensor(self.task["entropy"]), None
        return torch.tensor(self.task["ref" if model is self.ref_model else "old"]), None, None


def expected(task):
    """What TRL makes of it; unrounded."""
    trainer = Trainer(task)
    batch = trainer._generate_and_score_completions([{"prompt": ""}] * B)
    loss = trainer._compute_loss(trainer.model, batch)
    loss.backward()
    metrics = {k: v[0] for k, v in trainer._metrics["train"].items() if not k.startswith("rewards/")}
    if task["options"].get("adaptive_entropy") is None:
        metrics.pop("entropy_coef", None)
    return dict(advantages=batch["advantages"].tolist(), loss=loss.item(), grad_logprobs=trainer.leaf.grad.tolist(),
                metrics=metrics)


def task(seed, spread=False, **options):
    """Ragged completions in three groups, the last one of equal rewards: in both terms, or in one where `spread` says so."""
    rng = random.Random(seed)
    rows = lambda draw: [[round(draw(b, t), 4) for t in range(T)] for b in range(B)]
    lengths = [rng.choice([1, 2, 4, 5, 7, T]) for _ in range(B)]
    lengths[0] = T
    logprobs = rows(lambda b, t: rng.uniform(-3, -0.05))
    old = rows(lambda b, t: logprobs[b][t] + rng.gauss(0, 0.3))
    out = dict(logprobs=logprobs, old=old, ref=rows(lambda b, t: logprobs[b][t] + rng.gauss(0, 0.3)),
               entropy=rows(lambda b, t: rng.uniform(0, 2)), mask=[[int(t < n) for t in range(T)] for n in lengths])
    if options.get("importance_sampling_mode"):
        out["sampler"] = rows(lambda b, t: old[b][t] + rng.gauss(0, 0.3))
    out["rewards_per_func"] = [
        [0.5, round(-0.1 * b, 4) if spread else -0.25] if b >= 2 * G
        else [round(rng.uniform(-1, 1), 4), round(rng.uniform(-0.5, 0), 4)] for b in range(B)]
    return {**out, "group_size": G, "options": options}


def of(loss, **options):
    cap = dict(epsilon_high=1.3) if loss == "cispo" else {}
    return dict(loss_type=loss, max_completion_length=12, reward_weights=[0.6, 0.25], **{**cap, **options})


def cases():
    for loss in LOSSES:
        yield f"{loss}", of(loss)
        yield f"{loss}, KL, entropy, clip-higher", of(loss, beta=0.04, gamma=0.01, **({} if loss == "cispo" else dict(epsilon_high=0.28)))
        yield f"{loss}, truncated rows masked, scaled by the batch", of(
            loss, beta=0.02, mask_truncated=[int(c) for c in TRUNCATED], scale_rewards="batch")
        # a group without any spread comes to about 1e-17 here, whose sign decides whether it counts as clipped
        yield f"{loss}, terms normalized first", of(loss, spread=True, multi_objective_aggregation="normalize_then_sum")
        yield f"{loss}, KL times the ratio", of(loss, beta=0.1, use_bias_correction_kl=True)
        for mode in MODES:
            yield f"{loss}, {mode}", of(loss, beta=0.02, importance_sampling_mode=mode, importance_sampling_clip_max=1.4)
    for loss in LOSSES[:4]:
        yield f"{loss}, two-sided", of(loss, delta=1.5)
        yield f"{loss}, a cap below the clip range", of(loss, delta=1.1)
        yield f"{loss}, sequence ratios", of(
            loss, importance_sampling_level="sequence", epsilon_low=0.03, epsilon_high=0.04, beta=0.01)
    for mode in MODES:
        yield f"sequence ratios, {mode} from below and above, truncated rows masked", of(
            "grpo", importance_sampling_level="sequence", epsilon_low=0.03, epsilon_high=0.04,
            mask_truncated=[int(c) for c in TRUNCATED], importance_sampling_mode=mode, importance_sampling_clip_min=0.6,
            importance_sampling_clip_max=2.0)
    yield "sequence ratios, KL times the ratio", of(
        "grpo", importance_sampling_level="sequence", beta=0.1, use_bias_correction_kl=True)
    yield "terms normalized first, no spread in a group, no clipping", of(
        "grpo", epsilon_low=0.9, epsilon_high=9.0, multi_objective_aggregation="normalize_then_sum")
    yield "no scaling", of("dr_grpo", scale_rewards="none")
    yield "scaled by the batch", of("grpo", scale_rewards="batch")
    steer = dict(target=1.0, delta=0.005, min=0.0, max=0.02)
    yield "steered entropy, before the first measurement", of("grpo", gamma=0.01, adaptive_entropy={**steer, "last": None})
    yield "steered entropy, acting and above the target", of(
        "dapo", gamma=0.01, adaptive_entropy={**steer, "target": 0.2, "last": 0.1})
    yield "steered entropy, at its bound", of("grpo", gamma=0.02, adaptive_entropy={**steer, "target": 1.9, "last": 0.5})


def later_cases():
    """SAPO, LUSPO, VESPO, and the top-entropy quantile with every loss."""
    cut = [int(c) for c in TRUNCATED]
    sequence = dict(importance_sampling_level="sequence", epsilon_low=0.03, epsilon_high=0.04)
    own = dict(
        sapo=dict(sapo_temperature_pos=4.0, sapo_temperature_neg=9.0),
        luspo=dict(epsilon_low=0.1, epsilon_high=0.05),
        vespo=dict(vespo_k_pos=0.5, vespo_lambda_pos=1.5, vespo_k_neg=1.2, vespo_lambda_neg=0.0))
    for loss, options in own.items():
        yield f"{loss}", of(loss)
        yield f"{loss}, own options", of(loss, **options)
        yield f"{loss}, KL, entropy", of(loss, beta=0.04, gamma=0.01)
        yield f"{loss}, KL times the ratio", of(loss, beta=0.1, use_bias_correction_kl=True)
        yield f"{loss}, truncated rows masked, scaled by the batch", of(
            loss, beta=0.02, mask_truncated=cut, scale_rewards="batch")
        for mode in MODES[:2] if loss == "vespo" else MODES:
            yield f"{loss}, {mode}", of(loss, beta=0.02, importance_sampling_mode=mode, importance_sampling_clip_max=1.4)
        yield f"{loss}, sequence ratios", of(loss, **sequence, beta=0.01)
        yield f"{loss}, sequence ratios, token_mask, KL times the ratio, truncated rows masked", of(
            loss, **sequence, beta=0.1, use_bias_correction_kl=True, mask_truncated=cut,
            importance_sampling_mode="token_mask", importance_sampling_clip_min=0.6, importance_sampling_clip_max=2.0)
    yield "luspo, two-sided", of("luspo", delta=1.1)
    for loss in LOSSES + list(own):
        yield f"{loss}, top-entropy quantile 0.2", of(loss, beta=0.04, gamma=0.01, top_entropy_quantile=0.2)
        yield f"{loss}, top-entropy quantile 0.45, sequence ratios, truncated rows masked", of(
            loss, beta=0.04, top_entropy_quantile=0.45, mask_truncated=cut, importance_sampling_level="sequence",
            importance_sampling_mode="token_truncate", importance_sampling_clip_max=1.4)
    yield "top-entropy quantile 0", of("grpo", top_entropy_quantile=0.0, gamma=0.01)
    yield "top-entropy quantile 0.3, steered entropy", of(
        "dapo", gamma=0.01, top_entropy_quantile=0.3,
        adaptive_entropy=dict(target=1.5, delta=0.005, min=0.0, max=0.02, last=0.5))


def later_task(seed, **options):
    given = task(seed, **options)
    if options.get("top_entropy_quantile", 1.0) < 1:
        given["entropy"] = [[round(h * 1024) / 1024 for h in row] for row in given["entropy"]]
    return given


def config():
    """Fields of GRPOConfig and their defaults; null where a default is no plain value."""
    plain = lambda value: value if isinstance(value, (bool, int, float, str)) else None
    return dict(version=trl.__version__, fields={f.name: plain(f.default) for f in dataclasses.fields(GRPOConfig)})


def steered():
    """The coefficient over updates whose entropies are given: {"entropy", "in_force", "after"} of each."""
    options = dict(target=0.6, delta=0.01, min=0.0, max=0.03)
    given = task(1000, gamma=0.005, adaptive_entropy={**options, "last": None})
    trainer, steps = Trainer(given), []
    batch = trainer._generate_and_score_completions([{"prompt": ""}] * B)
    for entropy in [0.9, 0.5, 0.6, 0.55, 0.58, 0.61, 0.9, 1.1, 1.2, 1.3, 0.4, 0.3]:
        given["entropy"] = [[entropy] * T] * B
        loss = trainer._compute_loss(trainer.model, batch).item()
        metrics = trainer._metrics["train"]
        steps.append(dict(entropy=entropy, in_force=(metrics["policy_loss"][-1] - loss) / entropy,
                          after=metrics["entropy_coef"][-1]))
    return dict(gamma=0.005, **options, steps=steps)


def synced():
    rng = random.Random(7)
    draw = lambda: torch.tensor([round(rng.gauss(0, 1), 4) for _ in range(6)])
    model, target = (torch.nn.ParameterList([draw()]) for _ in range(2))
    before = dict(policy=model[0].tolist(), reference=target[0].tolist(), alpha=0.6)
    SyncRefModelCallback._sync_target_model(model, target, before["alpha"])
    return dict(**before, after=target[0].tolist())


def rounded(value):
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    if isinstance(value, list):
        return [rounded(v) for v in value]
    return round(value, 10) if isinstance(value, float) else value


def difference(a, b):
    if isinstance(a, dict):
        assert a.keys() == b.keys(), (a.keys(), b.keys())
        return max((difference(a[k], b[k]) for k in a), default=0.0)
    if isinstance(a, list):
        assert len(a) == len(b)
        return max((difference(x, y) for x, y in zip(a, b)), default=0.0)
    return abs(a - b) if isinstance(a, (int, float)) and not isinstance(a, bool) else float(a != b)


def made(cases, make_task):
    out = []
    for seed, (name, options) in enumerate(cases):
        given = make_task(seed, **options)
        out.append(dict(name=name, input=given, expected=rounded(expected(given))))
    return out


def make():
    """Content of each file."""
    source = f"TRL {trl.__version__}: GRPOTrainer._generate_and_score_completions and _compute_loss, float64"
    note = "the entropy is given as a constant: no gradient flows through it here"
    return {
        "grpo.json": dict(source=source, note=note, cases=made(cases(), task), entropy_control=rounded(steered()),
                          reference_sync=rounded(synced())),
        "losses.json": dict(source=source, note=note,
                            cases=made(later_cases(), lambda seed, **options: later_task(2000 + seed, **options))),
        "grpo-config.json": config(),
    }


if __name__ == "__main__":
    check, folders = sys.argv[1:2] == ["--check"], [a for a in sys.argv[1:] if a != "--check"]
    folder = Path(folders[0]) if folders else Path(__file__).parent
    for name, content in make().items():
        if check:
            print(name, "largest difference", difference(content, json.loads((folder / name).read_text())))
        else:
            (folder / name).write_text(json.dumps(content) + "\n")
