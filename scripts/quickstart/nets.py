"""The five networks, as lists of named layers.

One list serves both the training (`Net.forward`) and the ONNX file (`export.py`), so that every layer
keeps the name that the literature calls it by. Topologies and input are the papers', so that grids and receptive
fields against the input are theirs as well; widths are reduced.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import nn

INPUT_SIZE = 224


@dataclass
class Layer:
    name: str
    kind: str
    inputs: list[str]
    attrs: dict = field(default_factory=dict)


class _LrnFunction(torch.autograd.Function):
    """Forward and backward written out in one number format: left to autocast, the mixing of two is most of the time.

    The sum over neighbouring channels is a 1x1 convolution with a band of ones.
    """

    @staticmethod
    def forward(ctx, x, band):
        band = band.to(x.dtype)
        scale = F.conv2d(x * x, band).mul_(Lrn.ALPHA / Lrn.SIZE).add_(Lrn.BIAS)
        factor = scale.rsqrt().mul_(scale.sqrt().rsqrt_())  # scale ** -0.75
        ctx.save_for_backward(x, band, scale, factor)
        return x * factor

    @staticmethod
    def backward(ctx, grad):
        x, band, scale, factor = ctx.saved_tensors
        direct = grad * factor
        through = F.conv2d((direct * x).div_(scale), band)
        return direct.sub_(through.mul_(x).mul_(2 * Lrn.ALPHA * Lrn.BETA / Lrn.SIZE)), None


class Lrn(nn.Module):
    """Local response normalisation across channels.

    Alpha is 1 and not Caffe's 1e-4: Caffe's activations are those of 0..255 pixels, hence some hundred times
    larger, and on ours 1e-4 would be the identity.
    """

    SIZE, ALPHA, BETA, BIAS = 5, 1.0, 0.75, 1.0

    def __init__(self, channels: int):
        super().__init__()
        i = torch.arange(channels)
        band = ((i[:, None] - i[None, :]).abs() <= self.SIZE // 2).float()
        self.register_buffer("band", band[:, :, None, None], persistent=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return _LrnFunction.apply(x, self.band)


class Net(nn.Module):
    """A directed graph of layers; the last one is the logits."""

    def __init__(self):
        super().__init__()
        self.layers: list[Layer] = []
        self.mods = nn.ModuleDict()
        self.channels: dict[str, int] = {"input": 3}

    def _add(self, name: str, kind: str, inputs: list[str], channels: int, module: nn.Module | None = None, **attrs) -> str:
        self.layers.append(Layer(name, kind, inputs, attrs))
        self.channels[name] = channels
        if module is not None:
            self.mods[name.replace(".", "/")] = module
        return name

    def mod(self, name: str) -> nn.Module:
        return self.mods[name.replace(".", "/")]

    def conv(self, name: str, x: str, out: int, k: int, stride: int = 1, pad: int | None = None, groups: int = 1) -> str:
        pad = k // 2 if pad is None else pad
        conv = nn.Conv2d(self.channels[x], out, k, stride, pad, groups=groups, bias=False)
        nn.init.kaiming_normal_(conv.weight, mode="fan_out", nonlinearity="relu")
        # Batch norm makes the training short; the export folds it into the convolution or keeps it.
        return self._add(name, "conv", [x], out, nn.Sequential(conv, nn.BatchNorm2d(out)))

    def relu(self, name: str, x: str) -> str:
        return self._add(name, "relu", [x], self.channels[x])

    def maxpool(self, name: str, x: str, k: int, stride: int, pad: int = 0, ceil: bool = False) -> str:
        return self._add(name, "maxpool", [x], self.channels[x], k=k, stride=stride, pad=pad, ceil=ceil)

    def lrn(self, name: str, x: str) -> str:
        return self._add(name, "lrn", [x], self.channels[x], Lrn(self.channels[x]))

    def concat(self, name: str, xs: list[str]) -> str:
        return self._add(name, "concat", xs, sum(self.channels[x] for x in xs))

    def plus(self, name: str, a: str, b: str) -> str:
        return self._add(name, "add", [a, b], self.channels[a])

    def gap(self, name: str, x: str) -> str:
        return self._add(name, "gap", [x], self.channels[x])

    def flatten(self, name: str, x: str, side: int = 1) -> str:
        return self._add(name, "flatten", [x], self.channels[x] * side * side)

    def linear(self, name: str, x: str, out: int, norm: bool = True) -> str:
        linear = nn.Linear(self.channels[x], out, bias=not norm)
        return self._add(name, "linear", [x], out, nn.Sequential(linear, nn.BatchNorm1d(out)) if norm else linear)

    def dropout(self, name: str, x: str, p: float) -> str:
        return self._add(name, "dropout", [x], self.channels[x], p=p)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        values = {"input": x}
        for layer in self.layers:
            args = [values[i] for i in layer.inputs]
            values[layer.name] = out = self._run(layer, args)
        return out

    def _run(self, layer: Layer, args: list[torch.Tensor]) -> torch.Tensor:
        a = layer.attrs
        match layer.kind:
            case "conv" | "lrn" | "linear":
                return self.mod(layer.name)(args[0])
            case "relu":
                return F.relu(args[0])
            case "maxpool":
                return F.max_pool2d(args[0], a["k"], a["stride"], a["pad"], ceil_mode=a["ceil"])
            case "concat":
                return torch.cat(args, 1)
            case "add":
                return args[0] + args[1]
            case "gap":
                return args[0].mean((2, 3), keepdim=True)
            case "flatten":
                return args[0].flatten(1)
            case "dropout":
                return F.dropout(args[0], a["p"], self.training)
        raise ValueError(layer.kind)


def _vgg_convs(net: Net) -> str:
    x = "input"
    for stage, (depth, width) in enumerate([(2, 16), (2, 32), (3, 64), (3, 96), (3, 96)], 1):
        if stage > 1:
            x = net.maxpool(f"pool{stage - 1}", x, 2, 2)
        for i in range(1, depth + 1):
            x = net.relu(f"relu{stage}_{i}", net.conv(f"conv{stage}_{i}", x, width, 3))
    return x


def vgg16(classes: int) -> Net:
    """Simonyan & Zisserman, configuration D."""
    net = Net()
    x = net.flatten("flatten", net.maxpool("pool5", _vgg_convs(net), 2, 2), side=7)
    x = net.dropout("drop6", net.relu("relu6", net.linear("fc6", x, 80)), 0.3)
    x = net.dropout("drop7", net.relu("relu7", net.linear("fc7", x, 80)), 0.3)
    net.linear("logits", x, classes, norm=False)
    return net


def vgg16_gap(classes: int) -> Net:
    """VGG-16 whose last pooling and dense layers give way to an average and one dense layer, as CAM needs."""
    net = Net()
    x = net.flatten("flatten", net.gap("gap", _vgg_convs(net)))
    net.linear("logits", x, classes, norm=False)
    return net


def alexnet(classes: int) -> Net:
    """Krizhevsky's net as in Caffe's single-tower model; conv1 is padded by 2, as for an input of 224 and not 227."""
    net = Net()
    x = net.relu("relu1", net.conv("conv1", "input", 48, 11, stride=4, pad=2))
    x = net.maxpool("pool1", net.lrn("norm1", x), 3, 2)
    x = net.relu("relu2", net.conv("conv2", x, 96, 5, groups=2))
    x = net.maxpool("pool2", net.lrn("norm2", x), 3, 2)
    x = net.relu("relu3", net.conv("conv3", x, 128, 3))
    x = net.relu("relu4", net.conv("conv4", x, 128, 3, groups=2))
    x = net.relu("relu5", net.conv("conv5", x, 96, 3, groups=2))
    x = net.flatten("flatten", net.maxpool("pool5", x, 3, 2), side=6)
    x = net.dropout("drop6", net.relu("relu6", net.linear("fc6", x, 96)), 0.3)
    x = net.dropout("drop7", net.relu("relu7", net.linear("fc7", x, 96)), 0.3)
    net.linear("logits", x, classes, norm=False)
    return net


def _inception(net: Net, name: str, x: str, widths: list[int]) -> str:
    n1, r3, n3, r5, n5, proj = widths

    def unit(suffix: str, source: str, width: int, k: int) -> str:
        return net.relu(f"{name}/relu_{suffix}", net.conv(f"{name}/{suffix}", source, width, k))

    one = unit("1x1", x, n1, 1)
    three = unit("3x3", unit("3x3_reduce", x, r3, 1), n3, 3)
    five = unit("5x5", unit("5x5_reduce", x, r5, 1), n5, 5)
    pooled = unit("pool_proj", net.maxpool(f"{name}/pool", x, 3, 1, pad=1), proj, 1)
    return net.concat(f"{name}/output", [one, three, five, pooled])


def googlenet(classes: int) -> Net:
    """BVLC's GoogLeNet without the auxiliary heads, a quarter to a third as wide."""
    net = Net()
    x = net.relu("conv1/relu_7x7", net.conv("conv1/7x7", "input", 16, 7, stride=2))
    x = net.lrn("pool1/norm1", net.maxpool("pool1/3x3_s2", x, 3, 2, ceil=True))
    x = net.relu("conv2/relu_3x3_reduce", net.conv("conv2/3x3_reduce", x, 16, 1))
    x = net.relu("conv2/relu_3x3", net.conv("conv2/3x3", x, 48, 3))
    x = net.maxpool("pool2/3x3_s2", net.lrn("conv2/norm2", x), 3, 2, ceil=True)
    x = _inception(net, "inception_3a", x, [16, 24, 32, 8, 8, 8])
    x = _inception(net, "inception_3b", x, [32, 32, 48, 8, 24, 16])
    x = net.maxpool("pool3/3x3_s2", x, 3, 2, ceil=True)
    x = _inception(net, "inception_4a", x, [48, 24, 56, 8, 16, 16])
    x = _inception(net, "inception_4b", x, [40, 32, 56, 8, 16, 16])
    x = _inception(net, "inception_4c", x, [32, 32, 64, 8, 16, 16])
    x = _inception(net, "inception_4d", x, [32, 40, 72, 8, 16, 16])
    x = _inception(net, "inception_4e", x, [64, 40, 80, 8, 32, 32])
    x = net.maxpool("pool4/3x3_s2", x, 3, 2, ceil=True)
    x = _inception(net, "inception_5a", x, [64, 40, 80, 8, 32, 32])
    x = _inception(net, "inception_5b", x, [96, 48, 96, 16, 32, 32])
    x = net.dropout("drop", net.flatten("flatten", net.gap("pool5", x)), 0.2)
    net.linear("logits", x, classes, norm=False)
    return net


