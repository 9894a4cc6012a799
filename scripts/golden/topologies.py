"""Golden values for the published topologies at their true width, with weights that both sides make from a seed.

    python scripts/golden/topologies.py [name ...]

writes, per network, test/golden/topologies/<name>.onnx: the graph as PyTorch exports it, its weights replaced by a
recipe (seeded.py), and one line of test/golden/topologies.jsonl: scores, input gradient and Grad-CAM in float64.
"""

import io
import json
import pathlib
import sys
import warnings

import numpy as np
import onnx
import torch

import structures
from executor import execute
from networks import digest, probe_input, weighted
from rounding import dump, significant
from seeded import fill, strip

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "test" / "golden" / "topologies"
TARGET = FOLDER.parent / "topologies.jsonl"
K = 2
PHASES = 24
WELL_CONDITIONED = 3e-5
SHAKE = 2e-6
ACTIVATIONS = ("Relu", "Clip", "HardSwish", "Concat", "Add", "Mul")


def export(module, shape, opset):
    # Equal weights would be exported as one tensor behind Identity nodes: none are equal.
    for weights in module.state_dict().values():
        if weights.is_floating_point():
            weights.uniform_(0.1, 1)
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module.eval(), (torch.zeros(1, *shape),), buffer, dynamo=False, opset_version=opset,
            training=torch.onnx.TrainingMode.PRESERVE,  # keeps BatchNormalization as nodes
            input_names=["input"], output_names=["logits"], dynamic_axes={"input": {0: "N"}, "logits": {0: "N"}},
        )
    return onnx.load_from_string(buffer.getvalue())


def layer_of(model, values):
    """The last map larger than 1×1 that every image value behind it depends on."""
    for node in reversed(model.graph.node):
        value = values[node.output[0]]
        if node.op_type in ACTIVATIONS and value.dim() == 4 and min(value.shape[2:]) > 1 and value.requires_grad:
            return node.output[0]
    raise SystemExit("no convolutional activation")


def results(model, x, dtype, classes=None):
    leaf = torch.from_numpy(x).to(dtype).requires_grad_(True)
    values = execute(model, {"input": leaf}, dtype)
    last = model.graph.node[-1]
    logits = values[last.input[0] if last.op_type == "Softmax" else "logits"]
    scores = logits.detach().double().numpy()[0]
    classes = classes or [int(c) for c in np.argsort(-scores, kind="stable")[:K]]
    layer = layer_of(model, values)
    grads = [torch.autograd.grad(logits[0, c], [leaf, values[layer]], retain_graph=True) for c in classes]
    return {
        "logits": scores,
        "classes": classes,
        "layer": layer,
        "saliency": [g[0].detach().double().abs().amax(1)[0].numpy() for g in grads],
        "gradCam": [weighted(values[layer], g[1].mean((2, 3), keepdim=True)) for g in grads],
    }


def apart(a, b):
    pairs = [(a["logits"], b["logits"]), *zip(a["saliency"], b["saliency"]), *zip(a["gradCam"], b["gradCam"])]
    return max(float(np.abs(p - q).max() / max(1e-30, np.abs(q).max())) for p, q in pairs)


def golden(name, build, shape, opset):
    model = export(build(), shape, opset)
    stripped = strip(model)
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.onnx").write_bytes(stripped.SerializeToString())
    model = fill(stripped)
    nhwc = shape[2] == 3
    height, width = (shape[0], shape[1]) if nhwc else shape[1:]
    best = None
    for phase in range(PHASES):
        x = probe_input(height, width, float(phase))
        x = np.ascontiguousarray(x.transpose(0, 2, 3, 1)) if nhwc else x
        exact = results(model, x, torch.float64)
        # No activation may stand so near a kink that another order of summation falls on its other side.
        noise = np.random.default_rng(phase).standard_normal(x.shape)
        shaken = x.astype(np.float64) * (1 + SHAKE * noise)
        distance = max(
            apart(results(model, x, torch.float32, exact["classes"]), exact),
            apart(results(model, shaken, torch.float64, exact["classes"]), exact),
        )
        if best is None or distance < best[0]:
            best = (distance, phase, exact)
        if distance < WELL_CONDITIONED:
            break
    distance, phase, found = best
    if nhwc:
        found["saliency"] = [None] * K  # the channel axis is the last one there: the test compares the maps that follow
    print(f"{name}: opset {opset}, phase {phase}, float32 and shaken input within {distance:.1e}, top {found['classes']}, {found['layer']},"
          f" {len(stripped.SerializeToString())} bytes", flush=True)
    return {
        "name": name,
        "opset": opset,
        "input": {"height": height, "width": width},
        "phase": phase,
        "stability": float(f"{distance:.1e}"),
        "logits": significant(found["logits"][:100], 8),
        "logitsMax": significant([np.abs(found["logits"]).max()], 8)[0],
        "top": found["classes"],
        "layer": found["layer"],
        "gradCam": [significant(m.reshape(-1), 8) for m in found["gradCam"]],
        "saliency": None if nhwc else [digest(m) for m in found["saliency"]],
    }


def main():
    torch.manual_seed(0)
    torch.set_num_threads(1)
    wanted = sys.argv[1:]
    kept = {e["name"]: e for e in map(json.loads, TARGET.read_text().splitlines())} if TARGET.exists() else {}
    for name, (build, shape, opset) in structures.TOPOLOGIES.items():
        if not wanted or name in wanted:
            kept[name] = golden(name, build, shape, opset)
            dump(TARGET, [kept[n] for n in structures.TOPOLOGIES if n in kept])


if __name__ == "__main__":
    main()
