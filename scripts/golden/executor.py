"""Runs an ONNX graph with PyTorch operations, so that torch's own autograd gives the gradients.

Written from the operators' definitions; it shares nothing with the TypeScript compiler that it checks.
Where torch has the very operation (pooling with ceil_mode, LRN, batch norm), that one is used.
"""

import math

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper

TORCH_TYPES = {1: torch.float32, 6: torch.int32, 7: torch.int64, 9: torch.bool, 11: torch.float64}


class Gate(torch.autograd.Function):
    """A ReLU-like node whose gradient passes by the rule of guided backprop or of deconvnet."""

    @staticmethod
    def forward(ctx, x, low, high, rule):
        ctx.save_for_backward(x)
        ctx.low, ctx.high, ctx.rule = low, high, rule
        return x.clamp(low, high)

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        positive = g * (g > 0)
        inside = (x > ctx.low) & (x < ctx.high)
        return (positive * inside if ctx.rule == "guided" else positive), None, None, None


class Context:
    def __init__(self, node, dtype, rule):
        self.attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        self.node, self.dtype, self.rule = node, dtype, rule

    def get(self, name, default=None):
        value = self.attributes.get(name, default)
        return value.decode() if isinstance(value, bytes) else value


def ints(t):
    return [int(v) for v in t.reshape(-1).tolist()]


def to_torch(tensor, dtype):
    array = torch.from_numpy(np.array(numpy_helper.to_array(tensor)))
    return array.to(dtype) if array.is_floating_point() else array


