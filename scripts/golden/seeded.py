"""Weights from a seed, the same float32 numbers in Python and in test/golden/seeded.ts.

A stripped model keeps each large float initializer as an external tensor at location "seeded" whose entries say the
range: value i = low + (high − low) · mix(i · 0x9E3779B1 + fnv1a(name)) / 2³², rounded once to float32.
"""

import numpy as np
import onnx

SMALLEST = 8
GAINS = (0.5, 1.5)  # of normalisations


def mix(h):
    h = h.astype(np.uint32)
    h ^= h >> np.uint32(16)
    h *= np.uint32(0x85EBCA6B)
    h ^= h >> np.uint32(13)
    h *= np.uint32(0xC2B2AE35)
    h ^= h >> np.uint32(16)
    return h


def fnv1a(text):
    h = 0x811C9DC5
    for byte in text.encode():
        h = ((h ^ byte) * 0x01000193) & 0xFFFFFFFF
    return h


def values(name, count, low, high):
    with np.errstate(over="ignore"):
        h = mix(np.arange(count, dtype=np.uint32) * np.uint32(0x9E3779B1) + np.uint32(fnv1a(name)))
    return (low + (high - low) * (h.astype(np.float64) / 2**32)).astype(np.float32)


def range_of(tensor, uses, gains):
    """What keeps activations of a deep net in range: He et al.'s bound for weights, mild scales and shifts."""
    op, position = uses.get(tensor.name, ("Add", 1))
    shape = list(tensor.dims)
    if op == "Conv" and position == 1:
        bound = float(np.sqrt(6 / np.prod(shape[1:])))
        return -bound, bound
    if op in ("Gemm", "MatMul") and len(shape) == 2:
        bound = float(np.sqrt(6 / min(shape) if op == "MatMul" else 6 / shape[1]))
        return -bound, bound
    if (op, position) == ("BatchNormalization", 1):
        return gains
    if (op, position) in (("BatchNormalization", 4), ("LayerNormalization", 1)) or op in ("Mul", "Div"):
        return GAINS
    return -0.1, 0.1


def strip(model, gains=GAINS):
    """Replaces the large float weights by their recipe; `gains` is the range of batch norm's scales."""
    stripped = onnx.ModelProto()
    stripped.CopyFrom(model)
    uses = {}
    for node in model.graph.node:
        for position, name in enumerate(node.input):
            uses.setdefault(name, (node.op_type, position))
    for tensor in stripped.graph.initializer:
        if tensor.data_type != onnx.TensorProto.FLOAT or np.prod(tensor.dims) < SMALLEST:
            continue
        low, high = range_of(tensor, uses, gains)
        for field in ("raw_data", "float_data"):
            tensor.ClearField(field)
        tensor.data_location = onnx.TensorProto.EXTERNAL
        del tensor.external_data[:]
        for key, value in (("location", "seeded"), ("low", repr(low)), ("high", repr(high))):
            tensor.external_data.add(key=key, value=value)
    del stripped.graph.value_info[:], stripped.graph.metadata_props[:], stripped.metadata_props[:]
    for part in (*stripped.graph.node, *stripped.graph.input, *stripped.graph.output, *stripped.graph.initializer):
        for field in ("doc_string", "metadata_props"):
            part.ClearField(field)
    return stripped


def fill(stripped):
    model = onnx.ModelProto()
    model.CopyFrom(stripped)
    for tensor in model.graph.initializer:
        entries = {e.key: e.value for e in tensor.external_data}
        if entries.get("location") != "seeded":
            continue
        made = values(tensor.name, int(np.prod(tensor.dims)), float(entries["low"]), float(entries["high"]))
        tensor.data_location = onnx.TensorProto.DEFAULT
        del tensor.external_data[:]
        tensor.raw_data = made.tobytes()
    return model
