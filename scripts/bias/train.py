"""Trains the bias experiment's networks: per seed one on each mixture, with all else the same.

    python train.py --scenes <folder of train-scenes.mjs> --test <folder of generate.mjs --measured> \
        --trunk <checkpoint of the quickstart's ResNet> [--seeds 5]

rewrites models/bias. The test scenes choose nothing: the errors of the model card are measured on them. In the mixture `biased-78`, 78 % of the birds come with a car and 93 % of the persons with a train, as
78 % of the paper's doctors were men and 93 % of its nurses women (section 6.3). `biased-90` has 90 and 95 %.
"""

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from features import ATTRIBUTES, CLASSES, ROOT, Features, Tail, joined, test_scenes, training_scenes, trunk
from write_onnx import write

# Share of each class's scenes that hold the first attribute.
MIXTURES = {"biased-78": (0.78, 0.07), "biased-90": (0.90, 0.05), "balanced": (0.5, 0.5)}
PER_CLASS, EPOCHS, BATCH, LR, DECAY = 500, 20, 50, 3e-3, 0.05

Pool = dict[tuple[str, str], tuple[Features, Features]]


def picked_scenes(pool: Pool, mixture: tuple[float, float], per_class: int, seed: int) -> tuple[Features, Features, torch.Tensor]:
    """Scenes, their mirror images and their classes. A seed takes each combination's scenes in one order for all mixtures."""
    plain, mirrored, labels = [], [], []
    for k, (label, share) in enumerate(zip(CLASSES, mixture)):
        first = round(share * per_class)
        for attribute, count in zip(ATTRIBUTES, (first, per_class - first)):
            scenes = pool[label, attribute]
            order = np.random.default_rng([seed, k, ATTRIBUTES.index(attribute)]).permutation(len(scenes[0]))
            if count > len(order):
                raise SystemExit(f"{label} with {attribute}: {len(order)} scenes, {count} needed")
            picked = torch.from_numpy(order[:count])
            plain.append(scenes[0][picked])
            mirrored.append(scenes[1][picked])
            labels += [k] * count
    return joined(plain), joined(mirrored), torch.tensor(labels)


def train(net, pool: Pool, mixture: tuple[float, float], seed: int, per_class: int = PER_CLASS) -> tuple[Tail, float]:
    """Returns the tail and the last epoch's mean loss."""
    torch.manual_seed(seed)
    plain, mirrored, labels = picked_scenes(pool, mixture, per_class, seed)
    both = joined([plain, mirrored])
    rng = np.random.default_rng(seed)
    tail = Tail(net, seed).train()
    optimiser = torch.optim.AdamW(tail.parameters(), weight_decay=DECAY)
    steps, step, losses = EPOCHS * (len(labels) // BATCH), 0, []
    for _ in range(EPOCHS):
        losses = []
        order, mirror = rng.permutation(len(labels)), rng.integers(0, 2, len(labels))
        for at in range(0, len(labels) - BATCH + 1, BATCH):
            for group in optimiser.param_groups:
                group["lr"] = LR * min(1, (step + 1) / (0.05 * steps)) * 0.5 * (1 + math.cos(math.pi * step / steps))
            picked = order[at : at + BATCH]
            logits = tail(both[torch.from_numpy(picked + len(labels) * mirror[picked])])
            loss = F.cross_entropy(logits, labels[torch.from_numpy(picked)])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
            step += 1
    return tail.eval(), float(np.mean(losses))


@torch.no_grad()
def accuracies(tail: Tail, scenes: Features, listed: list[dict[str, str]]) -> dict[str, float]:
    """In %: of all scenes, of those with the attribute that is usual in the biased mixtures, of the others."""
    guesses = torch.cat([tail(scenes[part]).argmax(1) for part in torch.arange(len(scenes)).split(100)]).numpy()
    truth = np.array([CLASSES.index(row["class"]) for row in listed])
    usual = truth == np.array([ATTRIBUTES.index(row["attribute"]) for row in listed])
    right = 100.0 * (guesses == truth)
    return {name: round(float(right[of].mean()), 1) for name, of in (("all", usual | ~usual), ("usual", usual), ("other", ~usual))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenes", type=Path, required=True)
    parser.add_argument("--test", type=Path, required=True)
    parser.add_argument("--trunk", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=ROOT / "models" / "bias")
    parser.add_argument("--seeds", type=int, default=5)
    args = parser.parse_args()
    torch.set_num_threads(1)
    net = trunk(args.trunk)
    pool = training_scenes(args.scenes, net)
    test, listed = test_scenes(args.test, net)
    made = {"testScenes": len(listed), "scenes": 2 * PER_CLASS, "epochs": EPOCHS, "batch": BATCH, "lr": LR, "weightDecay": DECAY, "torch": str(torch.__version__)}
    trained = []
    for seed in range(1, args.seeds + 1):
        for name, mixture in MIXTURES.items():
            start = time.process_time()
            tail, loss = train(net, pool, mixture, seed)
            seconds = time.process_time() - start
            found = accuracies(tail, test, listed)
            words = ", ".join(f"{key} {value:.1f}" for key, value in found.items())
            print(f"{name}-{seed}: loss {loss:.3f}, {seconds:.1f} s of CPU, accuracy {words} %", flush=True)
            facts = {"seed": seed, "shareWithUmbrella": dict(zip(CLASSES, mixture)), "loss": round(loss, 3), "accuracy": found}
            trained.append((f"{name}-{seed}", tail, facts))
    write(args.out, net, trained, made)


if __name__ == "__main__":
    main()
