"""Works out the truth of a network and writes it down, one line of JSON per network: docs of the fields are in __main__.py.

Every file is run by onnxruntime too and must agree with PyTorch.
"""

import base64

import numpy as np
import onnx
import onnxruntime
import torch

from graph import Graph, picture, pictures
from onnx_in_torch import evaluate
from rounding import significant
from seeded import fill, strip

ROWS = []


def numbers(tensor, digits=6):
    assert tensor.isfinite().all()
    return significant(tensor.detach().reshape(-1).tolist(), digits)


def grad_cam(score, layer, layout="nchw"):
    """ReLU(sum over channels of mean gradient x activation), [N,h,w]."""
    grad = torch.autograd.grad(score, layer, retain_graph=True, allow_unused=True)[0]
    grad = torch.zeros_like(layer) if grad is None else grad
    if layout == "nhwc":
        grad, layer = grad.permute(0, 3, 1, 2), layer.permute(0, 3, 1, 2)
    return (grad.mean((2, 3), keepdim=True) * layer).sum(1).clamp(min=0)


def pick(env, what):
    value = what(env) if callable(what) else env[what]
    return value.flatten(1) if value.dim() > 1 else value[:, None]


class Truth:
    """Scores, maps and gradients of a network for some pictures, float64."""

    def __init__(self, model, x, logits, layer=None, layout="nchw", two_way=False, rule=None, skip_unknown=False):
        self.env = evaluate(model, x, rule, skip_unknown)
        self.start, self.layout, self.two_way = self.env[model.graph.input[0].name], layout, two_way
        z = pick(self.env, logits)
        self.single = two_way and z.shape[1] == 1
        self.logits = torch.cat([-z, z], 1) if self.single else z
        self.layer = None if layer is None else self.env[layer]

    def map(self, c, scores=None):
        # A score of one picture depends on that picture's layer alone, so the sum over the batch keeps them apart.
        scores = self.logits if scores is None else scores
        return grad_cam(scores[:, c].sum(), self.layer, self.layout)

    def shown(self):
        """The first two classes whose map of the first picture is not zero."""
        found = [c for c in range(min(8, self.logits.shape[1])) if self.map(c)[0].max() > 0]
        return sorted((found + [c for c in (0, 1) if c not in found])[:2])

    def probabilities(self, of):
        if of is None:
            return torch.softmax(self.logits, 1)
        if of == "sigmoid":
            return torch.sigmoid(self.logits)
        p = pick(self.env, of)
        return torch.cat([1 - p, p], 1) if self.two_way and p.shape[1] == 1 else p

    def saliency(self, scores, c=0):
        """Largest absolute gradient over the channels, first picture."""
        return torch.autograd.grad(scores[:, c].sum(), self.start, retain_graph=True)[0][0].abs().amax(0)


def check_against_onnxruntime(model, x, env, tolerance):
    options = onnxruntime.SessionOptions()
    options.log_severity_level, options.intra_op_num_threads = 4, 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    names = [o.name for o in session.get_outputs()]
    for name, value in zip(names, session.run(names, {session.get_inputs()[0].name: x})):
        if name not in env or not isinstance(value, np.ndarray):
            continue
        mine = env[name].detach().numpy()
        assert value.shape == mine.shape, (name, value.shape, mine.shape)
        scale = max(1.0, float(np.abs(mine).max()) if mine.size else 1.0)
        assert mine.size == 0 or np.abs(value.astype(np.float64) - mine).max() < tolerance * scale, name


def equal_values(model, truth):
    """Names of all values that hold the logits (of one score: z), whatever their shape."""
    wanted = truth.logits[0].detach()[1 if truth.single else 0 :]
    names = []
    for name in (n for node in model.graph.node for n in node.output):
        value = truth.env.get(name)
        if value is None or not value.is_floating_point() or not value.dim() or not value.requires_grad:
            continue
        first = value[0].detach().reshape(-1)
        if first.shape == wanted.shape and torch.allclose(first, wanted, rtol=1e-9, atol=1e-12):
            names.append(name)
    return names


def record(
    name, graph, *, logits, why, expect="ok", also=(), layer=None, layout="nchw", probabilities=None, two_way=False,
    output=None, fixed_batch=None, batch=False, x=None, skip_unknown=False, tolerance=2e-4, guided=None, kinds=False,
    extra=None,
):  # fmt: skip
    """Checks a network and keeps its line. `logits`, `probabilities`: a value's name, or a function of all values."""
    stripped = graph.model() if isinstance(graph, Graph) else strip(graph)
    model = fill(stripped)
    onnx.checker.check_model(model)
    one = picture() if x is None else x
    if fixed_batch and fixed_batch > 1:
        one = np.concatenate([pictures(), pictures()])[:fixed_batch]
    truth = Truth(model, one, logits, layer, layout, two_way, skip_unknown=skip_unknown)
    check_against_onnxruntime(model, one, truth.env, tolerance)
    line = {"name": name, "why": why, "expect": expect, "logits": numbers(truth.logits[0])}
    if also:
        line["also"] = list(also)
    if output:
        line["choose"] = output
    line["scores"] = equal_values(model, truth)
    p = None
    if probabilities != "none":
        p = truth.probabilities(probabilities)
        line["probabilities"] = numbers(p[0])
    if layer is not None:
        line["layer"] = layer
        classes = truth.shown()
        if truth.logits.requires_grad:
            line["classes"] = classes
            line["maps"] = [numbers(truth.map(c)[0]) for c in classes]
            # A probability of 1 has no gradient left in float32.
            smooth = p is not None and all(1e-3 < p[0, c] < 1 - 1e-3 for c in classes)
            if kinds and smooth:
                line["ofProbability"] = [numbers(truth.map(c, p)[0]) for c in classes]
                line["ofLogProbability"] = [numbers(truth.map(c, p.log())[0]) for c in classes]
            if kinds == "gradients" and smooth:
                line["gradientOfProbability"] = numbers(truth.saliency(p, classes[0]))
                line["gradientOfLogProbability"] = numbers(truth.saliency(p.log(), classes[0]))
    if kinds:
        named = truth.env[model.graph.output[0].name]
        line["output"] = numbers(named[0].reshape(-1), 9)
    if batch:
        many = truth
        if fixed_batch is None:
            many = Truth(model, pictures(), logits, layer, layout, two_way)
            check_against_onnxruntime(model, pictures(), many.env, tolerance)
        line["batch"] = {"logits": [numbers(row) for row in many.logits]}
        line["batch"]["maps"] = [numbers(m) for m in many.map(line["classes"][0])]
    if guided:
        line["guided"] = relu_rules(model, one, logits, truth, **guided)
    line.update(extra or {})
    keep(line, stripped)


def relu_rules(model, one, logits, truth, expect, also=(), operator=None, twin=None):
    """`twin`: (graph, logits) of the same network with plain Relu nodes, whose rule then gives the maps."""
    line = {"expect": expect, **({"also": list(also)} if also else {}), **({"operator": operator} if operator else {})}
    if expect == "handled" or twin:
        of, z = (fill(twin[0].model()), twin[1]) if twin else (model, logits)
        assert torch.allclose(Truth(of, one, z).logits, truth.logits, atol=1e-6), "the twin computes something else"
        for rule in ("guided", "deconvnet"):
            passed = Truth(of, one, z, rule=rule)
            line[rule] = numbers(passed.saliency(passed.logits), 5)
    return line


def keep(line, model):
    data = model.SerializeToString()
    ROWS.append({**line, "onnx": base64.b64encode(data).decode()})
