"""Runs an ONNX graph with PyTorch operations, so that torch's own autograd gives the gradients.

Written from the operators' definitions; it shares nothing with the TypeScript compiler that it checks.
Where torch has the very operation (pooling with ceil_mode, LRN, batch norm), that one is used.
"""

import functools
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
    def __init__(self, node, dtype, rule, opset):
        self.opset = opset
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
    return pad_spatial(x, begin, end, float(value) if value is not None else c.get("value", 0.0), mode)


def reduction(function):
    def reduce(c, x, axes=None):
        given = ints(axes) if axes is not None else c.get("axes") or []
        if not given and c.get("noop_with_empty_axes", 0):
            return x
        return function(x, tuple(given or range(x.dim())), bool(c.get("keepdims", 1)))

    return reduce


def slice_(c, x, starts=None, ends=None, axes=None, steps=None):
    starts, ends = (ints(t) if t is not None else c.get(name) for t, name in ((starts, "starts"), (ends, "ends")))
    axes = ints(axes) if axes is not None else c.get("axes") or range(len(starts))
    steps = ints(steps) if steps is not None else [1] * len(starts)
    for start, end, axis, step in zip(starts, ends, axes, steps):
        chosen = list(range(x.shape[axis]))[start:end:step]
        x = x.index_select(axis, torch.tensor(chosen, dtype=torch.int64))
    return x


def gather(c, x, indices):
    axis = c.get("axis", 0)
    shape = [*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :]]
    return torch.index_select(x, axis, indices.reshape(-1) % x.shape[axis]).reshape(shape)


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


def constant_of_shape(c, shape):
    fill = to_torch(c.attributes["value"], c.dtype) if "value" in c.attributes else torch.zeros(1, dtype=c.dtype)
    return fill.reshape(()).expand(ints(shape))


def arange(c, start, limit, step):
    return torch.arange(int(start), int(limit), int(step))


def softmax(function):
    def over(c, x):
        if c.opset >= 13:
            return function(x, c.get("axis", -1))
        axis = c.get("axis", 1) % x.dim()
        return function(x.reshape(*x.shape[:axis], -1), axis).reshape(x.shape)

    return over


def group_norm(c, x, scale, shift):
    return F.group_norm(x, c.get("num_groups"), scale, shift, c.get("epsilon", 1e-5))


def depth_to_space(c, x):
    size = c.get("blocksize")
    if c.get("mode", "DCR") == "CRD":
        return F.pixel_shuffle(x, size)
    n, channels, h, w = x.shape
    blocks = x.reshape(n, size * size, -1, h, w).transpose(1, 2)
    return F.pixel_shuffle(blocks.reshape(n, channels, h, w), size)


