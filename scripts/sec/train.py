"""Trains a segmenter from the seeds that the product exported, with SEC's three losses, or from whole masks, and writes it as ONNX.

    python train.py --scenes FOLDER --seeds RUN/seeds-vgg16-grad-cam.pickle --out sec-grad-cam.onnx --work FOLDER
    python train.py --scenes FOLDER --seeds masks --out masks.onnx --work FOLDER

The last checkpoint of the same name in --work is gone on with. The same seed and versions give the same steps.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
import torch.nn.functional as F

from crf import kernel, mean_field
from data import VOID, class_names, load, on_grid, one_hot
from losses import constrain_loss, expand_loss, probabilities, seed_loss
from net import Segmenter, to_onnx

ROOT = Path(__file__).resolve().parents[2]
MEAN, STD = 0.5, 0.25  # of pixels in 0…1, as the quickstart's networks take them
CRF_GRID = 41  # SEC's positions 80 / 12 and 3 / 12 are of this grid
LARGEST = 3 * 2**19  # bytes of a committed file


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenes", type=Path, required=True, help="what generate.mjs wrote")
    parser.add_argument("--seeds", required=True, help="a pickle of bench run, or `masks`")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True, help="for checkpoint and log")
    parser.add_argument("--backbone", type=Path, default=ROOT / "models/quickstart/vgg16-gap.onnx")
    parser.add_argument("--until", default="relu5_3", help="the backbone's last value")
    parser.add_argument("--size", type=int, help="of the input; that of the backbone when left out")
    parser.add_argument("--stride", type=int, default=8, help="pixels of the input from place to place")
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--lr", type=float, default=2e-3, help="of the head; a quarter for the backbone")
    parser.add_argument("--weights", type=float, nargs=3, default=(1, 1, 1), help="of seed, expand and constrain")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--save-every", type=int, default=250)
    return parser.parse_args()


def input_size(path: Path) -> int:
    return onnx.load(path).graph.input[0].type.tensor_type.shape.dim[2].dim_value


def normalise(pictures: torch.Tensor) -> torch.Tensor:
    return (pictures.float() / 255 - MEAN) / STD


def main() -> None:
    args = arguments()
    args.size = args.size or input_size(args.backbone)
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    masks = args.seeds == "masks"
    scenes = load(args.scenes, args.size, None if masks else Path(args.seeds))
    labels = len(class_names(args.scenes)) + 1
    net = Segmenter(args.backbone, args.until, args.stride, labels).to(memory_format=torch.channels_last)
    fresh = [*net.classes.parameters(), *net.head.parameters()]
    groups = [{"params": net.layers.parameters(), "base": args.lr / 4}, {"params": fresh, "base": args.lr}]
    optimiser = torch.optim.AdamW(groups, lr=args.lr, weight_decay=0.05)

    args.work.mkdir(parents=True, exist_ok=True)
    checkpoint, log = args.work / f"{args.out.stem}.pt", args.work / f"{args.out.stem}.log"
    first, seconds = 0, 0.0
    settings = {k: str(v) for k, v in vars(args).items() if k not in ("work", "threads", "out", "save_every")}
    if checkpoint.exists():
        kept = torch.load(checkpoint, weights_only=False)
        if kept["settings"] != settings:
            raise SystemExit(f"{checkpoint} is of other settings: remove it, or choose another --work")
        net.load_state_dict(kept["net"])
        optimiser.load_state_dict(kept["optimiser"])
        torch.set_rng_state(kept["torch"])
        rng.bit_generator.state = kept["numpy"]
        first, seconds = kept["step"], kept["seconds"]
    began = time.process_time()
    net.train()
    means: list[list[float]] = []
    for step in range(first, args.steps):
        done = step / args.steps
        for group in optimiser.param_groups:
            group["lr"] = group["base"] * min(1, done / 0.05) * 0.5 * (1 + math.cos(math.pi * done))
        picked = torch.from_numpy(np.sort(rng.choice(len(scenes.pictures), args.batch, replace=False)))
        pictures, targets = scenes.pictures[picked], scenes.targets[picked]
        if rng.random() < 0.5:
            pictures, targets = pictures.flip(3), targets.flip(2)
        losses = step_losses(net, pictures, targets, scenes.labels[picked], labels, masks)
        total = sum(w * loss for w, loss in zip(args.weights if not masks else (1,), losses))
        optimiser.zero_grad()
        total.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimiser.step()
        means.append([loss.item() for loss in losses])
        if (step + 1) % args.save_every == 0 or step + 1 == args.steps:
            spent = seconds + time.process_time() - began
            names = ("cross-entropy",) if masks else ("seed", "expand", "constrain")
            told = ", ".join(f"{n} {v:.3f}" for n, v in zip(names, np.mean(means, 0)))
            line = f"{args.out.stem}: step {step + 1} of {args.steps}, {told}, {spent:.0f} CPU s"
            print(line, flush=True)
            with log.open("a") as file:
                file.write(line + "\n")
            means = []
            state = {"net": net.state_dict(), "optimiser": optimiser.state_dict(), "settings": settings, "step": step + 1}
            state |= {"torch": torch.get_rng_state(), "numpy": rng.bit_generator.state, "seconds": spent}
            torch.save(state, checkpoint.with_suffix(".part"))
            checkpoint.with_suffix(".part").replace(checkpoint)
    spent = seconds + time.process_time() - began
    export(net.eval(), scenes.pictures[:16], args, settings, spent)


def mask_weights(labels: int) -> torch.Tensor:
    """Four places of five are background. Counted like the others it wins nearly everywhere, and the mean IoU is of all labels."""
    weights = torch.ones(labels)
    weights[0] = 0.25
    return weights


def step_losses(net, pictures, targets, present, labels, masks) -> tuple[torch.Tensor, ...]:
    with torch.autocast("cpu", torch.bfloat16):
        scores = net(normalise(pictures).contiguous(memory_format=torch.channels_last))
    scores = scores.float()
    side = scores.shape[-1]
    known = on_grid(targets, side)
    if masks:
        return (F.cross_entropy(scores.flatten(2), known, mask_weights(labels), ignore_index=VOID),)
    p = probabilities(scores)
    # A picture as large as the grid, as in SEC; positions in the proportion that they have at 41 × 41.
    small = F.interpolate(pictures.float(), (side, side), mode="bilinear", antialias=True, align_corners=False)
    both = kernel(small, side / CRF_GRID / 12)
    q = mean_field(scores.detach().flatten(2), both)
    return seed_loss(p, one_hot(known, labels)), expand_loss(p, present), constrain_loss(p, q)


def export(net: Segmenter, pictures: torch.Tensor, args: argparse.Namespace, settings: dict, seconds: float) -> None:
    model = to_onnx(net, args.size, args.out.stem)
    x = normalise(pictures)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    with torch.no_grad():
        wanted = net(x)
    got = torch.from_numpy(session.run(None, {"input": x.numpy()})[0])
    same = (got.argmax(1) == wanted.argmax(1)).float().mean().item()
    if same < 0.99:
        raise SystemExit(f"the exported network agrees with PyTorch in {same:.1%} of the places")
    args.out.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, args.out)
    size = args.out.stat().st_size
    of_backbone = json.loads(args.backbone.with_suffix(".card.json").read_text())
    own = {k: v for k, v in of_backbone.items() if k != "classes"} | {"source": "trained by scripts/sec on drawn scenes: a demonstration"}
    args.out.with_suffix(".card.json").write_text(json.dumps(own, indent=2) + "\n")
    card = args.out.parent / "models.json"
    entries = json.loads(card.read_text()) if card.exists() else {}
    told = {k: v for k, v in settings.items() if k not in ("scenes", "backbone", "seeds")}
    entries[args.out.stem] = {
        "file": args.out.name,
        "sha256": hashlib.sha256(args.out.read_bytes()).hexdigest(),
        "seeds": Path(args.seeds).name,
        "backbone": args.backbone.name,
        "mean": MEAN,
        "std": STD,
        "weights": "float16 on disk",
        "same_places_as_float32": round(same, 5),
        "training": {**told, "scenes": len(pictures_of(args)), "cpu_seconds": round(seconds), "torch": str(torch.__version__)},
    }
    card.write_text(json.dumps(dict(sorted(entries.items())), indent=2) + "\n")
    print(f"{args.out}: {size / 2**20:.2f} MB, {'' if size <= LARGEST else 'too large to be committed, '}{same:.2%} of places as in float32")


def pictures_of(args: argparse.Namespace) -> list[str]:
    return (args.scenes / "VOCdevkit/VOC2012/ImageSets/Segmentation/val.txt").read_text().split()


if __name__ == "__main__":
    main()
