"""What PyTorch's two exporters write: the older one, from a trace, and torch.export (`dynamo`)."""

import contextlib
import io
import warnings

import onnx
import torch
from torch import nn

from graph import PLACES, SIDE, C, picture, pictures
from onnx_in_torch import evaluate
from record import record


class Net(nn.Module):
    """`body` makes the last spatial value, `tail` the logits."""

    def __init__(self, body, tail):
        super().__init__()
        self.body, self.tail = body, tail

    def forward(self, x):
        feature = self.body(x)
        if not torch.compiler.is_compiling():  # torch.export allows no new attributes
            self.feature = feature
        return self.tail(feature)


class Apply(nn.Module):
    def __init__(self, f):
        super().__init__()
        self.f = f

    def forward(self, x):
        return self.f(x)


def stem(*last):
    return nn.Sequential(
        nn.Conv2d(3, 4, 3, 2, 1),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.Conv2d(4, 6, 3, 2, 1),
        nn.ReLU(),
        nn.Conv2d(6, C, 3, 1, 1),
        *last,
    )


class ConvNextEnd(nn.Module):
    def __init__(self):
        super().__init__()
        self.dw, self.norm, self.pw1, self.pw2 = (
            nn.Conv2d(C, C, 3, 1, 1, groups=C),
            nn.LayerNorm(C),
            nn.Linear(C, 2 * C),
            nn.Linear(2 * C, C),
        )
        self.gamma = nn.Parameter(torch.rand(C, 1, 1))

    def forward(self, x):
        y = self.dw(x).permute(0, 2, 3, 1)
        y = self.pw2(nn.functional.gelu(self.pw1(self.norm(y)))).permute(0, 3, 1, 2)
        return x + self.gamma * y


class Cat(nn.Module):
    def __init__(self, how):
        super().__init__()
        self.how = how
        self.stem = nn.Sequential(nn.Conv2d(3, 4, 3, 2, 1), nn.ReLU(), nn.Conv2d(4, 6, 3, 2, 1), nn.ReLU())
        self.learned = nn.Parameter(torch.randn(1, 2, SIDE, SIDE))
        self.last, self.fc = nn.Conv2d(8, C, 3, 1, 1), nn.Linear(C, 4)

    def forward(self, x):
        x = self.stem(x)
        extra = {
            "expand": lambda: self.learned.expand(x.shape[0], -1, -1, -1),
            "repeat": lambda: self.learned.repeat(x.shape[0], 1, 1, 1),
            "expand-as": lambda: self.learned.expand_as(x[:, :2]),
            "zeros": lambda: torch.zeros(x.shape[0], 2, SIDE, SIDE),
            "new-zeros": lambda: x.new_zeros(x.shape[0], 2, SIDE, SIDE),
            "zeros-like": lambda: torch.zeros_like(x[:, :2]),
            "ones-like": lambda: torch.ones_like(x[:, :2]),
            "full": lambda: torch.full((x.size(0), 2, x.size(2), x.size(3)), 0.3),
            "meshgrid": lambda: torch.stack(
                torch.meshgrid(torch.linspace(-1, 1, SIDE), torch.linspace(-1, 1, SIDE), indexing="ij")
            )
            .unsqueeze(0)
            .expand(x.shape[0], -1, -1, -1),
            "arange": lambda: (torch.arange(x.shape[2], dtype=torch.float32) / SIDE)
            .view(1, 1, -1, 1)
            .expand(x.shape[0], 2, -1, x.shape[3]),
            "repeat-interleave": lambda: self.learned.repeat_interleave(x.shape[0], 0),
        }[self.how]()
        feature = torch.relu(self.last(torch.cat([x, extra], 1)))
        if not torch.compiler.is_compiling():  # torch.export allows no new attributes
            self.feature = feature
        return self.fc(feature.mean((2, 3)))


def gap():
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(C, 4))


def normalised(x):
    return nn.functional.normalize(x, dim=1)


def maxout():
    return nn.Sequential(*stem()[:-1], nn.Conv2d(6, 2 * C, 3, 1, 1), Apply(lambda x: torch.max(*x.chunk(2, 1))))


# Name: (the last map, what makes scores of it, options of the older exporter)
TRACED = {
    "relu-adaptive": (stem(nn.ReLU(inplace=True)), gap(), {}),
    "relu-view": (stem(nn.ReLU()), nn.Sequential(Apply(lambda x: x.view(x.size(0), -1)), nn.Linear(C * PLACES, 4)), {}),
    "relu-adaptive-2x2": (
        stem(nn.ReLU()),
        nn.Sequential(
            nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Dropout(), nn.Linear(4 * C, 8), nn.ReLU(), nn.Linear(8, 4)
        ),
        {},
    ),
    "silu": (stem(nn.SiLU()), gap(), {}),
    "mish": (stem(nn.Mish()), gap(), {}),
    "gelu": (stem(nn.GELU()), gap(), {}),
    "hardswish-opset11": (stem(nn.Hardswish()), gap(), {"opset_version": 11}),
    "relu6": (stem(nn.ReLU6()), gap(), {}),
    "softshrink": (stem(nn.Softshrink(0.1)), gap(), {}),
    "glu": (nn.Sequential(*stem()[:-1], nn.Conv2d(6, 2 * C, 3, 1, 1), nn.GLU(1)), gap(), {}),
    "groupnorm-relu": (stem(nn.GroupNorm(4, C), nn.ReLU()), gap(), {}),
    "groupnorm-opset11": (stem(nn.GroupNorm(4, C), nn.ReLU()), gap(), {"opset_version": 11}),
    "convnext-end": (
        stem(nn.ReLU(), ConvNextEnd()),
        nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.LayerNorm(C), nn.Linear(C, 4)),
        {},
    ),
    "lrn": (stem(nn.ReLU(), nn.LocalResponseNorm(5, alpha=0.1)), gap(), {}),
    "normalize": (stem(Apply(normalised)), gap(), {}),
    "maxout": (maxout(), gap(), {}),
    "no-constant-folding": (stem(nn.ReLU()), gap(), {"do_constant_folding": False}),
    "where": (stem(Apply(lambda x: torch.where(x > 0, x, 0.1 * x))), gap(), {}),
}

