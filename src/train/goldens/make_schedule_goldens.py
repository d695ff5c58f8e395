"""Learning rates of Hugging Face's schedules with warm-up: `pip install torch transformers`, then run this file beside schedule.json."""
import json
import pathlib

import torch
import transformers

PEAK = 3e-3


def rates(name, warmup, steps):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=PEAK)
    schedule = {
        "constant": lambda: transformers.get_constant_schedule_with_warmup(optimizer, warmup),
        "linear": lambda: transformers.get_linear_schedule_with_warmup(optimizer, warmup, steps),
        "cosine": lambda: transformers.get_cosine_schedule_with_warmup(optimizer, warmup, steps),
    }[name]()
    values = []
    for _ in range(steps):
        values.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return values


cases = [
    {"decay": name, "peak": PEAK, "warmup": warmup, "steps": steps, "rates": rates(name, warmup, steps)}
    for name in ("constant", "linear", "cosine")
    for warmup, steps in ((0, 5), (1, 6), (10, 24), (50, 60))
]
out = {"transformers": transformers.__version__, "cases": cases}
pathlib.Path(__file__).with_name("schedule.json").write_text(json.dumps(out) + "\n")
