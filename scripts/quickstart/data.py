"""Training shards and validation files, as batches of the networks' input."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from nets import INPUT_SIZE

MEAN, STD = 0.5, 0.25  # of pixels in 0..1, the same for every channel
SCENE_SIDE = 256

ROOT = Path(__file__).resolve().parents[2]
DATASET = ROOT / "datasets" / "quickstart"


def class_names(dataset: Path = DATASET) -> list[str]:
    return (dataset / "classes.txt").read_text().split()


def normalise(pixels: torch.Tensor) -> torch.Tensor:
    return (pixels / 255 - MEAN) / STD


def validation_set(dataset: Path = DATASET) -> tuple[torch.Tensor, torch.Tensor]:
    """All validation scenes, warped to the input's square, and their classes. uint8 [N,3,S,S] and int64 [N]."""
    tree = dataset / "imagenet"
    order = [line.split()[0] for line in (tree / "LOC_synset_mapping.txt").read_text().splitlines()]
    images, labels = [], []
    for line in (tree / "LOC_val_solution.csv").read_text().splitlines()[1:]:
        name, prediction = line.split(",")
        image = Image.open(tree / "ILSVRC/Data/CLS-LOC/val" / f"{name}.JPEG").convert("RGB")
        image = image.resize((INPUT_SIZE, INPUT_SIZE), Image.Resampling.BILINEAR)
        images.append(np.asarray(image).transpose(2, 0, 1))
        labels.append(order.index(prediction.split()[0]))
    return torch.from_numpy(np.stack(images)), torch.tensor(labels)


class Shards:
    """The training scenes: memory-mapped, drawn at random, cropped, mirrored and recoloured batch by batch."""

    def __init__(self, folder: Path, seed: int):
        self.scenes = [
            np.memmap(f, np.uint8, "r").reshape(-1, SCENE_SIDE, SCENE_SIDE, 3) for f in sorted(folder.glob("scenes-*.bin"))
        ]
        self.labels = np.concatenate([np.fromfile(f, np.uint8) for f in sorted(folder.glob("labels-*.bin"))]).astype(np.int64)
        self.ends = np.cumsum([len(s) for s in self.scenes])
        assert self.ends[-1] == len(self.labels), "the shards are not complete"
        self.rng = np.random.default_rng(seed)
        self.order = np.empty(0, np.int64)

    def __len__(self) -> int:
        return len(self.labels)

    def batch(self, size: int, side: int = INPUT_SIZE) -> tuple[torch.Tensor, torch.Tensor]:
        if len(self.order) < size:
            self.order = self.rng.permutation(len(self))
        picked, self.order = self.order[:size], self.order[size:]
        # One window size for the batch, one window position for each scene: cheap, and varied enough.
        h, w = self.rng.integers(SCENE_SIDE * 13 // 16, SCENE_SIDE + 1, 2)
        crops = np.empty((size, h, w, 3), np.uint8)
        for i, n in enumerate(picked):
            shard = int(np.searchsorted(self.ends, n, "right"))
            y, x = self.rng.integers(0, SCENE_SIDE - h + 1), self.rng.integers(0, SCENE_SIDE - w + 1)
            scene = self.scenes[shard][n - (self.ends[shard - 1] if shard else 0)]
            window = scene[y : y + h, x : x + w]
            crops[i] = window[:, ::-1] if self.rng.random() < 0.5 else window
        x = torch.from_numpy(crops).permute(0, 3, 1, 2).float()
        x = F.interpolate(x, (side, side), mode="bilinear", align_corners=False)
        return self._recolour(normalise(x)), torch.from_numpy(self.labels[picked])

    def _recolour(self, x: torch.Tensor) -> torch.Tensor:
        n = len(x)
        gain = torch.from_numpy(self.rng.uniform(0.85, 1.15, (n, 3, 1, 1)).astype(np.float32))
        shift = torch.from_numpy(self.rng.uniform(-0.15, 0.15, (n, 3, 1, 1)).astype(np.float32))
        grey = torch.from_numpy(np.maximum(0, self.rng.uniform(-2, 0.5, (n, 1, 1, 1))).astype(np.float32))
        x = torch.lerp(x, x.mean(1, keepdim=True), grey)
        return (x * gain + shift).contiguous(memory_format=torch.channels_last)
