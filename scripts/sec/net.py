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
    """Scores [N, labels, h, w] at `stride` pixels of the input, of pictures as the classifier takes them."""

    def __init__(self, backbone: Path, until: str, stride: int, labels: int, width: int = 96, dilation: int = 4):
        super().__init__()
        self.layers = nn.Sequential(*read_chain(backbone, until, stride))
        channels = [m for m in self.layers if isinstance(m, nn.Conv2d)][-1].out_channels
        self.head = nn.Sequential(
            nn.Conv2d(channels, width, 3, padding=dilation, dilation=dilation),
            nn.ReLU(),
            nn.Dropout(0.3),
            nn.Conv2d(width, width, 1),
            nn.ReLU(),
            nn.Dropout(0.3),
            nn.Conv2d(width, labels, 1),
        )
        for conv in self.head[0], self.head[3]:
            nn.init.kaiming_normal_(conv.weight, nonlinearity="relu")
            nn.init.zeros_(conv.bias)
        # Small first scores: else the CRF of the first steps takes noise for certain.
        nn.init.normal_(self.head[6].weight, std=0.01)
        nn.init.zeros_(self.head[6].bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.layers(x))

    def steps(self) -> list[nn.Module]:
        return [m for m in (*self.layers, *self.head) if not isinstance(m, nn.Dropout)]


def read_chain(path: Path, until: str, stride: int) -> list[nn.Module]:
    """The convolutions, rectifiers and pools of an ONNX classifier up to the value `until`. What would make the stride larger than
    `stride` goes on in steps of 1, and what follows it is dilated instead."""
    graph = onnx.load(path).graph
    values = {w.name: torch.from_numpy(numpy_helper.to_array(w).astype(np.float32)) for w in graph.initializer}
    modules: list[nn.Module] = []
    current, reached, dilation = graph.input[0].name, 1, 1
    for node in graph.node:
        a = {x.name: helper.get_attribute_value(x) for x in node.attribute}
        if node.op_type == "Cast" and node.input[0] in values:
            values[node.output[0]] = values[node.input[0]]  # weights kept in half precision
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
            return modules
    raise SystemExit(f"{path}: has no value `{until}`")


def to_onnx(net: Segmenter, size: int, title: str, half: bool = True) -> onnx.ModelProto:
    """[N, 3, size, size] → [N, labels, h, w], before softmax. Weights in half precision take half the space; a Cast reads them."""
    nodes, weights, current = [], [], "input"

    def weight(name: str, value: torch.Tensor) -> str:
        array = value.detach().numpy()
        if not half:
            weights.append(numpy_helper.from_array(array, name))
            return name
        weights.append(numpy_helper.from_array(array.astype(np.float16), f"{name}/half"))
        nodes.append(helper.make_node("Cast", [f"{name}/half"], [name], name=f"{name}/cast", to=TensorProto.FLOAT))
        return name

    steps = net.steps()
    for i, m in enumerate(steps):
        out = "scores" if i == len(steps) - 1 else f"{type(m).__name__.lower()}{i}"
        if isinstance(m, nn.Conv2d):
            inputs = [current, weight(f"{out}/weight", m.weight), weight(f"{out}/bias", m.bias)]
            window = {"kernel_shape": list(m.kernel_size), "strides": list(m.stride), "dilations": list(m.dilation)}
            nodes.append(helper.make_node("Conv", inputs, [out], name=out, pads=[*m.padding, *m.padding], group=m.groups, **window))
        elif isinstance(m, nn.MaxPool2d):
            k, s, p = (int(v) for v in (m.kernel_size, m.stride, m.padding))
            nodes.append(helper.make_node("MaxPool", [current], [out], name=out, kernel_shape=[k, k], strides=[s, s], pads=[p] * 4))
        else:
            nodes.append(helper.make_node("Relu", [current], [out], name=out))
        current = out
    with torch.no_grad():
        shape = net.eval()(torch.zeros(1, 3, size, size)).shape
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