def space_to_depth(c, x):
    size, (n, channels, h, w) = c.get("blocksize"), x.shape
    blocks = F.pixel_unshuffle(x, size).reshape(n, channels, size * size, h // size, w // size)
    return blocks.transpose(1, 2).reshape(n, -1, h // size, w // size)


NEAREST = {
    "round_prefer_floor": lambda p: torch.ceil(p - 0.5),
    "round_prefer_ceil": lambda p: torch.floor(p + 0.5),
    "floor": torch.floor,
    "ceil": torch.ceil,
}


def resize(c, x, *given):
    """Axis by axis: each output position is a pick of one input position or a mean of two."""
    old = c.node.op_type == "Upsample" or c.opset < 11
    present = lambda i: given[i] if i < len(given) and given[i] is not None and given[i].numel() else None
    scales = c.get("scales") or (present(0 if old else 1).tolist() if present(0 if old else 1) is not None else None)
    sizes = None if scales else ints(present(2))
    axes = [a % x.dim() for a in c.get("axes") or range(x.dim())]
    where = "asymmetric" if old else c.get("coordinate_transformation_mode", "half_pixel")
    rounding = "floor" if old else c.get("nearest_mode", "round_prefer_floor")
    for i, axis in enumerate(axes):
        n = x.shape[axis]
        scale = scales[i] if scales else sizes[i] / n
        count = sizes[i] if sizes else math.floor(n * scale + 1e-9)
        if count == n:
            continue
        at = torch.arange(count, dtype=torch.float64)
        position = {
            "half_pixel": (at + 0.5) / scale - 0.5,
            "pytorch_half_pixel": (at + 0.5) / scale - 0.5 if count > 1 else at * 0,
            "align_corners": at * (n - 1) / max(1, count - 1),
            "asymmetric": at / scale,
        }[where]
        if c.get("mode", "nearest") == "nearest":
            x = x.index_select(axis, NEAREST[rounding](position).long().clamp(0, n - 1))
        else:
            low = position.floor()
            rest = (position - low).to(c.dtype).reshape([-1 if a == axis else 1 for a in range(x.dim())])
            pick = lambda p: x.index_select(axis, p.long().clamp(0, n - 1))
            x = pick(low) * (1 - rest) + pick(low + 1) * rest
    return x


def split(c, x, sizes=None):
    axis = c.get("axis", 0)
    if c.get("num_outputs"):
        return torch.split(x, -(-x.shape[axis] // c.get("num_outputs")), axis)
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
    "ReduceMean": reduction(lambda x, axes, keep: x.mean(axes, keep)),
    "ReduceSum": reduction(lambda x, axes, keep: x.sum(axes, keep)),
    "ReduceMax": reduction(lambda x, axes, keep: x.amax(axes, keep)),
    "ReduceMin": reduction(lambda x, axes, keep: x.amin(axes, keep)),
    "ReduceL2": reduction(lambda x, axes, keep: torch.linalg.vector_norm(x, 2, axes, keep)),
    "ReduceSumSquare": reduction(lambda x, axes, keep: (x * x).sum(axes, keep)),
    "ReduceL1": reduction(lambda x, axes, keep: torch.linalg.vector_norm(x, 1, axes, keep)),
    "ReduceLogSum": reduction(lambda x, axes, keep: x.sum(axes, keep).log()),
    "ReduceLogSumExp": reduction(lambda x, axes, keep: torch.logsumexp(x, axes, keep)),
    "ReduceProd": lambda c, x: x.prod().reshape([1] * x.dim() if c.get("keepdims", 1) else []),
    "LpNormalization": lambda c, x: F.normalize(x, c.get("p", 2), c.get("axis", -1)),
    "GlobalMaxPool": lambda c, x: F.adaptive_max_pool2d(x, 1),
    "Softmax": softmax(torch.softmax),
    "LogSoftmax": softmax(torch.log_softmax),
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
    "Min": lambda c, *xs: functools.reduce(torch.minimum, xs),
    "Max": lambda c, *xs: functools.reduce(torch.maximum, xs),
    "Mean": lambda c, *xs: sum(xs[1:], xs[0]) / len(xs),
    "Exp": lambda c, x: torch.exp(x),
    "Log": lambda c, x: torch.log(x),
    "Abs": lambda c, x: torch.abs(x),
    "Neg": lambda c, x: -x,
    "Reciprocal": lambda c, x: 1 / x,
    "Sign": lambda c, x: torch.sign(x),
    "Floor": lambda c, x: torch.floor(x),
    "Ceil": lambda c, x: torch.ceil(x),
    "Round": lambda c, x: torch.round(x),
    "Mod": lambda c, a, b: torch.remainder(a, b),
    "Equal": lambda c, a, b: a == b,
    "Greater": lambda c, a, b: a > b,
    "Less": lambda c, a, b: a < b,
    "GreaterOrEqual": lambda c, a, b: a >= b,
    "LessOrEqual": lambda c, a, b: a <= b,
    "And": lambda c, a, b: a & b,
    "Or": lambda c, a, b: a | b,
    "Not": lambda c, x: ~x,
    "Where": lambda c, condition, a, b: torch.where(condition, a, b),
    "PRelu": lambda c, x, slope: torch.where(x > 0, x, slope * x),
    "Elu": lambda c, x: F.elu(x, c.get("alpha", 1.0)),
    "Celu": lambda c, x: F.celu(x, c.get("alpha", 1.0)),
    "Selu": lambda c, x: F.selu(x),
    "Mish": lambda c, x: F.mish(x),
    "Softplus": lambda c, x: F.softplus(x),
    "Softsign": lambda c, x: F.softsign(x),
    "InstanceNormalization": lambda c, x, scale, shift: F.instance_norm(x, None, None, scale, shift, eps=c.get("epsilon", 1e-5)),
    "GroupNormalization": group_norm,
    "DepthToSpace": depth_to_space,
    "SpaceToDepth": space_to_depth,
    "Upsample": resize,
    "Resize": resize,
    "Expand": expand,
    "Tile": lambda c, x, repeats: x.repeat(ints(repeats)),
    "ConstantOfShape": constant_of_shape,
    "Range": arange,
}


def execute(model, feeds, dtype=torch.float64, rule="gradient", operators=OPERATORS):
    """All values of the graph by name. `feeds` are tensors of `dtype`, with requires_grad where wanted."""
    opset = next((o.version for o in model.opset_import if o.domain == ""), 17)
    values = {t.name: to_torch(t, dtype) for t in model.graph.initializer}
    values.update(feeds)
    for node in model.graph.node:
        if node.op_type not in operators:
            raise SystemExit(f"executor.py has no operator {node.op_type} (node {node.name})")
        inputs = [values[name] if name else None for name in node.input]
        result = operators[node.op_type](Context(node, dtype, rule, opset), *inputs)
        outputs = result if isinstance(result, tuple) else (result,)
        values.update(zip(node.output, outputs))
    return values
