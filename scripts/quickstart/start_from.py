"""Starts a network from an exported one of the same layers: its ONNX weights, and batch norms set by data.

The export folds batch norms into convolutions. To train on, each norm gets the mean and the spread of what its
convolution gives for a batch as shift and factor, so that the network computes what the file does. A first
convolution of another kernel size starts from the old kernel, resampled.
"""

from __future__ import annotations

from pathlib import Path

import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper
from torch import nn

from nets import Net


def resampled(weight: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """A kernel [O,I,h,w] for pictures of another scale; the sum over its taps is kept."""
    if weight.shape == like.shape:
        return weight
    new = F.interpolate(weight, like.shape[2:], mode="bilinear", align_corners=False)
    return new * (weight.shape[2] * weight.shape[3]) / (like.shape[2] * like.shape[3])


@torch.no_grad()
def start_from(net: Net, file: Path, batch: torch.Tensor) -> int:
    """Takes the weights of `file` over, layer by layer along `batch` [N,3,S,S]; returns how many layers fitted."""
    weights = {w.name: torch.from_numpy(numpy_helper.to_array(w).copy()) for w in onnx.load(file).graph.initializer}
    net.eval()
    values, taken = {"input": batch}, 0
    for layer in net.layers:
        args = [values[i] for i in layer.inputs]
        if layer.kind in ("conv", "linear"):
            taken += take(net.mod(layer.name), layer.name, weights, args[0])
        values[layer.name] = net._run(layer, args)
    return taken


def take(module: nn.Module, name: str, weights: dict[str, torch.Tensor], x: torch.Tensor) -> int:
    weight = weights.get(f"{name}.weight")
    layer, norm = module if isinstance(module, nn.Sequential) else (module, None)
    same = weight is not None and weight.ndim == layer.weight.ndim and weight.shape[:2] == layer.weight.shape[:2]
    if not same:
        return 0
    layer.weight.copy_(resampled(weight, layer.weight) if weight.ndim == 4 else weight)
    if norm is None:
        layer.bias.copy_(weights[f"{name}.bias"])
        return 1
    if f"{name}.norm.scale" in weights:
        for part, value in {"weight": "scale", "bias": "shift", "running_mean": "mean", "running_var": "var"}.items():
            getattr(norm, part).copy_(weights[f"{name}.norm.{value}"])
        return 1
    y = layer(x)
    axes = [0, *range(2, y.ndim)]
    mean, var = y.mean(axes), y.var(axes, unbiased=False)
    norm.running_mean.copy_(mean)
    norm.running_var.copy_(var)
    norm.weight.copy_((var + norm.eps).sqrt())
    norm.bias.copy_(weights[f"{name}.bias"] + mean)
    return 1
