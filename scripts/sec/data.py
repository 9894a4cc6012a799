"""Scenes of a VOC tree with the seeds that the product exported for them, or with their masks."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

CUE_SIDE = 41
VOID = 255


@dataclass
class Scenes:
    pictures: torch.Tensor  # uint8 [N, 3, size, size], warped to the input's square
    labels: torch.Tensor  # 0 or 1, [N, classes]: what an image shows
    targets: torch.Tensor  # uint8 [N, side, side]: label of a cue or of the mask; 255 where nothing is said


def class_names(tree: Path) -> list[str]:
    return (tree / "classes.txt").read_text().split()


def load(tree: Path, size: int, seeds: Path | None) -> Scenes:
    """seeds: a pickle of `bench run` with its input_list.txt beside it; None: the masks."""
    voc = tree / "VOCdevkit" / "VOC2012"
    classes = len(class_names(tree))
    if seeds is None:
        ids = (voc / "ImageSets" / "Segmentation" / "val.txt").read_text().split()
        masks = [np.asarray(Image.open(voc / "SegmentationClass" / f"{i}.png")) for i in ids]
        targets = np.stack([np.asarray(Image.fromarray(m).resize((CUE_SIDE * 2,) * 2, Image.Resampling.NEAREST)) for m in masks])
        shown = [np.unique(m[(m > 0) & (m < VOID)]) for m in masks]
    else:
        listed = [line.split() for line in (seeds.parent / "input_list.txt").read_text().splitlines()]
        ids = [name.removesuffix(".jpg") for name, _ in listed]
        with seeds.open("rb") as file:
            cues = pickle.load(file)
        targets = np.full((len(ids), CUE_SIDE, CUE_SIDE), VOID, np.uint8)
        for n, (_, number) in enumerate(listed):
            label, row, column = cues[f"{number}_cues"]
            targets[n, row, column] = label
        shown = [cues[f"{number}_labels"] for _, number in listed]
    labels = np.zeros((len(ids), classes), np.float32)
    for n, own in enumerate(shown):
        labels[n, np.asarray(own, int) - 1] = 1
    pictures = np.stack([
        np.asarray(Image.open(voc / "JPEGImages" / f"{i}.jpg").convert("RGB").resize((size, size), Image.Resampling.BILINEAR))
        for i in ids
    ])
    return Scenes(torch.from_numpy(pictures).permute(0, 3, 1, 2), torch.from_numpy(labels), torch.from_numpy(targets))


def on_grid(targets: torch.Tensor, side: int) -> torch.Tensor:
    """The label at the middle of each place of the grid. [N, s, s] → [N, side · side]"""
    return F.interpolate(targets[:, None].float(), (side, side), mode="nearest-exact").flatten(1).long()


def one_hot(targets: torch.Tensor, labels: int) -> torch.Tensor:
    """[N, P] → 0 or 1, [N, labels, P]; void is none."""
    known = targets != VOID
    hot = F.one_hot(targets.where(known, torch.zeros_like(targets)), labels) * known[..., None]
    return hot.transpose(1, 2).float()
