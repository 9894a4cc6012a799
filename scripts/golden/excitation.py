"""Excitation backprop as TorchRay defines it, by autograd with other backward functions.

p' = x ⊙ fᵀ(p ⊘ f(x)), f the linear layer with max(W, 0) and without bias, 0/0 = 0; average pooling is such a layer, a
sum splits by the share of each part, batch normalisation passes p through. Written from the formulas.
"""

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from executor import OPERATORS, execute


class Excite(torch.autograd.Function):
    """y, computed as ever; its p goes to x by the positive linear function `excite`."""

    @staticmethod
    def forward(ctx, x, y, excite):
        ctx.save_for_backward(x)
        ctx.excite = excite
        return y.clone()

    @staticmethod
    def backward(ctx, p):
        (saved,) = ctx.saved_tensors
        with torch.enable_grad():
            x = saved.detach().requires_grad_(True)
            z = ctx.excite(x)
            shared = torch.where(z > 0, p / torch.where(z > 0, z, torch.ones_like(z)), torch.zeros_like(z))
            (spread,) = torch.autograd.grad(z, x, shared.detach())
        return x.detach() * spread, None, None


class Split(torch.autograd.Function):
    @staticmethod
    def forward(ctx, *parts):
        ctx.save_for_backward(*parts)
        return sum(parts[1:], parts[0])

    @staticmethod
    def backward(ctx, p):
        total = sum(ctx.saved_tensors)
        # Behind the sum stands a ReLU: where the sum is not positive, p is 0.
        shared = torch.where(total > 0, p / torch.where(total > 0, total, torch.ones_like(total)), torch.zeros_like(p))
        return tuple(part * shared for part in ctx.saved_tensors)


class Through(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, y):
        return y.clone()

    @staticmethod
    def backward(ctx, p):
        return p, None


def operators(classifier, sign):
    """The operators with excitation backprop as their backward function; `classifier` takes its weights as sign·W."""

    def linear(op):
        def run(c, x, w, bias=None):
            own = sign if c.node.output[0] == classifier else 1
            positive = (own * w).clamp(min=0)
            with torch.no_grad():
                y = OPERATORS[op](c, x, w, bias) if bias is not None else OPERATORS[op](c, x, w)
            return Excite.apply(x, y, lambda t: OPERATORS[op](c, t, positive))

        return run

    def average(op):
        def run(c, x, *rest):
            with torch.no_grad():
                y = OPERATORS[op](c, x, *rest)
            return Excite.apply(x, y, lambda t: OPERATORS[op](c, t, *rest))

        return run

    def through(op):
        def run(c, x, *rest):
            with torch.no_grad():
                y = OPERATORS[op](c, x, *rest)
            return Through.apply(x, y)

        return run

    changed = {op: linear(op) for op in ("Conv", "Gemm", "MatMul")}
    changed |= {op: average(op) for op in ("AveragePool", "GlobalAveragePool", "ReduceMean")}
    changed |= {op: through(op) for op in ("LRN", "BatchNormalization", "Clip", "Relu")}
    return {**OPERATORS, **changed, "Add": lambda c, *parts: Split.apply(*parts)}


def folded(model):
    """The model with each batch normalisation taken into the convolution before it."""
    made = onnx.ModelProto()
    made.CopyFrom(model)
    arrays = {t.name: numpy_helper.to_array(t).astype(np.float64) for t in made.graph.initializer}
    convolutions = {n.output[0]: n for n in made.graph.node if n.op_type == "Conv"}
    negative = total = 0
    for node in made.graph.node:
        if node.op_type != "BatchNormalization" or node.input[0] not in convolutions:
            continue
        conv = convolutions[node.input[0]]
        scale, shift, mean, variance = (arrays[name] for name in node.input[1:5])
        epsilon = next((a.f for a in node.attribute if a.name == "epsilon"), 1e-5)
        factor = scale / np.sqrt(variance + epsilon)
        bias = arrays[conv.input[2]] if len(conv.input) > 2 else 0.0
        weight, new_bias = f"{conv.input[1]}/{node.output[0]}", f"{node.output[0]}/bias"
        made.graph.initializer.append(numpy_helper.from_array(arrays[conv.input[1]] * factor[:, None, None, None], weight))
        made.graph.initializer.append(numpy_helper.from_array((bias - mean) * factor + shift, new_bias))
        conv.input[:] = [conv.input[0], weight, new_bias]
        node.op_type = "Identity"
        node.input[:] = [node.input[0]]
        del node.attribute[:]
        negative, total = negative + int((scale < 0).sum()), total + scale.size
    if total:
        print(f"  {negative} of {total} batch normalisation factors are negative")
    return made


def last_linear(model, logits):
    """(its output, its input): the last node with weights."""
    makers = {node.output[0]: node for node in model.graph.node}
    name = logits
    while makers[name].op_type not in ("Conv", "Gemm", "MatMul"):
        name = makers[name].input[0]
    return name, makers[name].input[0]


def excitation_maps(model, feeds, logits, layer, class_id, dtype):
    """(MWP, c-MWP) at the layer, [H, W]; the contrast is taken at the last linear layer's input."""
    classifier, contrast_layer = last_linear(model, logits)

    def run(sign):
        values = execute(model, feeds, dtype, operators=operators(classifier, sign))
        return values, torch.autograd.grad(values[logits][0, class_id], values[contrast_layer], retain_graph=True)[0]

    negative = run(-1)[1]
    values, positive = run(1)

    def down(p):
        (found,) = torch.autograd.grad(values[contrast_layer], values[layer], p, retain_graph=True)
        return torch.relu(found.sum(1))[0].detach().double().numpy()

    return down(positive), down(positive - negative)
