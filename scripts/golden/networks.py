"""Golden values for whole networks: logits, input gradients and maps, by PyTorch's autograd in float64.

    python scripts/golden/networks.py --models models/quickstart --data "$BENCH_TEST_DATA"

writes test/golden/networks.jsonl, one line per network. Nets of a folder that is not given keep their lines.
Run it again whenever a network changes: the test compares the files' sha256.

The input is a formula (probe_input here, test/golden/probe-input.ts there), so that no image is needed.
"""

import argparse
import hashlib
import json
import math
import pathlib

import numpy as np
import onnx
import torch

from executor import execute
from rounding import dump, significant

TARGET = pathlib.Path(__file__).resolve().parents[2] / "test" / "golden" / "networks.jsonl"
SIZE = {"squeezenet1.1.onnx": 224, "mobilenet_v1_0.75.onnx": 224}
LAYER = {"squeezenet1.1.onnx": "fire9/concat", "mobilenet_v1_0.75.onnx": "conv_pw_13_relu"}
RULES = ["gradient", "guided", "deconvnet"]
K = 5
SAMPLES = 150
PHASES = 12
# Between float32 and float64, as a share of each tensor's largest magnitude; the test allows ten times that.
WELL_CONDITIONED = 1e-5


def probe_input(height, width, phase):
    """float32 [1,3,H,W] in about ±1.9: three waves without symmetry, so that no two pixels tie.

    x[c,y,x] = sin(6.1u + 3.7v² + 1.3c + phase) + 0.6·sin(23.3uv + 9.1v − 2.1c + 0.7·phase)
             + 0.3·sin(61.7u − 47.9v + c·u),   u = x / width, v = y / height
    """
    c, v, u = np.meshgrid(np.arange(3.0), np.arange(height) / height, np.arange(width) / width, indexing="ij")
    wave = np.sin(6.1 * u + 3.7 * v * v + 1.3 * c + phase)
    wave += 0.6 * np.sin(23.3 * u * v + 9.1 * v - 2.1 * c + 0.7 * phase)
    wave += 0.3 * np.sin(61.7 * u - 47.9 * v + c * u)
    return wave.astype(np.float32)[None]


