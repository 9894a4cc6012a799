"""Golden values for every operator: logits and input gradients of small nets, by PyTorch's autograd in float64.

    python scripts/golden/operators.py          writes test/golden/operators.jsonl

Every forward pass is compared with onnxruntime first, so that a net here means what its ONNX nodes say.
"""

import pathlib
import zlib

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper

from cases import CASES
from forms import FORMS
from executor import OPERATORS, execute
from rounding import dump, significant

TARGET = pathlib.Path(__file__).resolve().parents[2] / "test" / "golden" / "operators.jsonl"
CLASSES = 3


def distinct(rng, count, reach):
    """Values in [−reach, reach], all apart from each other and from 0: no kink and no tie."""
    spacing = 2 * reach / count
    centres = -reach + (np.arange(count) + (0.5 if count % 2 == 0 else 1.0)) * spacing
    return rng.permutation(centres + rng.uniform(-0.1, 0.1, count) * spacing)


def input_of(case, rng):
    shape = [1, *case["image"]]
    count = int(np.prod(shape))
    if case.get("ties"):
        values = rng.integers(-2, 3, count) / 2.0  # five levels: most windows hold equals
    else:
        values = distinct(rng, count, case.get("reach", 1.5))
    return np.round(values, 3).astype(np.float32).reshape(shape)


def constant_of(spec, rng):
    if isinstance(spec, tuple):
        return np.round(rng.uniform(-1, 1, spec), 2).astype(np.float32)
    return spec if isinstance(spec, np.ndarray) else np.array(spec, dtype=np.int64)


def model_of(nodes, constants, image, output, opset):
    made = [helper.make_node(n["op"], n["inputs"], n["outputs"], n["outputs"][0], **onnx_attributes(n)) for n in nodes]
    graph = helper.make_graph(
        made,
        "case",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", *image])],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, ["N", CLASSES])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8 if opset < 18 else 10)
    onnx.checker.check_model(model)
    return model


def onnx_attributes(node):
    return {k: numpy_helper.from_array(v) if isinstance(v, np.ndarray) else v for k, v in node["attributes"].items()}


def shortest(value):
    """A float32 as the shortest decimal that reads back as the same float32."""
    return float(str(np.float32(value)))


def plain_constant(array):
    dtype = {"float32": "float32", "int64": "int64"}[str(array.dtype)]
    values = [shortest(v) if dtype == "float32" else int(v) for v in array.reshape(-1)]
    return {"dtype": dtype, "shape": list(array.shape), "values": values}


def plain_attribute(value):
    if isinstance(value, np.ndarray):
        return {"type": "tensor", "value": plain_constant(value)}
    if isinstance(value, list) and isinstance(value[0], float):
        return {"type": "floats", "value": value}
    kind = {int: "int", float: "float", str: "string", list: "ints"}[type(value)]
    return {"type": kind, "value": value}


def gradients(model, x, rule, dtype, classes):
    rows = []
    for class_id in classes:
        leaf = torch.from_numpy(x).to(dtype).requires_grad_(True)
        logits = execute(model, {"x": leaf}, dtype, rule)["logits"]
        rows.append(torch.autograd.grad(logits[0, class_id], leaf)[0].reshape(-1).numpy())
    return logits.detach().numpy().reshape(-1), rows


def relative(a, b):
    return float(np.abs(np.asarray(a) - np.asarray(b)).max() / max(1e-30, np.abs(b).max()))


def attempt(case, seed):
    """The golden entry, or None when float32 and float64 disagree: a value too near a kink."""
    rng = np.random.default_rng(seed)
    x = input_of(case, rng)
    constants = {name: constant_of(spec, rng) for name, spec in case["constants"].items()}
    body = case["nodes"]
    opset = case.get("opset", 17)
    probe = [helper.make_node(n["op"], n["inputs"], n["outputs"], **onnx_attributes(n)) for n in body]
    partial = helper.make_model(
        helper.make_graph(probe, "body", [], [], [numpy_helper.from_array(v, k) for k, v in constants.items()]),
        opset_imports=[helper.make_opsetid("", opset)],
    )
    width = execute(partial, {"x": torch.from_numpy(x).double()})["y"].numel()
    constants["head_w"] = constant_of((CLASSES, width), rng)
    constants["head_b"] = constant_of((CLASSES,), rng)
    head = [
        {"op": "Flatten", "inputs": ["y"], "outputs": ["flat"], "attributes": {"axis": 1}},
        {"op": "Gemm", "inputs": ["flat", "head_w", "head_b"], "outputs": ["logits"], "attributes": {"transB": 1}},
    ]
    tail = case.get("tail", [])
    nodes = [*body, *head, *tail]
    output = nodes[-1]["outputs"][0]
    model = model_of(nodes, constants, case["image"], output, opset)

    classes = [int(c) for c in rng.permutation(CLASSES)[:2]]
    rule = case.get("rule", "gradient")
    logits, rows = gradients(model, x, rule, torch.float64, classes)
    check_forward(case["name"], model, x, output)
    _, single = gradients(model, x, rule, torch.float32, classes)
    if max(relative(a, b) for a, b in zip(single, rows)) > 1e-5:
        return None
    if not all(np.any(row) for row in rows):
        return None
    return {
        "name": case["name"],
        **({"opset": opset} if opset != 17 else {}),
        "rule": rule,
        "nodes": [
            {**n, "attributes": {k: plain_attribute(v) for k, v in n["attributes"].items()}} for n in nodes
        ],
        "constants": {name: plain_constant(value) for name, value in constants.items()},
        "x": {"shape": list(x.shape), "values": [shortest(v) for v in x.reshape(-1)]},
        "output": output,
        "logits": significant(logits, 8),
        "classIds": classes,
        "gradients": [significant(row, 8) for row in rows],
    }


def check_forward(name, model, x, output):
    ours = execute(model, {"x": torch.from_numpy(x).double()})[output].numpy()
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    theirs = session.run([output], {"x": x})[0]
    if ours.shape != theirs.shape or relative(ours, theirs) > 1e-5:
        raise SystemExit(f"{name}: torch and onnxruntime disagree on the forward pass: {ours} {theirs}")


def entry(case):
    start = zlib.crc32(case["name"].encode())
    for seed in range(start, start + 20):
        found = attempt(case, seed)
        if found is not None:
            return found
    raise SystemExit(f"{case['name']}: no seed keeps clear of the kinks")


def main():
    torch.set_num_threads(1)
    for case in [*CASES, *FORMS]:
        OPERATORS.update(case.get("torch", {}))
    entries = [entry(case) for case in [*CASES, *FORMS]]
    if len({e["name"] for e in entries}) != len(entries):
        raise SystemExit("two cases share a name")
    dump(TARGET, entries)
    print(f"{TARGET.name}: {len(entries)} cases, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
