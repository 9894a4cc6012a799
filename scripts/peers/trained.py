"""The trained networks of the method comparison, as PyTorch modules whose layers have the names of the ONNX file."""

import json
import pathlib

import onnx
import onnx2torch
import torch

ROOT = pathlib.Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "test" / "golden"
NAMES = ("vgg16", "squeezenet1.1", "mobilenet_v1_0.75")
# (contrast layer, last layer with weights) for TorchRay's c-MWP.
CONTRAST = {
    "vgg16": ("pool5", "logits"),
    "squeezenet1.1": ("fire9/concat", "conv25"),
    "mobilenet_v1_0.75": ("global_average_pooling2d", "conv_preds"),
}


def known(file):
    return {entry["name"]: entry for entry in map(json.loads, (GOLDEN / file).read_text().splitlines())}


class Capped(torch.nn.Module):
    """min(x, 6): behind nn.ReLU the same as nn.ReLU6, for libraries that know only nn.ReLU."""

    def forward(self, x):
        return x.clamp(max=6)


class Through(torch.autograd.Function):
    """min(x, 6), whose gradient passes unchanged."""

    @staticmethod
    def forward(ctx, x):
        return x.clamp(max=6)

    @staticmethod
    def backward(ctx, p):
        return p


class CappedThrough(torch.nn.Module):
    def forward(self, x):
        return Through.apply(x)


def module(path):
    """float64, ready to differentiate. onnx2torch averages with torch.mean; TorchRay has a rule for pooling only."""
    made = onnx2torch.convert(onnx.load(str(path))).double().eval().requires_grad_(False)
    for name, part in list(made.named_modules()):
        if "GlobalAveragePool" in type(part).__name__:
            made.set_submodule(name, torch.nn.AdaptiveAvgPool2d(1))
    return made


def without_relu6(made, cap=Capped):
    for name, part in list(made.named_modules()):
        if isinstance(part, torch.nn.ReLU6):
            made.set_submodule(name, torch.nn.Sequential(torch.nn.ReLU(), cap()))
    return made


def path_of(entry, data):
    """None when the test data is not given."""
    if entry["source"] == "quickstart":
        return ROOT / "models" / "quickstart" / entry["file"]
    return data and pathlib.Path(data) / "models" / entry["file"]