def digest(values):
    """Sampled values of a flat tensor, and norms of the whole: L1, L2, largest magnitude."""
    flat = np.asarray(values, dtype=np.float64).reshape(-1)
    stride = max(1, flat.size // SAMPLES)
    return {
        "size": flat.size,
        "stride": stride,
        "samples": significant(flat[::stride], 8),
        "l1": significant([np.abs(flat).sum()], 8)[0],
        "l2": significant([math.sqrt((flat**2).sum())], 8)[0],
        "max": significant([np.abs(flat).max()], 8)[0],
    }


class Network:
    def __init__(self, path):
        self.path = path
        self.model = onnx.load(str(path))
        initializers = {t.name for t in self.model.graph.initializer}
        self.input = next(i for i in self.model.graph.input if i.name not in initializers)
        last = self.model.graph.node[-1]
        self.logits = last.input[0] if last.op_type in ("Softmax", "LogSoftmax") else last.output[0]
        dims = [d.dim_value for d in self.input.type.tensor_type.shape.dim]
        fallback = SIZE.get(path.name, 0)
        self.height, self.width = dims[2] or fallback, dims[3] or fallback
        if not self.height:
            raise SystemExit(f"{path.name}: its input size is open; add it to SIZE in networks.py")

    def run(self, x, dtype, rule="gradient"):
        leaf = torch.from_numpy(x).to(dtype).requires_grad_(True)
        return execute(self.model, {self.input.name: leaf}, dtype, rule)

    def last_activation(self, values):
        """The last map larger than 1×1 that a rectifier, a sum or a concatenation makes."""
        if self.path.name in LAYER:
            return LAYER[self.path.name]
        for node in reversed(self.model.graph.node):
            value = values[node.output[0]]
            if node.op_type in ("Relu", "Clip", "Concat", "Add") and value.dim() == 4 and value[0, 0].numel() > 1:
                return node.output[0]
        raise SystemExit(f"{self.path.name}: no convolutional activation")

    def pooled(self):
        """(map before global pooling, pooled value) when only a linear map stands behind it, else None."""
        makers = {node.output[0]: node for node in self.model.graph.node}
        name, linear = self.logits, False
        while name in makers:
            node = makers[name]
            if node.op_type == "GlobalAveragePool" or is_spatial_mean(node):
                return (node.input[0], node.output[0]) if linear else None
            linear = linear or node.op_type in ("Gemm", "MatMul", "Conv")
            if node.op_type not in ("Gemm", "MatMul", "Conv", "Add", "Flatten", "Reshape", "Squeeze", "Dropout", "Identity"):
                return None
            name = next(i for i in node.input if i in makers)
        return None


def is_spatial_mean(node):
    attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    return node.op_type == "ReduceMean" and [a % 4 for a in attributes.get("axes", [])] == [2, 3]


def grad(network, values, name, class_id):
    logit = values[network.logits][0, class_id]
    return torch.autograd.grad(logit, values[name], retain_graph=True)[0]


def results(network, x, dtype, classes=None):
    """Everything that the golden line is made of, as arrays."""
    values = network.run(x, dtype)
    logits = values[network.logits].detach().double().numpy()[0]
    classes = classes or [int(c) for c in np.argsort(-logits, kind="stable")[:K]]
    layer = network.last_activation(values)
    found = {"logits": logits, "classes": classes, "layer": layer}
    found["grad-cam"] = np.stack([
        weighted(values[layer], grad(network, values, layer, c).mean((2, 3), keepdim=True)) for c in classes
    ])
    pooled = network.pooled()
    if pooled:
        before, after = pooled
        found["cam-layer"] = before
        # The scores are linear in the pooled value: its gradient is the row of weights itself.
        found["cam"] = np.stack([
            weighted(values[before], grad(network, values, after, c).reshape(1, -1, 1, 1)) for c in classes
        ])
    for rule in RULES:
        ruled = values if rule == "gradient" else network.run(x, dtype, rule)
        rows = [grad(network, ruled, network.input.name, c)[0].double().numpy() for c in classes]
        found[rule] = rows[0]
        found[f"{rule}-maps"] = np.stack([np.abs(row).max(0) for row in rows])
    return found


def weighted(activation, weights):
    return torch.relu((weights * activation).sum(1))[0].detach().double().numpy()


def difference(a, b):
    """Largest relative difference between two results, each map by its own maximum."""
    worst = 0.0
    for key in ["logits", "grad-cam", "cam", *RULES, *(f"{rule}-maps" for rule in RULES)]:
        if key in a:
            rows = zip(a[key], b[key]) if key not in ("logits", *RULES) else [(a[key], b[key])]
            worst = max([worst] + [np.abs(p - q).max() / max(1e-30, np.abs(q).max()) for p, q in rows])
    return float(worst)


def golden(path, source):
    network = Network(path)
    best = None
    for phase in range(PHASES):
        x = probe_input(network.height, network.width, float(phase))
        double = results(network, x, torch.float64)
        apart = difference(results(network, x, torch.float32, double["classes"]), double)
        if best is None or apart < best[0]:
            best = (apart, phase, double)
        if apart < WELL_CONDITIONED:
            break
    apart, phase, found = best
    print(f"{path.name}: phase {phase}, float32 is within {apart:.1e}, top {found['classes']}, layer {found['layer']}")
    maps = {"layer": found["layer"], **map_stack(found["grad-cam"])}
    return {
        "name": path.stem,
        "file": path.name,
        "source": source,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "input": {"height": network.height, "width": network.width},
        "phase": phase,
        "classCount": int(found["logits"].size),
        "logits": significant(found["logits"][:100], 8),
        "logitsMax": significant([np.abs(found["logits"]).max()], 8)[0],
        "top": found["classes"],
        "gradCam": maps,
        "cam": {"layer": found["cam-layer"], **map_stack(found["cam"])} if "cam" in found else None,
        "rules": {
            rule: {"topGradient": digest(found[rule]), "maps": [digest(m) for m in found[f"{rule}-maps"]]}
            for rule in RULES
        },
    }


def map_stack(maps):
    return {"height": maps.shape[1], "width": maps.shape[2], "maps": [significant(m.reshape(-1), 8) for m in maps]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", type=pathlib.Path, help="folder of the quickstart's networks")
    parser.add_argument("--data", type=pathlib.Path, help="folder of the test data, with models/ in it")
    options = parser.parse_args()
    torch.set_num_threads(1)

    kept = [json.loads(line) for line in TARGET.read_text().splitlines()] if TARGET.exists() else []
    folders = {"quickstart": options.models, "data": options.data and options.data / "models"}
    entries = [entry for entry in kept if folders[entry["source"]] is None]
    for source, folder in folders.items():
        if folder is not None:
            entries += [golden(path, source) for path in sorted(folder.glob("*.onnx"))]
    entries.sort(key=lambda entry: (entry["source"], entry["name"]))
    dump(TARGET, entries)
    print(f"{TARGET.name}: {len(entries)} networks, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
