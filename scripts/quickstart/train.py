"""Trains one network on the shards that train-scenes.mjs wrote.

    python train.py vgg16-gap --scenes <folder> --minutes 20 [--init other.pt]

The learning rate follows the clock, so that a run ends when it should on a machine of any speed.
Checkpoints hold the weights' running average, which is what is exported.
"""

from __future__ import annotations

import argparse
import copy
import math
import tempfile
import time
from pathlib import Path

import torch
import torch.nn.functional as F

from data import DATASET, Shards, class_names, normalise, validation_set
from nets import INPUT_SIZE, NETS
from start_from import start_from

WORK = Path(tempfile.gettempdir()) / "quickstart-training"


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("net", choices=list(NETS))
    parser.add_argument("--scenes", type=Path, default=WORK / "scenes")
    parser.add_argument("--checkpoints", type=Path, default=WORK / "checkpoints")
    parser.add_argument("--init", type=Path, help="a checkpoint whose layers of the same name and shape to start from")
    parser.add_argument("--start-from", type=Path, help="an exported ONNX file of the same layers to start from")
    parser.add_argument("--data", type=Path, default=DATASET, help="the folder with the validation scenes")
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--lr", type=float, default=3e-3)
    parser.add_argument("--weight-decay", type=float, default=0.05)
    parser.add_argument("--side", type=int, default=INPUT_SIZE, help="a smaller picture, for a fast first part; nets that average only")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def load_matching(net: torch.nn.Module, path: Path) -> dict:
    """Takes over what fits from a checkpoint; returns how that one was made."""
    saved = torch.load(path, weights_only=True)
    mine = net.state_dict()
    fitting = {k: v for k, v in saved["weights"].items() if k in mine and mine[k].shape == v.shape}
    net.load_state_dict(fitting, strict=False)
    print(f"{len(fitting)} of {len(mine)} tensors from {path.name}")
    return saved["made"] if len(fitting) == len(mine) else {"init": path.stem, **{k: 0 for k in ("seconds", "scenes")}}


@torch.no_grad()
def errors(net: torch.nn.Module, images: torch.Tensor, labels: torch.Tensor) -> tuple[float, float]:
    """Top-1 and top-5 error in percent."""
    net.eval()
    top = torch.cat([net(normalise(part.float())).topk(5).indices for part in images.split(125)])
    hit = top == labels[:, None]
    return 100 * (1 - hit[:, 0].float().mean().item()), 100 * (1 - hit.any(1).float().mean().item())


def main() -> None:
    args = parse()
    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)
    names = class_names()
    net = NETS[args.net](len(names)).to(memory_format=torch.channels_last)
    made = {"seconds": 0, "scenes": 0}
    if args.init:
        made = load_matching(net, args.init)
    shards = Shards(args.scenes, args.seed)
    if args.start_from:
        taken = start_from(net, args.start_from, shards.batch(64)[0])
        made["startedFrom"] = args.start_from.name
        print(f"{taken} layers from {args.start_from.name}", flush=True)
    average = copy.deepcopy(net)
    val = validation_set(args.data)
    args.checkpoints.mkdir(parents=True, exist_ok=True)
    print(f"{args.net}: {sum(p.numel() for p in net.parameters()):,} weights, {len(shards)} scenes", flush=True)

    decayed = [p for p in net.parameters() if p.ndim > 1]
    plain = [p for p in net.parameters() if p.ndim <= 1]
    optimiser = torch.optim.AdamW([{"params": decayed, "weight_decay": args.weight_decay}, {"params": plain, "weight_decay": 0}])

    start = last = time.time()
    step, loss_sum, since = 0, 0.0, 0
    while (done := (time.time() - start) / (60 * args.minutes)) < 1:
        # A short rise, then a cosine to nothing.
        rate = args.lr * (done / 0.05 if done < 0.05 else 0.5 * (1 + math.cos(math.pi * (done - 0.05) / 0.95)))
        for group in optimiser.param_groups:
            group["lr"] = rate + 1e-6
        net.train()
        x, y = shards.batch(args.batch, args.side)
        with torch.autocast("cpu", torch.bfloat16):
            logits = net(x)
        loss = F.cross_entropy(logits.float(), y, label_smoothing=0.05)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        step += 1
        with torch.no_grad():
            keep = min(0.995, step / (step + 20))
            for a, b in zip(average.state_dict().values(), net.state_dict().values()):
                a.lerp_(b, 1 - keep) if a.is_floating_point() else a.copy_(b)
        loss_sum, since = loss_sum + loss.item(), since + 1
        if time.time() - last > 240:
            last = time.time()
            report(args, average, val, made, start, step, loss_sum / since, len(shards))
            loss_sum, since = 0.0, 0
    report(args, average, val, made, start, step, loss_sum / max(since, 1), len(shards))


def report(args, average, val, made, start, step, loss, total) -> None:
    now = {**made, "seconds": made["seconds"] + time.time() - start, "scenes": made["scenes"] + step * args.batch}
    now |= {"lr": args.lr, "batch": args.batch, "training_scenes": total, "torch": str(torch.__version__)}
    top1, top5 = errors(average, *val)
    seconds = time.time() - start
    print(f"{seconds / 60:5.1f} min  epoch {step * args.batch / total:5.2f}  loss {loss:.3f}  top-1 {top1:.1f} %  top-5 {top5:.1f} %"
          f"  {1000 * seconds / step / args.batch:.2f} ms/scene", flush=True)
    torch.save({"weights": average.state_dict(), "made": now}, args.checkpoints / f"{args.net}.pt")


if __name__ == "__main__":
    main()
