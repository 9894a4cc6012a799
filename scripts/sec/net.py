"""A segmenter: the convolutions of a shipped classifier, then DeepLab-LargeFOV's head, which SEC trains, in small."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper
from torch import nn

OPSET = 13


class Segmenter(nn.Module):
    """Scores [N, labels, h, w] at `stride` pixels of the input, of pictures as the classifier takes them.

    They are those of the classifier's own last layer at each place, which the background's zeros join, plus those of the head,
    which start at zero: training starts from what the classifier knows of its classes, and of image labels.
    """

    def __init__(self, backbone: Path, until: str, stride: int, labels: int, width: int = 96, dilation: int = 4):
        super().__init__()
        graph = onnx.load(backbone).graph
        modules, values = read_chain(backbone, graph, until, stride)
        self.layers = nn.Sequential(*modules)
        channels = [m for m in self.layers if isinstance(m, nn.Conv2d)][-1].out_channels
        self.classes = nn.Conv2d(channels, labels, 1)
        nn.init.zeros_(self.classes.weight)
        nn.init.zeros_(self.classes.bias)
        known = read_classifier(graph, values, until)
        if known is not None:
            self.classes.weight.data[1:] = known[:, :, None, None]
        self.head = nn.Sequential(
            nn.Conv2d(channels, width, 3, padding=dilation, dilation=dilation, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Dropout(0.3),
            nn.Conv2d(width, width, 1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Dropout(0.3),
            nn.Conv2d(width, labels, 1),
        )
        # Of a classifier without such a layer the head makes the first scores, else none.
        nn.init.normal_(self.head[-1].weight, std=0.01 if known is None else 0)
        nn.init.zeros_(self.head[-1].bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        features = self.layers(x)
        return self.classes(features) + self.head(features)


def read_classifier(graph: onnx.GraphProto, values: dict[str, torch.Tensor], until: str) -> torch.Tensor | None:
    """Weights [classes, channels] of the linear layer behind the average of `until`; None where the classifier has none there."""
    current = until
    for node in graph.node:
        if current not in node.input:
            continue
        if node.op_type == "Gemm" and current != until:
            a = {x.name: helper.get_attribute_value(x) for x in node.attribute}
            weight = values[node.input[1]]
            return weight if a.get("transB", 0) else weight.T
        if node.op_type != ("GlobalAveragePool" if current == until else "Flatten"):
            return None
        current = node.output[0]
    return None


def read_chain(path: Path, graph: onnx.GraphProto, until: str, stride: int) -> tuple[list[nn.Module], dict[str, torch.Tensor]]:
    """The convolutions, rectifiers and pools of an ONNX classifier up to the value `until`. What would make the stride larger than
    `stride` goes on in steps of 1, and what follows it is dilated instead. Also the weights of the whole classifier by name."""
    values = {w.name: torch.from_numpy(numpy_helper.to_array(w).astype(np.float32)) for w in graph.initializer}
    for node in graph.node:
        if node.op_type == "Cast" and node.input[0] in values:
            values[node.output[0]] = values[node.input[0]]  # weights kept in half precision
    modules: list[nn.Module] = []
    current, reached, dilation = graph.input[0].name, 1, 1
    for node in graph.node:
        a = {x.name: helper.get_attribute_value(x) for x in node.attribute}
        if node.op_type == "Cast" and node.input[0] in values:
            continue
        if node.input[0] != current:
            raise SystemExit(f"{path}: {node.name} reads {node.input[0]}, not {current}: not a chain of layers")
        own = a.get("strides", [1, 1])[0]
        step = own if reached * own <= stride else 1
        if node.op_type == "Conv":
            w = values[node.input[1]]
            conv = nn.Conv2d(
                w.shape[1] * a.get("group", 1), w.shape[0], w.shape[2], step,
                padding=w.shape[2] // 2 * dilation, dilation=dilation, groups=a.get("group", 1),
            )
            conv.weight.data, conv.bias.data = w.clone(), values[node.input[2]].clone()
            modules.append(conv)
        elif node.op_type == "Relu":
            modules.append(nn.ReLU())
        elif node.op_type == "MaxPool":
            # At stride 1 a window with a middle, as in DeepLab.
            modules.append(nn.MaxPool2d(a["kernel_shape"][0], step) if step > 1 else nn.MaxPool2d(3, 1, padding=1))
        else:
            raise SystemExit(f"{path}: {node.op_type} before `{until}`: not a chain of convolutions and pools")
        reached *= step
        dilation *= own // step
        current = node.output[0]
        if current == until:
            return modules, values
    raise SystemExit(f"{path}: has no value `{until}`")


def to_onnx(net: Segmenter, size: int, title: str, half: bool = True) -> onnx.ModelProto:
    """[N, 3, size, size] → [N, labels, h, w], before softmax. Weights in half precision take half the space; a Cast reads them."""
    nodes, weights = [], []

    def weight(name: str, value: torch.Tensor) -> str:
        array = value.detach().numpy()
        if not half:
            weights.append(numpy_helper.from_array(array, name))
            return name
        weights.append(numpy_helper.from_array(array.astype(np.float16), f"{name}/half"))
        nodes.append(helper.make_node("Cast", [f"{name}/half"], [name], name=f"{name}/cast", to=TensorProto.FLOAT))
        return name

    def conv(m: nn.Conv2d, norm: nn.BatchNorm2d | None, current: str, out: str) -> str:
        factor = torch.ones(m.out_channels) if norm is None else norm.weight / torch.sqrt(norm.running_var + norm.eps)
        bias = torch.zeros(m.out_channels) if m.bias is None else m.bias
        if norm is not None:
            bias = norm.bias + (bias - norm.running_mean) * factor
        inputs = [current, weight(f"{out}/weight", m.weight * factor[:, None, None, None]), weight(f"{out}/bias", bias)]
        window = {"kernel_shape": list(m.kernel_size), "strides": list(m.stride), "dilations": list(m.dilation)}
        nodes.append(helper.make_node("Conv", inputs, [out], name=out, pads=[*m.padding, *m.padding], group=m.groups, **window))
        return out

    def chain(modules: nn.Sequential, current: str, prefix: str) -> str:
        for i, m in enumerate(modules):
            out = f"{prefix}{i}"
            following = modules[i + 1] if i + 1 < len(modules) else None
            if isinstance(m, nn.Conv2d):
                current = conv(m, following if isinstance(following, nn.BatchNorm2d) else None, current, out)
            elif isinstance(m, nn.MaxPool2d):
                k, s, p = (int(v) for v in (m.kernel_size, m.stride, m.padding))
                window = {"kernel_shape": [k, k], "strides": [s, s], "pads": [p] * 4}
                nodes.append(helper.make_node("MaxPool", [current], [out], name=out, **window))
                current = out
            elif isinstance(m, nn.ReLU):
                nodes.append(helper.make_node("Relu", [current], [out], name=out))
                current = out
        return current

    net.eval()
    features = chain(net.layers, "input", "layer")
    parts = [conv(net.classes, None, features, "classes"), chain(net.head, features, "head")]
    nodes.append(helper.make_node("Add", parts, ["scores"], name="scores"))
    with torch.no_grad():
        shape = net(torch.zeros(1, 3, size, size)).shape
    graph = helper.make_graph(
        nodes, title,
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["N", 3, size, size])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["N", *shape[1:]])],
        weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="quickstart-world")
    model.ir_version = 8
    onnx.checker.check_model(model, full_check=True)
    return model
