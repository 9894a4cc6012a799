"""Any ONNX graph computed node by node in PyTorch: float64, with gradients, ReLUs with the rule of guided backprop or deconvnet."""

import numpy as np
import torch
import torch.nn.functional as F
from onnx import helper, numpy_helper


def _attributes(node):
    found = {}
    for a in node.attribute:
        value = helper.get_attribute_value(a)
        found[a.name] = value.decode() if isinstance(value, bytes) else value
    return found


def _pads2d(x, pads, value=0.0):
    half = len(pads) // 2
    flat = []
    for begin, end in reversed(list(zip(pads[:half], pads[half:]))):
        flat += [begin, end]
    return F.pad(x, flat, value=value) if any(pads) else x


def _same_pads(a, x, kernel, strides, dilations):
    if a.get("auto_pad", "NOTSET") in ("SAME_UPPER", "SAME_LOWER"):
        begins, ends = [], []
        for size, k, s, d in zip(x.shape[2:], kernel, strides, dilations):
            total = max((-(-size // s) - 1) * s + (k - 1) * d + 1 - size, 0)
            small, large = total // 2, total - total // 2
            upper = a["auto_pad"] == "SAME_UPPER"
            begins.append(small if upper else large)
            ends.append(large if upper else small)
        return begins + ends
    return list(a.get("pads", [0] * (2 * len(kernel))))


class _GatedRelu(torch.autograd.Function):
    """ReLU, perhaps with a ceiling, whose backward pass is that of guided backprop or deconvnet."""

    @staticmethod
    def forward(ctx, x, rule, high=float("inf")):
        ctx.save_for_backward(x)
        ctx.rule, ctx.high = rule, high
        return x.clamp(0, high)

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        g = g.clamp(min=0)
        gate = (x > 0) & (x < ctx.high)
        return (g * gate if ctx.rule == "guided" else g), None, None


TORCH_TYPES = {
    1: torch.float64,
    11: torch.float64,
    10: torch.float64,
    7: torch.int64,
    6: torch.int64,
    9: torch.bool,
    2: torch.uint8,
    3: torch.int8,
}


def _axes(a, i, x):
    axes = a.get("axes")
    if axes is None and len(i) > 1 and i[1] is not None:
        axes = i[1].tolist()
    if axes is None or axes == []:
        axes = (
            []
            if (axes == [] and a.get("noop_with_empty_axes")) or a.get("noop_with_empty_axes")
            else list(range(x.dim()))
        )
    return [int(k) % x.dim() for k in axes]


def _compute(node, i, opset, rule):
    """One node's outputs as a tuple. `i` holds its inputs, None where left out."""
    a, kind = _attributes(node), node.op_type
    x = i[0] if i else None
    simple = {
        "Add": lambda: i[0] + i[1],
        "Sub": lambda: i[0] - i[1],
        "Mul": lambda: i[0] * i[1],
        "Sigmoid": lambda: torch.sigmoid(x),
        "Tanh": lambda: torch.tanh(x),
        "Erf": lambda: torch.erf(x),
        "Exp": lambda: torch.exp(x),
        "Log": lambda: torch.log(x),
        "Sqrt": lambda: torch.sqrt(x),
        "Abs": lambda: torch.abs(x),
        "Neg": lambda: -x,
        "Sin": lambda: torch.sin(x),
        "Cos": lambda: torch.cos(x),
        "Sign": lambda: torch.sign(x),
        "Floor": lambda: torch.floor(x),
        "Round": lambda: torch.round(x),
        "Ceil": lambda: torch.ceil(x),
        "Reciprocal": lambda: 1 / x,
        "Softplus": lambda: F.softplus(x, threshold=1e9),
        "Softsign": lambda: x / (1 + x.abs()),
        "Pow": lambda: torch.pow(x, i[1].to(x.dtype)),
        "Greater": lambda: i[0] > i[1],
        "Less": lambda: i[0] < i[1],
        "GreaterOrEqual": lambda: i[0] >= i[1],
        "LessOrEqual": lambda: i[0] <= i[1],
        "Equal": lambda: i[0] == i[1],
        "Not": lambda: ~x,
        "And": lambda: i[0] & i[1],
        "Or": lambda: i[0] | i[1],
        "Where": lambda: torch.where(i[0], i[1], i[2]),
        "MatMul": lambda: i[0] @ i[1],
        "Identity": lambda: x,
        "Dropout": lambda: x,
        "Mish": lambda: x * torch.tanh(F.softplus(x)),
        "HardSwish": lambda: x * ((x + 3) / 6).clamp(0, 1),
        "Celu": lambda: F.celu(x, a.get("alpha", 1.0)),
        "Elu": lambda: F.elu(x, a.get("alpha", 1.0)),
        "Selu": lambda: F.selu(x),
        "LeakyRelu": lambda: F.leaky_relu(x, a.get("alpha", 0.01)),
        "HardSigmoid": lambda: (x * a.get("alpha", 0.2) + a.get("beta", 0.5)).clamp(0, 1),
        "PRelu": lambda: torch.where(x > 0, x, x * i[1]),
        "ThresholdedRelu": lambda: torch.where(x > a.get("alpha", 1.0), x, torch.zeros_like(x)),
        "Gelu": lambda: F.gelu(x, approximate=a.get("approximate", "none")),
        "GlobalAveragePool": lambda: x.mean(dim=tuple(range(2, x.dim())), keepdim=True),
        "GlobalMaxPool": lambda: F.max_pool2d(x, x.shape[2:]),
        "Sum": lambda: sum(i[1:], i[0]),
        "Mean": lambda: sum(i[1:], i[0]) / len(i),
        "Transpose": lambda: x.permute(a.get("perm", list(range(x.dim()))[::-1])),
        "Concat": lambda: torch.cat(i, a["axis"]),
        "Shape": lambda: torch.tensor(x.shape)[a.get("start", 0) : a.get("end")],
        "Size": lambda: torch.tensor(x.numel()),
        "Expand": lambda: x * torch.ones(i[1].tolist(), dtype=x.dtype),
        "Tile": lambda: x.repeat(i[1].tolist()),
        "Range": lambda: torch.arange(i[0].item(), i[1].item(), i[2].item(), dtype=x.dtype),
        "ArgMax": lambda: x.argmax(a.get("axis", 0), keepdim=bool(a.get("keepdims", 1))),
        "Mod": lambda: torch.remainder(i[0], i[1]),
    }
    if kind in simple:
        return (simple[kind](),)
    if kind == "Relu":
        return (_GatedRelu.apply(x, rule) if rule else F.relu(x),)
    if kind in ("Max", "Min"):
        if rule and kind == "Max" and len(i) == 2 and i[1].numel() == 1 and i[1].item() == 0:
            return (_GatedRelu.apply(x, rule),)
        out = i[0]
        for other in i[1:]:
            out = (torch.maximum if kind == "Max" else torch.minimum)(out, other)
        return (out,)
    if kind == "Div":
        return (i[0] // i[1] if not i[0].is_floating_point() else i[0] / i[1],)
    if kind == "Clip":
        low = a.get("min", i[1].item() if len(i) > 1 and i[1] is not None else None)
        high = a.get("max", i[2].item() if len(i) > 2 and i[2] is not None else None)
        if rule and low == 0:
            return (_GatedRelu.apply(x, rule, float("inf") if high is None else high),)
        return (x.clamp(low, high) if low is not None or high is not None else x,)
    if kind == "Cast":
        return (x.to(TORCH_TYPES[a["to"]]),)
    if kind == "Conv":
        n = i[1].dim() - 2
        strides, dilations = a.get("strides", [1] * n), a.get("dilations", [1] * n)
        x = _pads2d(x, _same_pads(a, x, i[1].shape[2:], strides, dilations))
        f = {1: F.conv1d, 2: F.conv2d}[n]
        return (f(x, i[1], i[2] if len(i) > 2 else None, strides, 0, dilations, a.get("group", 1)),)
    if kind == "ConvTranspose":
        pads = a.get("pads", [0] * 4)
        return (
            F.conv_transpose2d(
                x,
                i[1],
                i[2] if len(i) > 2 else None,
                a.get("strides", [1, 1]),
                pads[:2],
                a.get("output_padding", [0, 0]),
                a.get("group", 1),
            ),
        )
    if kind == "Gemm":
        p, q = (x.T if a.get("transA") else x), (i[1].T if a.get("transB") else i[1])
        out = a.get("alpha", 1.0) * (p @ q)
        return (out + a.get("beta", 1.0) * i[2] if len(i) > 2 else out,)
    if kind in ("MaxPool", "AveragePool"):
        k = a["kernel_shape"]
        s = a.get("strides", [1] * len(k))
        pads = _same_pads(a, x, k, s, [1, 1])
        ceil = bool(a.get("ceil_mode", 0))
        mean = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}[len(k)]
        if kind == "MaxPool":
            return (F.max_pool2d(_pads2d(x, pads, float("-inf")), k, s, ceil_mode=ceil),)
        if any(pads) and not a.get("count_include_pad", 0):
            ones = _pads2d(torch.ones_like(x), pads)
            return (mean(_pads2d(x, pads), k, s, ceil_mode=ceil) / mean(ones, k, s, ceil_mode=ceil),)
        return (mean(_pads2d(x, pads), k, s, ceil_mode=ceil),)
    if kind == "BatchNormalization":
        return (F.batch_norm(x, i[3], i[4], i[1], i[2], False, 0, a.get("epsilon", 1e-5)),)
    if kind == "InstanceNormalization":
        return (F.instance_norm(x, weight=i[1], bias=i[2], eps=a.get("epsilon", 1e-5)),)
    if kind == "LayerNormalization":
        axis = a.get("axis", -1) % x.dim()
        return (F.layer_norm(x, x.shape[axis:], i[1], i[2] if len(i) > 2 else None, a.get("epsilon", 1e-5)),)
    if kind == "LRN":
        return (F.local_response_norm(x, a["size"], a.get("alpha", 1e-4), a.get("beta", 0.75), a.get("bias", 1.0)),)
    if kind == "LpNormalization":
        p, axis = a.get("p", 2), a.get("axis", -1)
        return (x / x.norm(p, dim=axis, keepdim=True),)
    if kind in ("Softmax", "LogSoftmax"):
        f = torch.softmax if kind == "Softmax" else torch.log_softmax
        if opset < 13:
            axis = a.get("axis", 1) % x.dim()
            flat = x.reshape(int(np.prod(x.shape[:axis])), -1)
            return (f(flat, 1).reshape(x.shape),)
        return (f(x, a.get("axis", -1)),)
    if kind.startswith("Reduce"):
        axes, keep = _axes(a, i, x), bool(a.get("keepdims", 1))
        if kind == "ReduceMax" and axes == [2, 3]:
            # Among equal values the first wins, as in a max pool.
            pooled = F.max_pool2d(x, x.shape[2:])
            return (pooled if keep else pooled.flatten(1),)
        if not axes:
            return (x,)
        by = {
            "ReduceMean": lambda: x.mean(axes, keep),
            "ReduceSum": lambda: x.sum(axes, keep),
            "ReduceMax": lambda: x.amax(axes, keep),
            "ReduceMin": lambda: x.amin(axes, keep),
            "ReduceLogSumExp": lambda: x.logsumexp(axes, keep),
            "ReduceLogSum": lambda: x.sum(axes, keep).log(),
            "ReduceL1": lambda: x.abs().sum(axes, keep),
            "ReduceL2": lambda: x.square().sum(axes, keep).sqrt(),
            "ReduceSumSquare": lambda: x.square().sum(axes, keep),
            "ReduceProd": lambda: x.prod(),
        }
        return (by[kind](),)
    if kind == "Flatten":
        axis = a.get("axis", 1)
        return (x.reshape(int(np.prod(x.shape[:axis])), -1),)
    if kind == "Reshape":
        want = [x.shape[k] if d == 0 and not a.get("allowzero") else d for k, d in enumerate(i[1].tolist())]
        return (x.reshape(want),)
    if kind == "Squeeze":
        axes = a.get("axes", i[1].tolist() if len(i) > 1 else [k for k, d in enumerate(x.shape) if d == 1])
        axes = [k % x.dim() for k in axes]
        return (x.reshape([d for k, d in enumerate(x.shape) if k not in axes]),)
    if kind == "Unsqueeze":
        axes = a.get("axes") or i[1].tolist()
        for k in sorted(k % (x.dim() + len(axes)) for k in axes):
            x = x.unsqueeze(k)
        return (x,)
    if kind == "Split":
        axis = a.get("axis", 0)
        sizes = a.get("split") or (
            i[1].tolist() if len(i) > 1 and i[1] is not None else [x.shape[axis] // len(node.output)] * len(node.output)
        )
        return torch.split(x, list(sizes), axis)
    if kind == "Slice":
        starts, ends = (a["starts"], a["ends"]) if "starts" in a else (i[1].tolist(), i[2].tolist())
        axes = a.get("axes") or (i[3].tolist() if len(i) > 3 and i[3] is not None else range(len(starts)))
        steps = i[4].tolist() if len(i) > 4 else [1] * len(starts)
        for s, e, axis, step in zip(starts, ends, axes, steps):
            x = x.index_select(
                axis,
                (
                    torch.arange(x.shape[axis])[slice(s, e if abs(e) < 2**40 else None, step)]
                    if step > 0
                    else torch.tensor(list(range(x.shape[axis]))[slice(s, None if abs(e) > 2**30 else e, step)])
                ),
            )
        return (x,)
    if kind == "Gather":
        axis, index = a.get("axis", 0) % x.dim(), i[1]
        index = torch.where(index < 0, index + x.shape[axis], index)
        out = x.index_select(axis, index.reshape(-1))
        return (out.reshape(list(x.shape[:axis]) + list(index.shape) + list(x.shape[axis + 1 :])),)
    if kind == "Constant":
        if "value" in a:
            return (_tensor(numpy_helper.to_array(a["value"])),)
        value = next(iter(a.values()))
        return (_tensor(np.asarray(value, np.int64 if "int" in next(iter(a)) else np.float32)),)
    if kind == "ConstantOfShape":
        value = _tensor(numpy_helper.to_array(a["value"])) if "value" in a else torch.zeros(1, dtype=torch.float64)
        return (torch.ones(x.tolist(), dtype=value.dtype) * value[0],)
    if kind == "Pad":
        pads, value = i[1].tolist(), (i[2].item() if len(i) > 2 and i[2] is not None else 0)
        if a.get("mode", "constant") != "constant":
            return (F.pad(x, [pads[3], pads[7], pads[2], pads[6]], mode=a["mode"]),)
        return (_pads2d(x, pads, value),)
    if kind == "Resize":
        size = (
            i[3].tolist()[2:]
            if len(i) > 3 and i[3] is not None
            else [round(d * s) for d, s in zip(x.shape[2:], i[2].tolist()[2:])]
        )
        mode = {"linear": "bilinear", "nearest": "nearest"}[a.get("mode", "nearest")]
        return (F.interpolate(x, size=size, mode=mode, align_corners=False if mode == "bilinear" else None),)
    if kind == "SpaceToDepth":
        b = a["blocksize"]
        n, c, h, w = x.shape
        return (x.reshape(n, c, h // b, b, w // b, b).permute(0, 3, 5, 1, 2, 4).reshape(n, c * b * b, h // b, w // b),)
    if kind == "DepthToSpace":
        if a.get("mode", "DCR") == "CRD":
            return (F.pixel_shuffle(x, a["blocksize"]),)
        b = a["blocksize"]
        n, c, h, w = x.shape
        return (x.reshape(n, b, b, c // b**2, h, w).permute(0, 3, 4, 1, 5, 2).reshape(n, c // b**2, h * b, w * b),)
    if kind == "TopK":
        values, index = torch.topk(x, int(i[1].reshape(-1)[0]), a.get("axis", -1), largest=bool(a.get("largest", 1)))
        return (values, index)
    if kind == "Einsum":
        return (torch.einsum(a["equation"], *i),)
    raise NotImplementedError(kind)


def _tensor(array):
    array = np.array(array)
    if array.dtype in (np.float16, np.float32):
        array = array.astype(np.float64)
    elif array.dtype == np.int32:
        array = array.astype(np.int64)
    return torch.from_numpy(array)


def evaluate(model, x, rule=None, skip_unknown=False):
    """Every value of the graph by name, float64. `rule` ('guided', 'deconvnet') changes ReLU's gradient.

    A value that a user reads (`env[name].retain_grad`) takes gradients: the input requires them.
    """
    opset = next(o.version for o in model.opset_import if o.domain in ("", "ai.onnx"))
    env = {t.name: _tensor(numpy_helper.to_array(t)) for t in model.graph.initializer}
    start = x.clone() if isinstance(x, torch.Tensor) else _tensor(x)
    if start.is_floating_point():
        start.requires_grad_(True)
    env[next(i.name for i in model.graph.input if i.name not in env)] = start
    _run(model.graph.node, env, opset, rule, skip_unknown)
    return env


def _run(nodes, env, opset, rule, skip_unknown):
    for node in nodes:
        try:
            if node.op_type == "If":
                a = {b.name: b.g for b in node.attribute}
                branch = a["then_branch" if bool(env[node.input[0]]) else "else_branch"]
                env.update({t.name: _tensor(numpy_helper.to_array(t)) for t in branch.initializer})
                _run(branch.node, env, opset, rule, skip_unknown)
                for name, inner in zip(node.output, branch.output):
                    env[name] = env[inner.name]
                continue
            values = _compute(node, [env[n] if n else None for n in node.input], opset, rule)
        except (NotImplementedError, KeyError):
            if skip_unknown:
                continue
            raise
        for name, value in zip(node.output, values):
            env[name] = value
