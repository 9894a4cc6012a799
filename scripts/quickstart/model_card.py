"""models/quickstart/README.md, from what the export measured."""

from __future__ import annotations

import platform
from importlib.metadata import version
from pathlib import Path

TOPOLOGY = {
    "vgg16-gap": "VGG-16's 13 convolutions (16, 32, 64, 96, 96 channels) up to relu5_3, then a global average and one dense layer",
    "vgg16": "VGG-16: 13 convolutions (16, 32, 64, 96, 96 channels), five 2×2 poolings, dense layers of 80, 80 and 22",
    "alexnet": "AlexNet: 5 convolutions (48, 96, 128, 128, 96; two groups in the 2nd, 4th and 5th), LRN after the first two, overlapping 3×3/2 poolings, dense layers of 96, 96 and 22",
    "googlenet": "GoogLeNet: nine inception modules, LRN in the stem, poolings with ceil_mode, no auxiliary heads",
    "resnet": "ResNet with bottleneck blocks, two per stage (26 layers, inner widths 16, 32, 64, 96), BatchNormalization left in",
}

# Grid of the last convolution's activation at an input of 224 pixels: the published one.
GRID = {"vgg16-gap": 14, "vgg16": 14, "alexnet": 13, "googlenet": 7, "resnet": 7}

# Scenes that the networks before these had seen: 128 × 128 pixels, of the hard set's kind, shown at 112 × 112.
BEFORE = {"vgg16-gap": 191_360, "vgg16": 44_544, "alexnet": 399_296, "googlenet": 288_192, "resnet": 455_104}


def write_readme(path: Path, entries: dict) -> None:
    first = next(iter(entries.values()))
    size, mean, std = first["input"]["size"], first["mean"][0], first["std"][0]
    results = "\n".join(
        f"| `{e['file']}` | {e['validation']['top1Error']:.1f} % | {e['validation']['top5Error']:.1f} % | `{e['gradcamLayer']}` |"
        f" {'`' + e['camLayer'] + '`' if e['camLayer'] else '–'} | {GRID[title]} × {GRID[title]} | {e['bytes'] / 2**20:.2f} MiB |"
        for title, e in entries.items()
    )
    made = "\n".join(
        f"| {title} | {t['scenes']:,} ({t['scenes'] / t['training_scenes']:.1f} × {t['training_scenes']:,}) | {t['seconds'] / 60:.0f} | {t['batch']} |"
        f" {t['init'] if t.get('init') else f'its own before, {BEFORE[title]:,} scenes'} |"
        for title, t in ((title, e["training"]) for title, e in entries.items())
    )
    topologies = "\n".join(f"- **{title}**: {text}." for title, text in TOPOLOGY.items())
    path.write_text(f"""# The quickstart's networks

These are five small networks for the synthetic scenes of `datasets/quickstart`. They have the topologies of the paper's
networks at a fraction of their width. Strides, paddings and the input's size are the published ones, and so are receptive
fields and grids. They are a demonstration: their errors say nothing about ImageNet.

- Input `input`: RGB, `[N, 3, {size}, {size}]`. The image is warped to the square bilinearly; each channel is
  `(x / 255 - {mean}) / {std}`.
- Output `logits`: `[N, 22]`, before any softmax, in the order of `datasets/quickstart/classes.txt`.
- Format: ONNX opset {first['opset']}, float32. `models.json` has the same facts in a form for programs.

| File | Top-1 error | Top-5 error | Layer for Grad-CAM | Layer for CAM | Its grid | Size |
| --- | --- | --- | --- | --- | --- | --- |
{results}

Errors are on the 500 validation scenes. No network was trained on their drawings, nor on some of their kinds of background.
`scripts/quickstart/evaluate.py` measured them on the committed files with ONNX Runtime {version('onnxruntime')}.

## Topologies

{topologies}

Convolutions were trained with batch norm. Except in the ResNet, it is folded into them, so the graphs consist of Conv and
Relu as in the papers. LRN has alpha 1, not 1e-4: the published value is for activations some hundred times larger and
would have no effect here.

## Training

The training scenes are {first['training']['training_scenes']:,} of 256 × 256 pixels, composed as the validation scenes are, with other drawings. The
optimiser is AdamW. The learning rate rises once and then falls along a cosine. Label smoothing is 0.05. Batches
are in bfloat16, with crops of 13/16 to the whole of each side, mirror images and recolouring. The exported weights are the
running average. Minutes are wall-clock time on one of two cores shared with other work, with PyTorch
{first['training']['torch']} and Python {platform.python_version()}. The logs are in
[scripts/quickstart/logs](../../scripts/quickstart/logs).

| Net | Scenes seen | Minutes | Batch | Started from |
| --- | --- | --- | --- | --- |
{made}

To train them again, see [scripts/quickstart](../../scripts/quickstart/README.md). The result is similar but not bit for
bit the same, because the learning rate follows the clock. The licence is that of the repository's code. The drawings in the
training scenes are credited in [CREDITS.md](../../datasets/quickstart/CREDITS.md).
""")
