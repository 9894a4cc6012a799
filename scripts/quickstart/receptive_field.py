"""Grid and receptive field varied apart, on one network: is it the receptive field that makes boxes too large?

    python receptive_field.py train --scenes <folder> --checkpoints <folder> --minutes 6
    python receptive_field.py export --checkpoints <folder> --out <folder>

Both VGG-16-GAP's start from the shipped one's checkpoint and are trained for equally long. In the second, the three last
convolutions have dilation 3, so that its receptive field at relu5_3 is 388 pixels in place of 196. Weights, grid and
cost stay the same. Each is exported twice: as it is, with a grid of 14 × 14, and with relu5_3 averaged over 2 × 2 places
before the average over all, which changes no score and gives a grid of 7 × 7.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import onnx
import torch
from onnx import helper

import train
from data import ROOT, class_names
from export import Exporter
from nets import NETS, Net, vgg16_gap

DILATIONS = {"field-196": 1, "field-388": 3}


def with_dilation(classes: int, dilation: int) -> Net:
    net = vgg16_gap(classes)
    for i in (1, 2, 3):
        conv = net.mod(f"conv5_{i}")[0]
        conv.dilation = conv.padding = (dilation, dilation)
    return net


for title, dilation in DILATIONS.items():
    NETS[title] = lambda classes, dilation=dilation: with_dilation(classes, dilation)


def grid_of_seven(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same scores, with relu5_3 averaged over 2 × 2 places in a value `pooled`."""
    nodes = list(model.graph.node)
    at = next(i for i, node in enumerate(nodes) if node.op_type == "GlobalAveragePool")
    nodes[at].input[0] = "pooled"
    nodes.insert(at, helper.make_node("AveragePool", ["relu5_3"], ["pooled"], name="pooled", kernel_shape=[2, 2], strides=[2, 2]))
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.checker.check_model(model, full_check=True)
    return model


def exported(title: str, checkpoints: Path) -> onnx.ModelProto:
    names = class_names()
    net = NETS[title](len(names))
    net.load_state_dict(torch.load(checkpoints / f"{title}.pt", weights_only=True)["weights"])
    model = Exporter(net.eval(), False).model(title, len(names))
    for node in model.graph.node:
        if node.name.startswith("conv5_"):
            next(a for a in node.attribute if a.name == "dilations").ints[:] = [DILATIONS[title]] * 2
    return model


def write(model: onnx.ModelProto, path: Path) -> None:
    onnx.save(model, path)
    card = json.loads((ROOT / "models/quickstart/vgg16-gap.card.json").read_text())
    card["classes"] = str((ROOT / "models/quickstart" / card["classes"]).resolve())
    path.with_suffix(".card.json").write_text(json.dumps(card, indent=2) + "\n")


def main() -> None:
    if sys.argv[1] == "train":
        given = sys.argv[2:]
        folder = Path(given[given.index("--checkpoints") + 1])
        for title in DILATIONS:
            sys.argv = ["train.py", title, "--init", str(folder / "vgg16-gap.pt"), *given]
            train.main()
        return
    parser = argparse.ArgumentParser()
    parser.add_argument("export")
    parser.add_argument("--checkpoints", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    for title in DILATIONS:
        write(exported(title, args.checkpoints), args.out / f"{title}-grid-14.onnx")
        write(grid_of_seven(exported(title, args.checkpoints)), args.out / f"{title}-grid-7.onnx")


if __name__ == "__main__":
    main()
