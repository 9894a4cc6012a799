"""Writes the trained networks as ONNX files that share their frozen weights in one file, trunk.bin.

Before a file is kept, ONNX Runtime's logits are compared with PyTorch's.
"""

from __future__ import annotations

import copy
import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, external_data_helper

from features import CLASSES, INPUT_SIZE, TUNED, Net, Tail, features

from data import MEAN, STD, normalise  # isort: skip: features makes the quickstart's modules known
from export import Exporter  # isort: skip

TRUNK = "trunk.bin"
# What `bench` reads in the file's metadata: docs/cards.md.
CARD = {
    "input": {"size": INPUT_SIZE, "resize": "warp", "color": "rgb", "scale": "1/255", "mean": MEAN, "std": STD},
    "classes": list(CLASSES),
    "layer": "layer4",
    "licence": "Apache-2.0",
    "source": "trained by scripts/bias on drawn scenes: a demonstration",
}


def whole(net: Net, tail: Tail) -> Net:
    """The trunk with a tail in place of its last layers."""
    own = copy.deepcopy(net)
    own.mods[TUNED.replace(".", "/")] = torch.nn.Sequential(tail.conv, tail.norm)
    own.mods["logits"] = tail.logits
    return own.eval()


def is_tuned(name: str) -> bool:
    return name.startswith((f"{TUNED}.", "logits."))


def split(model: onnx.ModelProto) -> bytes:
    """Moves the frozen weights out of the model; returns the bytes of trunk.bin."""
    data = b""
    for tensor in model.graph.initializer:
        if is_tuned(tensor.name):
            continue
        raw = tensor.raw_data
        external_data_helper.set_external_data(tensor, TRUNK, len(data), len(raw))
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        data += raw
    return data


def difference(path: Path, net: Net, tail: Tail) -> float:
    """The largest difference between ONNX Runtime's logits and those of the tail on cached features."""
    pixels = torch.from_numpy(np.random.default_rng(1).integers(0, 256, (4, 3, INPUT_SIZE, INPUT_SIZE), np.uint8))
    x = normalise(pixels.float()).numpy()
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    with torch.no_grad():
        ours = tail(features(net, pixels)).numpy()
    return float(np.abs(session.run(None, {"input": x})[0] - ours).max())


def write(folder: Path, net: Net, trained: list[tuple[str, Tail, dict]], made: dict) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.onnx"):
        old.unlink()
    entries, trunk = {}, None
    for name, tail, facts in trained:
        model = Exporter(whole(net, tail), keep_batch_norm=True).model(name, len(CLASSES))
        model.producer_name = "bias-world"
        onnx.helper.set_model_props(model, {"explanation-bench.card": json.dumps(CARD)})
        data = split(model)
        assert trunk in (None, data), "the networks' trunks differ"
        trunk = data
        (folder / TRUNK).write_bytes(data)
        path = folder / f"{name}.onnx"
        path.write_bytes(model.SerializeToString())
        off = difference(path, net, tail)
        # The cached features are of half precision.
        assert off < 2e-2, f"{name}: differs from PyTorch by {off}"
        entries[name] = {"file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest(), **facts}
    listed = {
        "trunk": {"file": TRUNK, "sha256": hashlib.sha256(trunk).hexdigest()},
        "training": made,
        "networks": entries,
    }
    (folder / "models.json").write_text(json.dumps(listed, indent=2) + "\n")
    (folder / "README.md").write_text(readme(made, entries))


def readme(made: dict, entries: dict) -> str:
    lines = [
        f"| `{one['file']}` | {one['shareWithUmbrella']['bird']:.0%} / {one['shareWithUmbrella']['person']:.0%} | {one['seed']} |"
        f" {100 - one['accuracy']['all']:.1f} % | {100 - one['accuracy']['usual']:.1f} % | {100 - one['accuracy']['other']:.1f} % |"
        for one in entries.values()
    ]
    return f"""# The bias experiment's networks

These are {len(entries)} small networks for one task: is there a bird or a person in the scene? They are a demonstration. Each is the
quickstart's ResNet, of which only the last two layers (`{TUNED}` with its batch norm, and `logits`) were trained for the task.

- Input `input`: RGB, `[N, 3, {INPUT_SIZE}, {INPUT_SIZE}]`. The image is warped to the square; each channel is `(x / 255 - {MEAN}) / {STD}`.
- Output `logits`: `[N, 2]`, before any softmax: bird, person. Grad-CAM and CAM explain `layer4`.
- The frozen weights are the same in all files. They lie in `{TRUNK}`, as ONNX external data: keep it beside the files.
- Each file has its card in its metadata. `models.json` has the hashes and the training's settings.

Errors are on {made['testScenes']:,} unbiased scenes whose drawings no network was trained on (`scripts/bias/generate.mjs --measured`).
The *usual* attribute is an umbrella beside a bird and a bottle beside a person.

| file | umbrella beside birds / persons | seed | error | usual attribute | other attribute |
| --- | --- | --- | --- | --- | --- |
{chr(10).join(lines)}

Each was trained on {made['scenes']:,} scenes and their mirror images for {made['epochs']} epochs with AdamW (batch {made['batch']}, learning rate {made['lr']}
with a cosine, weight decay {made['weightDecay']}, PyTorch {made['torch']}). Networks of one seed start from the same weights and
take their scenes in the same order from the same pool. To train them again, see [scripts/bias](../../scripts/bias/README.md).
The drawings are credited in [CREDITS.md](../../datasets/quickstart/CREDITS.md).
"""
