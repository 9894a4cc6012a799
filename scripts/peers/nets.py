"""The networks of the comparison as torchvision builds them, their weights from a seed, and the same as ONNX files."""

import contextlib
import copy
import dataclasses
import io
import math
import pathlib
import sys
import warnings

import numpy as np
import torch
import torchvision

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "golden"))
from networks import probe_input  # noqa: E402
from seeded import values  # noqa: E402

SIZE = 224


@dataclasses.dataclass(frozen=True)
class Excitation:
    """c-MWP: torchvision's modules for TorchRay (its benchmark's choice), the value of the ONNX file for us."""

    saliency: str
    contrast: str
    classifier: str
    ours: str


@dataclasses.dataclass(frozen=True)
class Net:
    build: object
    layer: str  # where Grad-CAM is read: torchvision's module
    ours: str  # the same in the ONNX file
    excitation: Excitation | None
    phase: float  # of the probe image


NETS = {
    "vgg16": Net(
        torchvision.models.vgg16,
        "features.29",
        "/features/features.29/Relu_output_0",
        Excitation("features.23", "features.30", "classifier.6", "/features/features.23/MaxPool_output_0"),
        0.0,
    ),
    "alexnet": Net(
        torchvision.models.alexnet,
        "features.11",
        "/features/features.11/Relu_output_0",
        Excitation("features.5", "features.12", "classifier.6", "/features/features.5/MaxPool_output_0"),
        0.0,
    ),
    "googlenet": Net(
        lambda weights: torchvision.models.googlenet(weights=weights, aux_logits=False, init_weights=False),
        "inception5b",
        "/inception5b/Concat_output_0",
        Excitation("maxpool2", "avgpool", "fc", "/maxpool2/MaxPool_output_0"),
        8.0,
    ),
    "resnet50": Net(
        torchvision.models.resnet50,
        "layer4",
        "/layer4/layer4.2/relu_2/Relu_output_0",
        Excitation("layer3", "avgpool", "fc", "/layer3/layer3.5/relu_2/Relu_output_0"),
        1.0,
    ),
    "squeezenet1.1": Net(
        torchvision.models.squeezenet1_1,
        "features.12",
        "/features/features.12/Concat_output_0",
        Excitation("features.8", "features.12", "classifier.1", "/features/features.8/MaxPool_output_0"),
        9.0,
    ),
    # Its linear bottlenecks are negative: excitation backprop is not defined there, and refused by us.
    "mobilenet-v2": Net(
        torchvision.models.mobilenet_v2,
        "features.18",
        "/features/features.18/features.18.2/Clip_output_0",
        None,
        0.0,
    ),
}


def seeded(module):
    """He's bound for weights keeps activations in range; scales of normalisations are positive."""
    for name, tensor in module.state_dict().items():
        if not tensor.is_floating_point():
            continue
        if tensor.dim() >= 2:
            bound = math.sqrt(6 / math.prod(tensor.shape[1:]))
            low, high = -bound, bound
        elif name.endswith("running_var"):
            low, high = 0.5, 1.5
        elif name.endswith("weight"):
            low, high = 0.25, 0.75
        else:
            low, high = -0.1, 0.1
        tensor.copy_(torch.from_numpy(values(name, tensor.numel(), low, high)).reshape(tensor.shape))
    return module.eval()


def build(name):
    return seeded(NETS[name].build(weights=None))


def image(name):
    """float32 [1,3,224,224], like a preprocessed image."""
    return probe_input(SIZE, SIZE, NETS[name].phase)


def export(module, path):
    """PyTorch's ONNX file, for a batch of any size."""
    names = {"input_names": ["input"], "output_names": ["logits"], "opset_version": 17}
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        axes = {"input": {0: "N"}, "logits": {0: "N"}}
        torch.onnx.export(module, (torch.zeros(1, 3, SIZE, SIZE),), str(path), dynamo=False, dynamic_axes=axes, **names)


def sharing(module):
    """A copy with hooks, structure and `requires_grad` of its own, on the same memory."""
    memo = {id(p): torch.nn.Parameter(p.detach(), requires_grad=p.requires_grad) for p in module.parameters()}
    memo |= {id(b): b for b in module.buffers()}
    return copy.deepcopy(module, memo)


def folded(module):
    """A copy with each batch normalisation taken into the convolution before it."""
    made = sharing(module)
    modules = dict(made.named_modules())
    for node in torch.fx.symbolic_trace(made).graph.nodes:
        before = node.args[0] if node.args else None
        if node.op != "call_module" or getattr(before, "op", None) != "call_module":
            continue
        conv, norm = modules[before.target], modules[node.target]
        if isinstance(conv, torch.nn.Conv2d) and isinstance(norm, torch.nn.BatchNorm2d):
            made.set_submodule(before.target, torch.nn.utils.fusion.fuse_conv_bn_eval(conv, norm))
            made.set_submodule(node.target, torch.nn.Identity())
    return made


def tuned(module, memory_format):
    """What a peer's user can do to be fast without leaving the peer: frozen weights, folded normalisations, a layout."""
    return folded(module).requires_grad_(False).to(memory_format=memory_format).eval()


def relative(ours, theirs):
    """The largest difference of two stacks of maps, each map by the peer's largest value."""
    ours, theirs = np.asarray(ours, dtype=np.float64), np.asarray(theirs, dtype=np.float64)
    if ours.shape != theirs.shape:
        raise ValueError(f"maps of {ours.shape} and {theirs.shape}")
    worst = 0.0
    for a, b in zip(ours, theirs):
        largest = np.abs(b).max()
        worst = max(worst, float(np.abs(a - b).max() / largest) if largest > 0 else float(np.abs(a).max()))
    return worst