def resnet(classes: int, widths: tuple[int, ...] = (16, 32, 64, 96)) -> Net:
    """A bottleneck residual net with two blocks a stage (ResNet-26)."""
    net = Net()
    net.maxpool("maxpool", net.relu("relu", net.conv("conv1", "input", 16, 7, stride=2)), 3, 2, pad=1)
    x = "maxpool"
    for stage, width in enumerate(widths, 1):
        for block in range(2):
            name = f"layer{stage}.{block}"
            stride = 2 if stage > 1 and block == 0 else 1
            y = net.relu(f"{name}.relu1", net.conv(f"{name}.conv1", x, width, 1))
            y = net.relu(f"{name}.relu2", net.conv(f"{name}.conv2", y, width, 3, stride=stride))
            y = net.conv(f"{name}.conv3", y, width * 4, 1)
            side = net.conv(f"{name}.downsample", x, width * 4, 1, stride=stride) if block == 0 else x
            last = f"layer{stage}" if block == 1 else f"{name}.relu3"
            x = net.relu(last, net.plus(f"{name}.add", y, side))
    net.linear("logits", net.flatten("flatten", net.gap("avgpool", x)), classes, norm=False)
    return net


NETS = {"vgg16-gap": vgg16_gap, "vgg16": vgg16, "alexnet": alexnet, "googlenet": googlenet, "resnet": resnet}

# The last convolution's activation, which Grad-CAM explains; CAM also needs it to be averaged before one dense layer.
GRADCAM_LAYER = {
    "vgg16-gap": "relu5_3",
    "vgg16": "relu5_3",
    "alexnet": "relu5",
    "googlenet": "inception_5b/output",
    "resnet": "layer4",
}
CAM_CAPABLE = ("vgg16-gap", "googlenet", "resnet")
KEEPS_BATCH_NORM = ("resnet",)