def pads_of(c, kernel, spatial):
    """Begin and end pads per spatial axis, auto_pad resolved."""
    rank = len(kernel)
    strides = c.get("strides", [1] * rank)
    dilations = c.get("dilations", [1] * rank)
    auto = c.get("auto_pad", "NOTSET")
    if auto.startswith("SAME"):
        total = [
            max(0, (math.ceil(n / s) - 1) * s + (k - 1) * d + 1 - n)
            for n, s, k, d in zip(spatial, strides, kernel, dilations)
        ]
        small, large = [t // 2 for t in total], [t - t // 2 for t in total]
        return (small, large) if auto == "SAME_UPPER" else (large, small)
    pads = c.get("pads", [0] * 2 * rank) if auto == "NOTSET" else [0] * 2 * rank
    return list(pads[:rank]), list(pads[rank:])


def pad_spatial(x, begin, end, value=0.0, mode="constant"):
    flat = [p for b, e in reversed(list(zip(begin, end))) for p in (b, e)]
    return F.pad(x, flat, mode=mode, **({"value": value} if mode == "constant" else {}))


def conv(c, x, w, b=None):
    rank = w.dim() - 2
    begin, end = pads_of(c, list(w.shape[2:]), list(x.shape[2:]))
    if begin != end:
        x, begin = pad_spatial(x, begin, end), [0] * rank
    function = {1: F.conv1d, 2: F.conv2d}[rank]
    strides, dilations = c.get("strides", [1] * rank), c.get("dilations", [1] * rank)
    return function(x, w, b, strides, begin, dilations, c.get("group", 1))


def pool_sizes(c, kernel, spatial, begin, end):
    strides, dilations = c.get("strides", [1] * len(kernel)), c.get("dilations", [1] * len(kernel))
    sizes = []
    for n, k, s, d, b, e in zip(spatial, kernel, strides, dilations, begin, end):
        room = n + b + e - (k - 1) * d - 1
        count = (math.ceil(room / s) if c.get("ceil_mode", 0) else room // s) + 1
        sizes.append(count - 1 if c.get("ceil_mode", 0) and (count - 1) * s >= n + b else count)
    return sizes


def max_pool(c, x):
    kernel = c.get("kernel_shape")
    rank = len(kernel)
    begin, end = pads_of(c, kernel, list(x.shape[2:]))
    sizes = pool_sizes(c, kernel, x.shape[2:], begin, end)
    if begin != end or any(b > k // 2 for b, k in zip(begin, kernel)):
        x, begin = pad_spatial(x, begin, end, -math.inf), [0] * rank
    function = {1: F.max_pool1d, 2: F.max_pool2d}[rank]
    strides, dilations = c.get("strides", [1] * rank), c.get("dilations", [1] * rank)
    y = function(x, kernel, strides, begin, dilations, bool(c.get("ceil_mode", 0)))
    return y[(..., *[slice(0, n) for n in sizes])]


def average_pool(c, x):
    kernel = c.get("kernel_shape")
    rank = len(kernel)
    begin, end = pads_of(c, kernel, list(x.shape[2:]))
    sizes = pool_sizes(c, kernel, x.shape[2:], begin, end)
    function = {1: F.avg_pool1d, 2: F.avg_pool2d}[rank]
    strides, ceil = c.get("strides", [1] * rank), bool(c.get("ceil_mode", 0))
    include = bool(c.get("count_include_pad", 0))
    if begin == end and all(b <= k // 2 for b, k in zip(begin, kernel)):
        y = function(x, kernel, strides, begin, ceil, include)
    else:
        inside = pad_spatial(torch.ones_like(x), begin, end)
        y = function(pad_spatial(x, begin, end), kernel, strides, 0, ceil, include)
        if not include:
            y = y / function(inside, kernel, strides, 0, ceil, include)
    return y[(..., *[slice(0, n) for n in sizes])]


def clip(c, x, low=None, high=None):
    low = float(low) if low is not None else c.get("min", -math.inf)
    high = float(high) if high is not None else c.get("max", math.inf)
    if c.rule != "gradient" and low == 0:
        return Gate.apply(x, low, high, c.rule)
    return torch.clamp(x, low, high)


def relu(c, x):
    return torch.relu(x) if c.rule == "gradient" else Gate.apply(x, 0.0, math.inf, c.rule)


def gemm(c, a, b, bias=None):
    a = a.T if c.get("transA", 0) else a
    b = b.T if c.get("transB", 0) else b
    y = c.get("alpha", 1.0) * (a @ b)
    return y if bias is None else y + c.get("beta", 1.0) * bias


def reshape(c, x, shape):
    dims = ints(shape)
    return x.reshape([x.shape[i] if d == 0 and not c.get("allowzero", 0) else d for i, d in enumerate(dims)])


def squeeze(c, x, axes=None):
    axes = ints(axes) if axes is not None else c.get("axes")
    return x.squeeze() if axes is None else x.squeeze(tuple(axes))


def unsqueeze(c, x, axes=None):
    axes = ints(axes) if axes is not None else list(c.get("axes"))
    rank = x.dim() + len(axes)
    for axis in sorted(a % rank for a in axes):
        x = x.unsqueeze(axis)
    return x


def pad(c, x, pads=None, value=None, axes=None):
    pads = ints(pads) if pads is not None else list(c.get("pads"))
    rank = x.dim()
    if axes is not None:
        chosen = [a % rank for a in ints(axes)]
        full = [0] * 2 * rank
        for i, axis in enumerate(chosen):
            full[axis], full[axis + rank] = pads[i], pads[i + len(chosen)]
        pads = full
    mode = {"constant": "constant", "reflect": "reflect", "edge": "replicate"}[c.get("mode", "constant")]
    begin, end = pads[:rank], pads[rank:]
    if mode != "constant":
        begin, end = begin[2:], end[2:]
    return pad_spatial(x, begin, end, float(value) if value is not None else 0.0, mode)


def reduce_mean(c, x, axes=None):
    axes = ints(axes) if axes is not None else c.get("axes")
    return x.mean(tuple(axes) if axes is not None else tuple(range(x.dim())), bool(c.get("keepdims", 1)))


def slice_(c, x, starts, ends, axes=None, steps=None):
    starts, ends = ints(starts), ints(ends)
    axes = ints(axes) if axes is not None else range(len(starts))
    steps = ints(steps) if steps is not None else [1] * len(starts)
    for start, end, axis, step in zip(starts, ends, axes, steps):
        chosen = list(range(x.shape[axis]))[start:end:step]
        x = x.index_select(axis, torch.tensor(chosen, dtype=torch.int64))
    return x


def gather(c, x, indices):
    axis = c.get("axis", 0)
    shape = [*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :]]
    return torch.index_select(x, axis, indices.reshape(-1)).reshape(shape)


def divide(c, a, b):
    return a / b if a.is_floating_point() else torch.div(a, b, rounding_mode="trunc")


def cast(c, x):
    to = TORCH_TYPES[c.get("to")]
    return x.to(c.dtype if to.is_floating_point else to)


def constant(c):
    if "value" in c.attributes:
        return to_torch(c.attributes["value"], c.dtype)
    if "value_float" in c.attributes:
        return torch.tensor(c.get("value_float"), dtype=c.dtype)
    return torch.tensor(c.get("value_int", c.get("value_ints")), dtype=torch.int64)


def batch_norm(c, x, scale, shift, mean, variance):
    return F.batch_norm(x, mean, variance, scale, shift, False, 0.0, c.get("epsilon", 1e-5))


def layer_norm(c, x, scale, shift=None):
    axis = c.get("axis", -1)
    return F.layer_norm(x, x.shape[axis:], scale, shift, c.get("epsilon", 1e-5))


def expand(c, x, shape):
    return x.expand(torch.broadcast_shapes(x.shape, ints(shape)))


def arange(c, start, limit, step):
    return torch.arange(int(start), int(limit), int(step))


def split(c, x, sizes=None):
    axis = c.get("axis", 0)
    parts = ints(sizes) if sizes is not None else c.get("split") or [x.shape[axis] // len(c.node.output)] * len(c.node.output)
    return torch.split(x, list(parts), axis)


OPERATORS = {
    "Conv": conv,
    "MaxPool": max_pool,
    "AveragePool": average_pool,
    "GlobalAveragePool": lambda c, x: x.mean(tuple(range(2, x.dim())), True),
    "Relu": relu,
    "Clip": clip,
    "LeakyRelu": lambda c, x: F.leaky_relu(x, c.get("alpha", 0.01)),
    "Sigmoid": lambda c, x: torch.sigmoid(x),
    "Tanh": lambda c, x: torch.tanh(x),
    "HardSwish": lambda c, x: x * torch.clamp(x / 6 + 0.5, 0, 1),
    "HardSigmoid": lambda c, x: torch.clamp(c.get("alpha", 0.2) * x + c.get("beta", 0.5), 0, 1),
    "Gemm": gemm,
    "MatMul": lambda c, a, b: a @ b,
    "Add": lambda c, a, b: a + b,
    "Sub": lambda c, a, b: a - b,
    "Mul": lambda c, a, b: a * b,
    "Div": divide,
    "Sum": lambda c, *xs: sum(xs[1:], xs[0]),
    "BatchNormalization": batch_norm,
    "LRN": lambda c, x: F.local_response_norm(
        x, c.get("size"), c.get("alpha", 1e-4), c.get("beta", 0.75), c.get("bias", 1.0)
    ),
    "Concat": lambda c, *xs: torch.cat(xs, c.get("axis")),
    "Pad": pad,
    "Flatten": lambda c, x: x.reshape(math.prod(x.shape[: c.get("axis", 1)]), -1),
    "Reshape": reshape,
    "Squeeze": squeeze,
    "Unsqueeze": unsqueeze,
    "Transpose": lambda c, x: x.permute(*c.get("perm", list(range(x.dim()))[::-1])),
    "ReduceMean": reduce_mean,
    "Softmax": lambda c, x: torch.softmax(x, c.get("axis", -1)),
    "Dropout": lambda c, x, *rest: x,
    "Identity": lambda c, x: x,
    "Cast": cast,
    "Constant": constant,
    "Shape": lambda c, x: torch.tensor(list(x.shape), dtype=torch.int64)[c.get("start", 0) : c.get("end")],
    "Gather": gather,
    "Slice": slice_,
    "Split": split,
    "Erf": lambda c, x: torch.erf(x),
    "Pow": lambda c, x, e: x**e,
    "Sqrt": lambda c, x: torch.sqrt(x),
    "LayerNormalization": layer_norm,
    "Gelu": lambda c, x: F.gelu(x, approximate=c.get("approximate", "none")),
    "Min": lambda c, a, b: torch.minimum(a, b),
    "Expand": expand,
    "Range": arange,
}


def execute(model, feeds, dtype=torch.float64, rule="gradient", operators=OPERATORS):
    """All values of the graph by name. `feeds` are tensors of `dtype`, with requires_grad where wanted."""
    values = {t.name: to_torch(t, dtype) for t in model.graph.initializer}
    values.update(feeds)
    for node in model.graph.node:
        if node.op_type not in operators:
            raise SystemExit(f"executor.py has no operator {node.op_type} (node {node.name})")
        inputs = [values[name] if name else None for name in node.input]
        result = operators[node.op_type](Context(node, dtype, rule), *inputs)
        outputs = result if isinstance(result, tuple) else (result,)
        values.update(zip(node.output, outputs))
    return values
