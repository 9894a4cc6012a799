"""Writes the trained networks as ONNX files, each with its card, and models.json and README.md beside them.

    python export.py --checkpoints <folder> [net ...]

Without a net, all are exported; the facts of those that are not named stay as they are.

The graph is built node by node from the same list of layers that the training ran, so node and value
names are the layers' names. Batch norm is folded into convolutions and dense layers, except in the nets
that keep it. Before a file is kept, its logits are compared with PyTorch's.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from data import MEAN, ROOT, STD, class_names, normalise, validation_set
from evaluate import errors, hits
from model_card import write_readme
from nets import CAM_CAPABLE, GRADCAM_LAYER, INPUT_SIZE, KEEPS_BATCH_NORM, NETS, Lrn, Net
from train import WORK

OPSET = 13
# Of the validation scenes, those that configs/quickstart.yaml runs on.
QUICKSTART_SCENES = 300


class Exporter:
    def __init__(self, net: Net, keep_batch_norm: bool):
        self.net, self.keep = net, keep_batch_norm
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []
        self.alias = {"input": "input"}  # dropout vanishes: its reader reads its input

    def weight(self, name: str, value: torch.Tensor) -> str:
        self.weights.append(numpy_helper.from_array(value.detach().numpy().astype(np.float32), name))
        return name

    def node(self, op: str, name: str, inputs: list[str], **attrs) -> None:
        self.nodes.append(helper.make_node(op, inputs, [name], name=name, **attrs))

    def affine(self, op: str, name: str, x: str, module: nn.Module, **attrs) -> None:
        """A convolution or dense layer with the batch norm that follows it, if any."""
        layer, norm = module if isinstance(module, nn.Sequential) else (module, None)
        weight = layer.weight
        bias = torch.zeros(len(weight)) if layer.bias is None else layer.bias
        if norm is not None and not self.keep:
            factor = norm.weight / torch.sqrt(norm.running_var + norm.eps)
            weight = weight * factor.reshape(-1, *[1] * (weight.ndim - 1))
            bias = norm.bias + (bias - norm.running_mean) * factor
        raw = norm is not None and self.keep
        inputs = [x, self.weight(f"{name}.weight", weight)]
        if not raw:
            inputs.append(self.weight(f"{name}.bias", bias))
        self.node(op, f"{name}.conv" if raw else name, inputs, **attrs)
        if raw:
            parts = {"scale": norm.weight, "shift": norm.bias, "mean": norm.running_mean, "var": norm.running_var}
            inputs = [f"{name}.conv", *(self.weight(f"{name}.norm.{k}", v) for k, v in parts.items())]
            self.node("BatchNormalization", name, inputs, epsilon=norm.eps)

    def layer(self, layer) -> None:
        name, a = layer.name, layer.attrs
        xs = [self.alias[i] for i in layer.inputs]
        self.alias[name] = name
        match layer.kind:
            case "conv":
                module = self.net.mod(name)
                conv = module[0]
                self.affine(
                    "Conv", name, xs[0], module,
                    kernel_shape=list(conv.kernel_size), strides=list(conv.stride),
                    pads=[*conv.padding, *conv.padding], group=conv.groups, dilations=[1, 1],
                )
            case "linear":
                self.affine("Gemm", name, xs[0], self.net.mod(name), transB=1)
            case "relu":
                self.node("Relu", name, xs)
            case "maxpool":
                window = {"kernel_shape": [a["k"]] * 2, "strides": [a["stride"]] * 2, "pads": [a["pad"]] * 4}
                self.node("MaxPool", name, xs, ceil_mode=int(a["ceil"]), **window)
            case "lrn":
                self.node("LRN", name, xs, alpha=Lrn.ALPHA, beta=Lrn.BETA, bias=Lrn.BIAS, size=Lrn.SIZE)
            case "concat":
                self.node("Concat", name, xs, axis=1)
            case "add":
                self.node("Add", name, xs)
            case "gap":
                self.node("GlobalAveragePool", name, xs)
            case "flatten":
                self.node("Flatten", name, xs, axis=1)
            case "dropout":
                self.alias[name] = xs[0]
            case other:
                raise ValueError(other)

    def model(self, title: str, classes: int) -> onnx.ModelProto:
        for layer in self.net.layers:
            self.layer(layer)
        graph = helper.make_graph(
            self.nodes, title,
            [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["N", 3, INPUT_SIZE, INPUT_SIZE])],
            [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", classes])],
            self.weights,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="quickstart-world")
        model.ir_version = 8
        onnx.checker.check_model(model, full_check=True)
        return model


def difference(net: Net, model: onnx.ModelProto) -> float:
    """The largest difference from PyTorch's logits over some validation scenes."""
    x = normalise(validation_set()[0][:32].float())
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    with torch.no_grad():
        return float(np.abs(session.run(None, {"input": x.numpy()})[0] - net.eval()(x).numpy()).max())


