"""The frozen part of the bias experiment's networks: the quickstart's ResNet up to its last two layers, run once per scene.

`layer4.1.conv3` with its batch norm and the dense layer are trained anew; all before them is the trunk. The norms keep the
means and deviations that they had.
"""

from __future__ import annotations

import csv
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts" / "quickstart"))

from data import normalise  # noqa: E402
from nets import INPUT_SIZE, Net, resnet  # noqa: E402

CLASSES = ("bird", "person")
ATTRIBUTES = ("umbrella", "bottle")
# What the tuned layers read: the block's input, which the shortcut adds, and the last frozen activation.
SHORTCUT, LAST = "layer4.0.relu3", "layer4.1.relu2"
TUNED = "layer4.1.conv3"


def trunk(checkpoint: Path) -> Net:
    """The quickstart's ResNet as scripts/quickstart/train.py left it."""
    saved = torch.load(checkpoint, weights_only=True)["weights"]
    net = resnet(len(saved["mods.logits.bias"]))
    net.load_state_dict(saved)
    return net.eval().requires_grad_(False)


@dataclass(frozen=True)
class Features:
    """float16 [N,384,7,7] and [N,96,7,7]."""

    shortcut: torch.Tensor
    last: torch.Tensor

    def __getitem__(self, picked: torch.Tensor) -> "Features":
        return Features(self.shortcut[picked], self.last[picked])

    def __len__(self) -> int:
        return len(self.last)


def joined(parts: list[Features]) -> Features:
    return Features(torch.cat([part.shortcut for part in parts]), torch.cat([part.last for part in parts]))


@torch.no_grad()
def features(net: Net, pixels: torch.Tensor, batch: int = 32) -> Features:
    """Of scenes uint8 [N,3,S,S]."""
    parts = []
    for some in pixels.split(batch):
        values = {"input": normalise(some.float()).contiguous(memory_format=torch.channels_last)}
        for layer in net.layers:
            values[layer.name] = net._run(layer, [values[name] for name in layer.inputs])
            if layer.name == LAST:
                break
        parts.append(Features(values[SHORTCUT].contiguous().half(), values[LAST].contiguous().half()))
    return joined(parts)


class Tail(nn.Module):
    """The last two layers with weights; they start from the trunk's and from a small random dense layer."""

    def __init__(self, net: Net, seed: int):
        super().__init__()
        conv, norm = net.mod(TUNED)
        self.conv = nn.Conv2d(conv.in_channels, conv.out_channels, 1, bias=False)
        self.conv.load_state_dict(conv.state_dict())
        self.norm = nn.BatchNorm2d(norm.num_features, eps=norm.eps)
        self.norm.load_state_dict(norm.state_dict())
        self.norm.eval()
        generator = torch.Generator().manual_seed(seed)
        self.logits = nn.Linear(norm.num_features, len(CLASSES))
        nn.init.normal_(self.logits.weight, std=0.01, generator=generator)
        nn.init.zeros_(self.logits.bias)

    def train(self, mode: bool = True) -> "Tail":
        super().train(mode)
        self.norm.eval()
        return self

    def forward(self, x: Features) -> torch.Tensor:
        maps = F.relu(x.shortcut.float() + self.norm(self.conv(x.last.float())))
        return self.logits(maps.mean((2, 3)))


def training_scenes(
    folder: Path, net: Net, attributes: tuple[str, ...] = ATTRIBUTES
) -> dict[tuple[str, str], tuple[Features, Features]]:
    """By combination: the scenes' features and those of their mirror images. Kept in the folder."""
    found = {}
    for label, attribute in ((label, attribute) for label in CLASSES for attribute in attributes):
        kept = folder / f"{label}-{attribute}.pt"
        if not kept.exists():
            raw = np.memmap(folder / f"{label}-{attribute}.bin", np.uint8, "r").reshape(-1, INPUT_SIZE, INPUT_SIZE, 3)
            pixels = torch.from_numpy(np.array(raw)).permute(0, 3, 1, 2)
            both = [features(net, one) for one in (pixels, pixels.flip(3))]
            torch.save([(one.shortcut, one.last) for one in both], kept)
            print(f"features of {label} with {attribute}: {len(both[0])} scenes", flush=True)
        found[label, attribute] = tuple(Features(*one) for one in torch.load(kept, weights_only=True))
    return found


def rows(table: Path) -> list[dict[str, str]]:
    with table.open() as file:
        return list(csv.DictReader(file))


def test_scenes(folder: Path, net: Net) -> tuple[Features, list[dict[str, str]]]:
    """The scenes that generate.mjs wrote, warped to the input's square, and what each shows."""
    listed = rows(folder / "scenes.csv")
    kept = folder / "features.pt"
    if not kept.exists():
        parts = []
        for row in listed:
            image = Image.open(folder / "VOCdevkit/VOC2012/JPEGImages" / f"{row['id']}.jpg").convert("RGB")
            image = image.resize((INPUT_SIZE, INPUT_SIZE), Image.Resampling.BILINEAR)
            parts.append(np.asarray(image).transpose(2, 0, 1))
        found = features(net, torch.from_numpy(np.stack(parts)))
        torch.save((found.shortcut, found.last), kept)
    return Features(*torch.load(kept, weights_only=True)), listed
