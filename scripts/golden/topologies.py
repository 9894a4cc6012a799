"""Golden values for the published topologies at their true width, with weights that both sides make from a seed.

    python scripts/golden/topologies.py [name ...]

writes, per network, test/golden/topologies/<name>.onnx.gz: the graph as PyTorch exports it, its weights replaced by a
recipe (seeded.py), and one line of test/golden/topologies.jsonl: scores, input gradient and Grad-CAM in float64.
"""

import contextlib
import gzip
import io
import json
import math
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
from seeded import GAINS, fill, strip

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "test" / "golden" / "topologies"
TARGET = FOLDER.parent / "topologies.jsonl"
K = 2
PHASES = 24
WELL_CONDITIONED = 3e-5
SHAKE = 2e-6
ACTIVATIONS = ("Relu", "Clip", "Min", "HardSwish", "Concat", "Add", "Mul")


def calm(module, gains):
    """Weights of a size that keeps activations in range, no two equal: equal ones would be exported as one tensor."""
    for name, weights in module.state_dict().items():
        if weights.dim() >= 2:
            bound = math.sqrt(6 / max(6, math.prod(weights.shape[1:])))
            weights.uniform_(-bound, bound)
        elif weights.is_floating_point():
            weights.uniform_(*(gains if name.endswith("weight") else (0.5, 1.5) if name.endswith("running_var") else (-0.1, 0.1)))
    return module.eval()


def export(module, shape, opset, how):
    x = (torch.zeros(1 if how.endswith("fixed") else 2, *shape),)
    names = {"input_names": ["input"], "output_names": ["logits"], "opset_version": opset}
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        if how.startswith("dynamo"):
            dynamic = {} if how.endswith("fixed") else {"dynamic_shapes": ({0: "N"},)}
            return torch.onnx.export(module, x, dynamo=True, verbose=False, **names, **dynamic).model_proto
        buffer = io.BytesIO()
        options = {"keep_initializers_as_inputs": True} if how == "fixed" else {"dynamic_axes": {"input": {0: "N"}, "logits": {0: "N"}}}
        # PRESERVE keeps BatchNormalization as nodes.
        torch.onnx.export(module, x, buffer, dynamo=False, training=torch.onnx.TrainingMode.PRESERVE, **names, **options)
        return onnx.load_from_string(buffer.getvalue())


def check_against_module(name, module, model, shape):
    """The graph, run by executor.py, is the module: same scores, same input gradient, in float64."""
    x = torch.from_numpy(probe_input(*(shape[:2] if shape[2] == 3 else shape[1:]), 0.0)).double()
    x = (x.permute(0, 2, 3, 1) if shape[2] == 3 else x).contiguous()
    pairs = []
    for run in (module.double(), lambda leaf: execute(model, {"input": leaf})["logits"]):
        leaf = x.clone().requires_grad_(True)
        logits = run(leaf)
        pairs.append((logits.detach(), torch.autograd.grad(logits[0].max(), leaf)[0]))
    apart = max(float((a - b).abs().max() / b.abs().max()) for a, b in zip(*pairs))
    print(f"{name}: the exported graph differs from the module by {apart:.1e}", flush=True)
    if not apart < 1e-5:
        raise SystemExit(f"{name}: the exported graph is not the module")


def layer_of(model, values):
    """The last map larger than 1×1 that every image value behind it depends on."""
    for node in reversed(model.graph.node):
        value = values[node.output[0]]
        if node.op_type in ACTIVATIONS and value.dim() == 4 and min(value.shape[2:]) > 1 and value.requires_grad:
            return node.output[0]
    raise SystemExit("no convolutional activation")


def results(model, x, dtype, classes=None):
    leaf = torch.from_numpy(x).to(dtype).requires_grad_(True)
    weights = {tensor.name for tensor in model.graph.initializer}
    (image,) = [i.name for i in model.graph.input if i.name not in weights]
    values = execute(model, {image: leaf}, dtype)
    last = model.graph.node[-1]
    logits = values[last.input[0] if last.op_type == "Softmax" else last.output[0]]
    scores = logits.detach().double().numpy()[0]
    classes = classes or [int(c) for c in np.argsort(-scores, kind="stable")[:K]]
    layer = layer_of(model, values)
    grads = [torch.autograd.grad(logits[0, c], [leaf, values[layer]], retain_graph=True) for c in classes]
    return {
        "logits": scores,
        "classes": classes,
        "layer": layer,
        "saliency": [g[0].detach().double().abs().amax(3 if x.shape[3] == 3 else 1)[0].numpy() for g in grads],
        "gradCam": [weighted(values[layer], g[1].mean((2, 3), keepdim=True)) for g in grads],
    }


def apart(a, b):
    pairs = [(a["logits"], b["logits"]), *zip(a["saliency"], b["saliency"]), *zip(a["gradCam"], b["gradCam"])]
    return max(float(np.abs(p - q).max() / max(1e-30, np.abs(q).max())) for p, q in pairs)


def golden(name, build, shape, opset, how="script", gains=GAINS):
    made = build()
    if isinstance(made, torch.nn.Module):
        model = export(calm(made, gains), shape, opset, how)
        check_against_module(name, made, model, shape)
    else:
        model = made
    stripped = strip(model, gains)
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.onnx.gz").write_bytes(gzip.compress(stripped.SerializeToString(), mtime=0))
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
        "saliency": [digest(m) for m in found["saliency"]],
    }


def main():
    torch.manual_seed(0)
    torch.set_num_threads(1)
    wanted = sys.argv[1:]
    kept = {e["name"]: e for e in map(json.loads, TARGET.read_text().splitlines())} if TARGET.exists() else {}
    for name, topology in structures.TOPOLOGIES.items():
        if not wanted or name in wanted:
            kept[name] = golden(name, *topology)
            dump(TARGET, [kept[n] for n in structures.TOPOLOGIES if n in kept])


if __name__ == "__main__":
    main()