def write_card(path: Path) -> None:
    """What `bench` reads beside the file."""
    card = {
        "input": {"size": INPUT_SIZE, "resize": "warp", "color": "rgb", "scale": "1/255", "mean": MEAN, "std": STD},
        "classes": "../../datasets/quickstart/imagenet/LOC_synset_mapping.txt",
        "licence": "Apache-2.0",
        "source": "trained by scripts/quickstart on drawn scenes: a demonstration",
    }
    lines = [f"  {json.dumps(key)}: {spaced(value)}" for key, value in card.items()]
    path.with_suffix(".card.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


def spaced(value: object) -> str:
    """JSON on one line, with a space inside braces."""
    text = json.dumps(value)
    return f"{{ {text[1:-1]} }}" if text.startswith("{") else text


def training(title: str, made: dict) -> dict:
    """How it was trained; the file that it started from had the network's name."""
    started = {"startedFrom": f"the {title}.onnx before, at 112 pixels"} if "startedFrom" in made else {}
    return {**made, "seconds": round(made["seconds"]), **started}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoints", type=Path, default=WORK / "checkpoints")
    parser.add_argument("--out", type=Path, default=ROOT / "models" / "quickstart")
    parser.add_argument("nets", nargs="*", choices=[[], *NETS], help="all, if none is named")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    names = class_names()
    facts = args.out / "models.json"
    entries = json.loads(facts.read_text()) if facts.exists() else {}
    for title, build in NETS.items():
        if args.nets and title not in args.nets:
            continue
        saved = torch.load(args.checkpoints / f"{title}.pt", weights_only=True)
        net = build(len(names))
        net.load_state_dict(saved["weights"])
        net.eval()
        model = Exporter(net, title in KEEPS_BATCH_NORM).model(title, len(names))
        off = difference(net, model)
        assert off < 1e-3, f"{title}: differs from PyTorch by {off}"
        path = args.out / f"{title}.onnx"
        onnx.save(model, path)
        write_card(path)
        hit = hits(path)
        entries[title] = {
            "file": path.name,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "bytes": path.stat().st_size,
            "input": {"name": "input", "size": INPUT_SIZE, "layout": "NCHW", "color": "RGB", "resize": "warp, bilinear"},
            "mean": [MEAN] * 3,
            "std": [STD] * 3,
            "output": "logits",
            "classes": "../../datasets/quickstart/classes.txt",
            "gradcamLayer": GRADCAM_LAYER[title],
            "camLayer": GRADCAM_LAYER[title] if title in CAM_CAPABLE else None,
            "opset": OPSET,
            "operators": sorted({n.op_type for n in model.graph.node}),
            "validation": errors(hit),
            "quickstart": errors(hit[:QUICKSTART_SCENES], 4),
            "differenceFromPyTorch": float(f"{off:.1e}"),
            "training": training(title, saved["made"]),
        }
        print(f"{title}: {path.stat().st_size:,} bytes, {entries[title]['validation']}, off by {off:.1e}")
    entries = {title: entries[title] for title in NETS if title in entries}
    facts.write_text(json.dumps(entries, indent=2) + "\n")
    write_readme(args.out / "README.md", entries)


if __name__ == "__main__":
    main()