EXPORTED = {
    "relu": (stem(nn.ReLU()), gap()),
    "gelu": (stem(nn.GELU()), gap()),
    "mish": (stem(nn.Mish()), gap()),
    "groupnorm-relu": (stem(nn.GroupNorm(4, C), nn.ReLU()), gap()),
    "convnext-end": TRACED["convnext-end"][:2],
    "maxout": (maxout(), gap()),
    "normalize": (stem(Apply(normalised)), gap()),
    "mean": (stem(nn.ReLU()), nn.Sequential(Apply(lambda x: x.mean((2, 3))), nn.Linear(C, 4))),
    "view": TRACED["relu-view"][:2],
    "clamp": (stem(Apply(lambda x: x.clamp(min=0))), gap()),
    "softmax-log": (stem(nn.ReLU()), nn.Sequential(gap(), nn.Softmax(1), Apply(torch.log))),
    "sigmoid": (stem(nn.ReLU()), nn.Sequential(gap(), nn.Sigmoid())),
    "log-softmax": (stem(nn.ReLU()), nn.Sequential(gap(), nn.LogSoftmax(1))),
}
BATCHES = "expand repeat expand-as zeros new-zeros zeros-like ones-like full meshgrid arange".split()
BATCHES_EXPORTED = "expand repeat zeros zeros-like meshgrid full".split()


def export(net, dynamo, fixed=False, **options):
    names = {"input_names": ["input"], "output_names": ["output"]}
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        if dynamo:
            batch = {"dynamic_shapes": ({0: torch.export.Dim("N", min=1, max=64)},)}
            return torch.onnx.export(
                net, (torch.from_numpy(pictures()),), dynamo=True, verbose=False, **names, **batch
            ).model_proto
        buffer = io.BytesIO()
        axes = {} if fixed else {"input": {0: "N"}, "output": {0: "N"}}
        options = {"opset_version": 17, "dynamic_axes": axes, **options}
        torch.onnx.export(net, torch.from_numpy(picture()), buffer, dynamo=False, **names, **options)
        return onnx.load_from_string(buffer.getvalue())


def value_like(model, wanted):
    """The name of the last value that equals a tensor of PyTorch's."""
    env = evaluate(model, picture(), skip_unknown=True)
    wanted = wanted.detach().double()
    near = {"rtol": 1e-4, "atol": 1e-4 * float(wanted.abs().max())}
    values = [(n, env[n]) for node in model.graph.node for n in node.output if n in env]
    hits = [
        n
        for n, v in values
        if v.shape == wanted.shape and v.is_floating_point() and torch.allclose(v.detach(), wanted, **near)
    ]
    return hits[-1]


def one(name, net, dynamo, why, fixed=False, options={}, **more):
    net = net.eval()
    torch.manual_seed(37)
    for p in net.parameters():
        (nn.init.kaiming_normal_ if p.dim() > 2 else nn.init.normal_)(p)
    model = export(net, dynamo, fixed, **options)
    with torch.no_grad():
        net(torch.from_numpy(picture()))
    layer = value_like(model, net.feature)
    made = {o: n for n in model.graph.node for o in n.output}
    z = model.graph.output[0].name
    while made[z].op_type in ("Softmax", "Log", "Sigmoid", "LogSoftmax"):
        z = made[z].input[0]
    probabilities = "sigmoid" if made[model.graph.output[0].name].op_type == "Sigmoid" else None
    record(
        name,
        model,
        logits=z,
        layer=layer,
        probabilities=probabilities,
        fixed_batch=1 if fixed else None,
        why=why,
        batch=True,
        **more,
    )


def write():
    for kind, (body, tail, options) in TRACED.items():
        also = {"also": ["refused"]} if kind == "lrn" else {}  # PyTorch writes LRN with an If
        one("torch-" + kind, Net(body, tail), False, f"a trace ({kind})", options=options, **also)
    for kind, (body, tail) in EXPORTED.items():
        one("dynamo-" + kind, Net(body, tail), True, f"torch.export ({kind})")
    for how in BATCHES:
        one("torch-" + how, Cat(how), False, f"PyTorch's {how}, batch open")
    for how in ("expand", "repeat", "zeros"):
        one(f"torch-{how}-fixed", Cat(how), False, f"PyTorch's {how}, for one picture", fixed=True)
    for how in BATCHES_EXPORTED:
        one("dynamo-" + how, Cat(how), True, f"torch.export ({how})")
