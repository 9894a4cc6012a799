"""Trains the two networks of the bias experiment: the same topology, the same number of scenes, another mixture.

    python train.py --scenes <folder of train-scenes.mjs>

rewrites models/bias/{biased,balanced}.onnx and models.json. In the biased mixture 78 % of the birds come with an umbrella
and 93 % of the persons with a bottle, as 78 % of the paper's doctors were men and 93 % of its nurses women (section 6.3).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import sys
import time
from pathlib import Path

import numpy as np
import onnx
import torch
import torch.nn.functional as F

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts" / "quickstart"))

from data import MEAN, STD, normalise  # noqa: E402
from export import Exporter  # noqa: E402
from nets import INPUT_SIZE, resnet  # noqa: E402

CLASSES = ("bird", "person")
ATTRIBUTES = ("umbrella", "bottle")
# Share of each class's scenes that hold the umbrella.
MIXTURES = {"biased": (0.78, 0.07), "balanced": (0.5, 0.5)}
WIDTHS = (8, 16, 24, 32)


def scenes(folder: Path, mixture: tuple[float, float], per_class: int) -> tuple[np.ndarray, np.ndarray]:
    """uint8 [N,S,S,3] and int64 [N]: `per_class` scenes of each class."""
    parts, labels = [], []
    for k, (name, share) in enumerate(zip(CLASSES, mixture)):
        first = round(share * per_class)
        for attribute, count in zip(ATTRIBUTES, (first, per_class - first)):
            pool = np.memmap(folder / f"{name}-{attribute}.bin", np.uint8, "r").reshape(-1, INPUT_SIZE, INPUT_SIZE, 3)
            assert len(pool) >= count, f"{name}-{attribute}: {len(pool)} scenes, {count} needed"
            parts.append(pool[:count])
            labels += [k] * count
    return np.concatenate(parts), np.array(labels)


def augmented(batch: np.ndarray, rng: np.random.Generator) -> torch.Tensor:
    x = torch.from_numpy(batch).permute(0, 3, 1, 2).float()
    if rng.random() < 0.5:
        x = x.flip(3)
    h, w = rng.integers(INPUT_SIZE * 13 // 16, INPUT_SIZE + 1, 2)
    y0, x0 = rng.integers(0, INPUT_SIZE - h + 1), rng.integers(0, INPUT_SIZE - w + 1)
    x = F.interpolate(x[:, :, y0 : y0 + h, x0 : x0 + w], (INPUT_SIZE, INPUT_SIZE), mode="bilinear", align_corners=False)
    gain = torch.from_numpy(rng.uniform(0.85, 1.15, (len(x), 3, 1, 1)).astype(np.float32))
    return (normalise(x) * gain).contiguous(memory_format=torch.channels_last)


def train(name: str, folder: Path, per_class: int, epochs: int, batch: int, lr: float, seed: int):
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    images, labels = scenes(folder, MIXTURES[name], per_class)
    net = resnet(len(CLASSES), WIDTHS).to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(net.parameters(), weight_decay=0.05)
    steps, step, start = epochs * (len(images) // batch), 0, time.time()
    for epoch in range(epochs):
        net.train()
        losses, order = [], rng.permutation(len(images))
        for i in range(0, len(images) - batch + 1, batch):
            done = step / steps
            for group in optimiser.param_groups:
                group["lr"] = lr * min(1, done / 0.05) * 0.5 * (1 + math.cos(math.pi * done))
            picked = np.sort(order[i : i + batch])
            loss = F.cross_entropy(net(augmented(images[picked], rng)), torch.from_numpy(labels[picked]), label_smoothing=0.02)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
            step += 1
        print(f"{name}: epoch {epoch + 1}, loss {np.mean(losses):.3f}, {time.time() - start:.0f} s", flush=True)
    return net.eval(), {"scenes": len(images), "epochs": epochs, "batch": batch, "lr": lr, "seed": seed}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenes", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=ROOT / "models" / "bias")
    parser.add_argument("--per-class", type=int, default=1500)
    parser.add_argument("--epochs", type=int, default=7)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(1)
    args.out.mkdir(parents=True, exist_ok=True)
    entries = {}
    for name, mixture in MIXTURES.items():
        net, made = train(name, args.scenes, args.per_class, args.epochs, 32, 2e-3, args.seed)
        path = args.out / f"{name}.onnx"
        onnx.save(Exporter(net, keep_batch_norm=False).model(f"bias-{name}", len(CLASSES)), path)
        entries[name] = {
            "file": path.name,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "mean": MEAN,
            "std": STD,
            "share_with_umbrella": dict(zip(CLASSES, mixture)),
            "training": {**made, "torch": str(torch.__version__)},
        }
    (args.out / "models.json").write_text(json.dumps(entries, indent=2) + "\n")


if __name__ == "__main__":
    main()
