"""Writes test/golden/cases.json: what PyTorch makes of the networks in test/cases, in float64 with autograd.

Per network the scores and the Grad-CAM maps (Selvaraju et al., equations 1 and 2, not normalised) of all
classes for the picture, its mirror image and its negative. Scores and layer are named here by hand: they
are what the product has to find.

    python scripts/golden/kinds/cases.py
"""

import json
import pathlib
import sys

import numpy as np
import onnx
import torch
from PIL import Image

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
from record import Truth, numbers  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[3]
RELU = "/act_2/Relu_output_0"

# file: (scores, layer, pictures)
CASES = {
    "expand-batch/ex-cat": ("y", None, 3),
    "expand-batch/zeros-batch-pad": ("y", None, 3),
    "expand-batch/ex-cat-fixedbatch": ("y", None, 1),
    "sigmoid-head/sigmoid-saturated": ("/Mul_output_0", RELU, 3),
    "softmax-not-last/softmax-log": ("/fc/Gemm_output_0", RELU, 3),
    "softmax-not-last/softmax-then-clamp": ("/fc/Gemm_output_0", RELU, 3),
    "default-layer/act-prelu": ("y", "/act_2/PRelu_output_0", 3),
    "default-layer/act-tanh": ("y", "/act_2/Tanh_output_0", 3),
    "default-layer/last-l2norm": ("y", "/Div_output_0", 3),
    "default-layer/maxout-lightcnn": ("y", "/Max_1_output_0", 3),
    "several-outputs/featfirst": ("logits", RELU, 3),
    "several-outputs/argmax": ("/fc/Gemm_output_0", RELU, 3),
    "single-score/singles": ("/fc/Gemm_output_0", RELU, 3),
    "guided/relu-as-absavg": ("y", "/act_2/Div_output_0", 3),
}
# Of these the layer is found as the product has it and only the numbers are PyTorch's.
LAYERS = {
    "expand-batch/ex-cat": RELU,
    "expand-batch/zeros-batch-pad": "/Concat_1_output_0",
    "expand-batch/ex-cat-fixedbatch": RELU,
}


def three_pictures():
    """The picture, its mirror image and its negative, 0..1: [3,3,32,32]."""
    rgb = np.asarray(Image.open(ROOT / "test" / "cases" / "picture-32.png").convert("RGB"), np.float32)
    x = (rgb / np.float32(255)).transpose(2, 0, 1)[None]
    return np.concatenate([x, x[..., ::-1], 1 - x]).astype(np.float32)


def main():
    rows = []
    for name, (scores, layer, count) in CASES.items():
        model = onnx.load(ROOT / "test" / "cases" / f"{name}.onnx")
        layer = layer or LAYERS[name]
        truth = Truth(model, three_pictures()[:count], scores, layer, two_way=True)
        maps = [truth.map(c) for c in range(truth.logits.shape[1])]
        rows.append(
            {
                "file": f"{name}.onnx",
                "layer": layer,
                "classes": len(maps),
                "images": count,
                "logits": numbers(truth.logits, 7),
                "shape": list(maps[0].shape[1:]),
                # [images, classes, h, w]
                "maps": numbers(torch.stack(maps, 1), 7),
            }
        )
    path = ROOT / "test" / "golden" / "cases.json"
    path.write_text("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")


if __name__ == "__main__":
    main()
