"""Score heads: the trunk is always the same; what stands behind the linear layer changes."""

import numpy as np
import torch
from onnx import TensorProto

from graph import CLASSES, C, Graph, f32, i64, softmax
from record import record

# Of these heads the gradients of probability and log-probability are written down too.
GRADIENTS = ("softmax-last", "logsoftmax", "written-exp-sum-div", "sigmoid", "single-sigmoid")


def head(
    name, tail, *, why, opset=17, classes=CLASSES, gain=3.0, shape=("N", CLASSES), logits=None, before=None,
    dtype=TensorProto.FLOAT, expect="ok", **more,
):  # fmt: skip
    """`before(g, layer)` gives the logits (default pooling + Gemm), `tail(g, logits)` what the file ends with."""
    g = Graph(opset, seed=11)
    layer = g.trunk()
    z = before(g, layer) if before else g.logits(layer, classes, gain)[1]
    end = tail(g, z)
    if not isinstance(end, dict):
        end = {"output": end}
    g.output(end["output"], shape, dtype)
    more.setdefault("probabilities", end.get("probabilities"))
    kinds = "gradients" if name in GRADIENTS else dtype == TensorProto.FLOAT
    record(name, g, logits=end.get("logits", logits or z), layer=layer, expect=expect, why=why, kinds=kinds, **more)


def last(kind):
    """The probabilities of the last value that a kind of node makes."""
    return lambda e: e[[k for k in e if f"/{kind}" in k][-1]].flatten(1)


def itself(out):
    """An output that is explained as it is."""
    return {"output": out, "logits": out}


def reduce_sum(g, x, axis=1, keepdims=1):
    return g.op("ReduceSum", x, i64(axis), keepdims=keepdims)


# -- softmax, as one operator


def one_operator():
    head("softmax-last", softmax, why="plain Softmax")
    head(
        "softmax-opset11-4d",
        lambda g, z: g.op("Softmax", z, axis=1),
        opset=11,
        shape=("N", 4, 1, 1),
        before=lambda g, layer: g.conv(g.op("GlobalAveragePool", layer), C, CLASSES, k=1, gain=3),
        why="opset 11 Softmax(axis=1) on [N,4,1,1]: flattened from axis 1 on, so the classes",
    )
    head(
        "softmax-opset11-default-axis",
        lambda g, z: g.op("Softmax", z),
        opset=11,
        why="opset 11: the axis left out is 1",
    )
    head(
        "softmax-opset13-default-axis",
        lambda g, z: g.op("Softmax", z),
        opset=13,
        why="opset 13: the axis left out is -1",
    )
    head(
        "softmax-4d-axis1-opset13",
        lambda g, z: g.op("Softmax", z, axis=1),
        opset=13,
        shape=("N", 4, 1, 1),
        before=lambda g, layer: g.conv(g.op("GlobalAveragePool", layer), C, CLASSES, k=1, gain=3),
        why="classes on axis 1 of four",
    )
    head("logsoftmax", lambda g, z: g.op("LogSoftmax", z, axis=-1), probabilities=None, why="plain LogSoftmax")
    head("logsoftmax-exp", lambda g, z: g.op("Exp", g.op("LogSoftmax", z, axis=1)), why="Exp undoes the Log: a Softmax")
    head("logits-plain", lambda g, z: z, why="no normalisation: the output is the logit")
    head("logits-identity", lambda g, z: g.op("Identity", z), why="Identity behind the logits")


# -- softmax, written out


def written():
    def plain(g, z):
        e = g.op("Exp", z)
        return g.op("Div", e, reduce_sum(g, e))

    def shifted(g, z, axis=1):
        e = g.op("Exp", g.op("Sub", z, g.op("ReduceMax", z, axes=[axis], keepdims=1)))
        return g.op("Div", e, reduce_sum(g, e, axis))

    def times_reciprocal(g, z):
        e = g.op("Exp", z)
        return g.op("Mul", e, g.op("Reciprocal", reduce_sum(g, e)))

    def minus_lse(g, z):
        return g.op("Sub", z, g.op("ReduceLogSumExp", z, axes=[1], keepdims=1))

    def minus_log_sum(g, z):
        return g.op("Sub", z, g.op("Log", reduce_sum(g, g.op("Exp", z))))

    def stable_log(g, z):
        s = g.op("Sub", z, g.op("ReduceMax", z, axes=[-1], keepdims=1))
        return g.op("Sub", s, g.op("Log", reduce_sum(g, g.op("Exp", s), -1)))

    def by_l1(g, z):
        e = g.op("Exp", z)
        return g.op("Div", e, g.op("ReduceL1", e, axes=[1], keepdims=1))

    def pow_e(g, z):
        e = g.op("Pow", f32(np.e), z)
        return g.op("Div", e, reduce_sum(g, e))

    def through_shape(g, z):
        e = g.op("Exp", z)
        s = g.op("Unsqueeze", reduce_sum(g, e, 1, keepdims=0), i64(1))
        return g.op("Div", e, s)

    def expanded_sum(g, z):
        e = g.op("Exp", z)
        return g.op("Div", e, g.op("Expand", reduce_sum(g, e), g.op("Shape", e)))

    def matmul_sum(g, z):
        e = g.op("Exp", z)
        return g.op("Div", e, g.op("MatMul", e, np.ones((4, 4), np.float32)))

    head("written-exp-sum-div", plain, why="Exp / ReduceSum(Exp)")
    head(
        "written-max-subtracted",
        shifted,
        logits=None,
        why="the same with the maximum subtracted: the logit is what stands before the subtraction",
    )
    head("written-reciprocal", times_reciprocal, why="Exp x Reciprocal(sum)")
    head(
        "written-minus-reducelogsumexp",
        minus_lse,
        probabilities=lambda e: last("Gemm")(e).softmax(1),
        why="x - ReduceLogSumExp(x) is a LogSoftmax",
    )
    head(
        "written-minus-log-sum-exp",
        minus_log_sum,
        probabilities=lambda e: last("Gemm")(e).softmax(1),
        why="x - Log(ReduceSum(Exp(x)))",
    )
    head(
        "written-stable-log",
        stable_log,
        probabilities=lambda e: last("Gemm")(e).softmax(1),
        why="x - max, then minus the log of the sum",
    )
    head("written-lse-then-exp", lambda g, z: g.op("Exp", minus_lse(g, z)), why="Exp(x - logsumexp x) is a Softmax")
    head("written-reducel1", by_l1, why="Exp / ReduceL1(Exp): equal to the sum, Exp is positive")
    head("written-pow-e", pow_e, why="Pow(e, x) is Exp(x)", expect="ok", also=["said"])
    head("written-sum-unsqueeze", through_shape, why="the sum without kept axis, then Unsqueeze")
    head("written-sum-expand", expanded_sum, why="the sum expanded to the shape of Exp")
    head("written-sum-by-matmul", matmul_sum, why="the sum as a product with ones", also=["said"])
    head(
        "written-softmax-log",
        lambda g, z: g.op("Log", plain(g, z)),
        probabilities=lambda e: last("Gemm")(e).softmax(1),
        why="a Softmax written out, then Log",
    )


# -- behind and before


def around():
    p = lambda e: last("Gemm")(e).softmax(1)
    sm = lambda f: (lambda g, z: f(g, softmax(g, z)))
    head("softmax-log", sm(lambda g, p: g.op("Log", p)), probabilities=p, why="order kept by Log")
    head(
        "softmax-clip",
        sm(lambda g, p: g.op("Clip", p, f32(1e-7), f32(1 - 1e-7))),
        probabilities=p,
        why="Clip to 1e-7..1",
    )
    head(
        "softmax-max-eps", sm(lambda g, p: g.op("Max", p, f32(1e-12))), probabilities=p, why="the floor written as Max"
    )
    head("softmax-reshape", sm(lambda g, p: g.op("Reshape", p, i64(-1, 4))), probabilities=p, why="shape only")
    head("softmax-flatten", sm(lambda g, p: g.op("Flatten", p, axis=1)), probabilities=p, why="shape only")
    head("softmax-identity", sm(lambda g, p: g.op("Identity", p)), probabilities=p, why="Identity")
    head(
        "softmax-dropout",
        sm(lambda g, p: g.op("Dropout", p)),
        probabilities=p,
        why="Dropout of an inference graph is Identity",
    )
    head(
        "softmax-cast",
        sm(lambda g, p: g.op("Cast", g.op("Cast", p, to=TensorProto.DOUBLE), to=TensorProto.FLOAT)),
        probabilities=p,
        why="Cast to double and back",
    )
    head(
        "softmax-cast-double",
        sm(lambda g, p: g.op("Cast", p, to=TensorProto.DOUBLE)),
        probabilities=p,
        dtype=TensorProto.DOUBLE,
        why="the output is double; the score before the tail is float",
    )
    conv = lambda g, layer: g.conv(g.op("GlobalAveragePool", layer), C, CLASSES, k=1, gain=3)
    pc = lambda e: last("Conv")(e).flatten(1).softmax(1)
    head(
        "softmax-squeeze",
        lambda g, z: g.op("Squeeze", g.op("Softmax", z, axis=1), i64(2, 3)),
        before=conv,
        probabilities=pc,
        why="Softmax on [N,4,1,1], Squeeze behind",
    )
    head(
        "squeeze-softmax",
        lambda g, z: softmax(g, g.op("Squeeze", z, i64(2, 3))),
        before=conv,
        probabilities=pc,
        why="Squeeze before the Softmax",
    )
    head(
        "reshape-softmax",
        lambda g, z: softmax(g, g.op("Reshape", z, i64(0, -1))),
        before=conv,
        probabilities=pc,
        why="Reshape before",
    )
    head(
        "flatten-softmax-log",
        lambda g, z: g.op("Log", softmax(g, g.op("Flatten", z, axis=1))),
        before=conv,
        probabilities=pc,
        why="Flatten before, Log behind",
    )
    head(
        "unsqueeze-softmax-squeeze",
        lambda g, z: g.op("Squeeze", g.op("Softmax", g.op("Unsqueeze", z, i64(1)), axis=2), i64(1)),
        probabilities=p,
        why="[N,1,4] between",
    )
    head(
        "softmax-unsqueeze-out",
        lambda g, z: g.op("Unsqueeze", softmax(g, z), i64(1)),
        shape=("N", 1, 4),
        probabilities=p,
        why="the output is [N,1,4]: one score per class all the same",
        also=["refused"],
    )
    head(
        "transpose-softmax",
        lambda g, z: g.op("Transpose", g.op("Softmax", g.op("Transpose", z, perm=[1, 0]), axis=0), perm=[1, 0]),
        probabilities=p,
        why="classes first, Softmax over axis 0 = the classes, transposed back",
    )
    head(
        "nhwc-softmax",
        lambda g, z: g.op("Reshape", g.op("Softmax", g.op("Transpose", z, perm=[0, 2, 3, 1]), axis=-1), i64(-1, 4)),
        before=conv,
        probabilities=pc,
        why="[N,1,1,4], Softmax over the last axis",
    )
    head(
        "temperature-mul",
        lambda g, z: (lambda t: {"output": softmax(g, t), "logits": t})(g.op("Mul", z, f32(0.4))),
        why="temperature: the logit is what the Softmax is given, after the Mul",
    )
    head(
        "temperature-div",
        lambda g, z: (lambda t: {"output": softmax(g, t), "logits": t})(g.op("Div", z, f32(2.5))),
        why="temperature as a Div",
    )
    head(
        "softmax-mul-100",
        sm(lambda g, p: g.op("Mul", p, f32(100))),
        probabilities=p,
        why="per cent: a positive constant keeps the order",
    )
    head(
        "softmax-div-4", sm(lambda g, p: g.op("Div", p, f32(4))), probabilities=p, why="divided by a positive constant"
    )
    head("softmax-add-eps", sm(lambda g, p: g.op("Add", p, f32(1e-6))), probabilities=p, why="plus an epsilon")
    head(
        "softmax-log-eps", sm(lambda g, p: g.op("Log", g.op("Add", p, f32(1e-9)))), probabilities=p, why="log(p + eps)"
    )
    head(
        "softmax-sqrt",
        sm(lambda g, p: g.op("Sqrt", p)),
        probabilities=p,
        why="Sqrt keeps the order of positive numbers",
    )
    head("softmax-pow", sm(lambda g, p: g.op("Pow", p, f32(0.5))), probabilities=p, why="a positive power")
    head(
        "softmax-square",
        sm(lambda g, p: g.op("Mul", p, p)),
        probabilities=p,
        why="p x p keeps the order (p >= 0)",
        also=["said"],
    )
    head("softmax-exp", sm(lambda g, p: g.op("Exp", p)), probabilities=p, why="Exp keeps the order")
    head(
        "softmax-round",
        sm(lambda g, p: g.op("Div", g.op("Round", g.op("Mul", p, f32(1000))), f32(1000))),
        probabilities=p,
        why="rounded to three digits: order kept, gradient zero; never an all-zero map",
        also=["said"],
    )
    head(
        "softmax-where-floor",
        sm(lambda g, p: g.op("Where", g.op("Less", p, f32(1e-6)), f32(1e-6), p)),
        probabilities=p,
        why="a floor written as Where",
        also=["said"],
    )
    head(
        "softmax-long-chain",
        sm(
            lambda g, p: g.op(
                "Identity",
                g.op(
                    "Reshape",
                    g.op(
                        "Mul", g.op("Log", g.op("Clip", g.op("Reshape", p, i64(-1, 1, 4)), f32(1e-8), f32(1))), f32(0.5)
                    ),
                    i64(0, 4),
                ),
            )
        ),
        probabilities=p,
        why="Reshape, Clip, Log, Mul, Reshape, Identity behind the Softmax",
    )
    head(
        "softmax-perclass-mul",
        sm(lambda g, p: g.op("Mul", p, np.array([[1.0, 2.0, 0.5, 1.5]], np.float32))),
        probabilities="none",
        expect="said",
        also=["ok"],
        why="prior correction per class changes the order: a value must be named (Softmax's input, or the output)",
    )
    head(
        "softmax-label-smoothing",
        sm(lambda g, p: g.op("Add", g.op("Mul", p, f32(0.9)), f32(0.025))),
        probabilities=p,
        why="0.9 p + 0.025 keeps the order",
    )
    head(
        "softmax-renormalised",
        sm(lambda g, p: g.op("Div", p, reduce_sum(g, p))),
        probabilities=p,
        why="divided by its own sum, which is 1",
        also=["said"],
    )
    head(
        "softmax-saturated",
        softmax,
        gain=150,
        probabilities=p,
        why="logits of hundreds: the gradient of the probability is zero",
    )
    head(
        "softmax-saturated-log",
        sm(lambda g, p: g.op("Log", g.op("Clip", p, f32(1e-7), f32(1)))),
        gain=150,
        probabilities=p,
        why="the same, Clip + Log behind",
    )


# -- sigmoids


def sigmoids():
    sig = lambda e: last("Gemm")(e).sigmoid()
    one = f32(1)
    head("sigmoid", lambda g, z: g.op("Sigmoid", z), probabilities=sig, why="multi-label")
    head("sigmoid-saturated", lambda g, z: g.op("Sigmoid", z), gain=150, probabilities=sig, why="multi-label, sure")
    head(
        "sigmoid-clip-reshape",
        lambda g, z: g.op("Reshape", g.op("Clip", g.op("Sigmoid", z), f32(0), one), i64(-1, 4)),
        probabilities=sig,
        why="Clip and Reshape behind",
    )
    head("sigmoid-log", lambda g, z: g.op("Log", g.op("Sigmoid", z)), probabilities=sig, why="log-sigmoid as two nodes")
    head(
        "sigmoid-written-div",
        lambda g, z: g.op("Div", one, g.op("Add", one, g.op("Exp", g.op("Neg", z)))),
        probabilities=sig,
        why="1 / (1 + exp(-z))",
    )
    head(
        "sigmoid-written-reciprocal",
        lambda g, z: g.op("Reciprocal", g.op("Add", g.op("Exp", g.op("Neg", z)), one)),
        probabilities=sig,
        why="Reciprocal(exp(-z) + 1)",
    )
    head(
        "sigmoid-written-mul-minus-one",
        lambda g, z: g.op("Div", one, g.op("Add", one, g.op("Exp", g.op("Mul", z, f32(-1))))),
        probabilities=sig,
        why="the minus as Mul(-1)",
    )
    head(
        "sigmoid-written-sub-zero",
        lambda g, z: g.op("Pow", g.op("Add", one, g.op("Exp", g.op("Sub", f32(0), z))), f32(-1)),
        probabilities=sig,
        why="0 - z and Pow(-1)",
        also=["said"],
    )

    def exp_over(g, z):
        e = g.op("Exp", z)
        return g.op("Div", e, g.op("Add", e, one))

    head("sigmoid-written-exp-over", exp_over, probabilities=sig, why="exp(z) / (exp(z) + 1)", also=["said"])
    head(
        "sigmoid-as-tanh",
        lambda g, z: g.op("Add", g.op("Mul", g.op("Tanh", g.op("Mul", z, f32(0.5))), f32(0.5)), f32(0.5)),
        probabilities=sig,
        expect="ok",
        why="0.5 tanh(z/2) + 0.5; the logit is z (z/2 gives the same normalised maps)",
        also=["said"],
    )
    hs = lambda e: (last("Gemm")(e) * 0.2 + 0.5).clamp(0, 1)
    head(
        "hardsigmoid",
        lambda g, z: g.op("HardSigmoid", z),
        probabilities=hs,
        why="bounded by an operator: its input; probabilities are the head's own",
    )
    head(
        "hardsigmoid-written",
        lambda g, z: g.op("Clip", g.op("Add", g.op("Mul", z, f32(0.2)), f32(0.5)), f32(0), one),
        probabilities=hs,
        expect="ok",
        also=["said"],
        why="clip(0.2 z + 0.5): the logit is z, or 0.2 z + 0.5 (same normalised maps)",
    )
    ls = dict(probabilities=sig)
    head(
        "logsigmoid-softplus",
        lambda g, z: g.op("Neg", g.op("Softplus", g.op("Neg", z))),
        why="-softplus(-z) is log-sigmoid",
        also=["said"],
        **ls,
    )
    head(
        "logsigmoid-written",
        lambda g, z: g.op("Neg", g.op("Log", g.op("Add", one, g.op("Exp", g.op("Neg", z))))),
        why="-log(1 + exp(-z))",
        also=["said"],
        **ls,
    )
    head(
        "sigmoid-temperature",
        lambda g, z: (lambda t: {"output": g.op("Sigmoid", t), "logits": t, "probabilities": lambda e: e[t].sigmoid()})(
            g.op("Div", z, f32(2))
        ),
        why="the logit is what the Sigmoid is given",
    )
    head(
        "sigmoid-then-softmax",
        lambda g, z: softmax(g, g.op("Sigmoid", z)),
        expect="said",
        probabilities="none",
        why="an error people make: Softmax of Sigmoids; a line must name the value explained (z, or the Sigmoid)",
    )
    head(
        "sigmoid-of-concat",
        lambda g, z: g.op("Sigmoid", z),
        probabilities=lambda e: last("Concat")(e).sigmoid(),
        before=lambda g, layer: (lambda p: g.op("Concat", g.gemm(p, C, 1), g.gemm(p, C, 2), g.gemm(p, C, 1), axis=1))(
            g.pooled(layer)
        ),
        why="one linear layer per label, joined, then Sigmoid",
    )
    head(
        "concat-of-sigmoids",
        lambda g, z: g.op(
            "Concat", *[g.op("Sigmoid", s) for s in g.op("Split", z, i64(1, 1, 1, 1), outs=4, axis=1)], axis=1
        ),
        probabilities=sig,
        expect="ok",
        also=["said"],
        why="a Sigmoid per label, then Concat: bounded in every branch; silence with the probability is wrong",
    )


# -- other ends


def others():
    p = lambda e: last("Gemm")(e).softmax(1)
    head(
        "softmax-twice",
        lambda g, z: softmax(g, softmax(g, z)),
        expect="said",
        also=["ok"],
        probabilities="none",
        why="an error people make: the inner logits are the logit; a line is the careful answer",
    )
    head(
        "softmax-wrong-axis",
        lambda g, z: g.op("Softmax", z, axis=0),
        expect="refused",
        also=["said"],
        probabilities="none",
        why="Softmax over the batch: the scores of one image depend on the others",
    )
    head(
        "l2norm-scale",
        lambda g, z: itself(g.op("Mul", g.op("LpNormalization", z, axis=1, p=2), f32(16))),
        expect="said",
        probabilities="none",
        also=["ok"],
        why="bounded to a sphere of radius 16: which value is explained must be said",
    )

    def cosine(g, layer):
        v = g.pooled(layer)
        n = g.op("Div", v, g.op("Clip", g.op("ReduceL2", v, axes=[1], keepdims=1), f32(1e-12)))
        w = g.weights(CLASSES, C)
        return g.op(
            "Mul", g.op("MatMul", n, np.ascontiguousarray((w / np.linalg.norm(w, axis=1, keepdims=True)).T)), f32(20)
        )

    head(
        "cosine-softmax",
        softmax,
        before=cosine,
        probabilities=lambda e: last("Mul")(e).softmax(1),
        why="cosine x 20, Softmax: its input is the logit",
    )
    head(
        "cosine-plain",
        lambda g, z: z,
        before=cosine,
        expect="said",
        also=["ok"],
        probabilities="none",
        why="cosine x 20 without Softmax: bounded by the norm, the output is explained",
    )
    head(
        "tanh",
        lambda g, z: g.op("Tanh", z),
        expect="said",
        also=["ok"],
        probabilities="none",
        why="bounded by Tanh: its input, or a line",
    )
    head(
        "tanh-saturated",
        lambda g, z: g.op("Tanh", z),
        gain=150,
        expect="said",
        also=["ok"],
        probabilities="none",
        why="the same, saturated: an all-zero map in silence is wrong",
    )
    head(
        "softsign",
        lambda g, z: g.op("Softsign", z),
        expect="said",
        also=["ok"],
        probabilities="none",
        why="bounded by Softsign",
    )
    head(
        "erf",
        lambda g, z: g.op("Erf", z),
        expect="said",
        also=["ok"],
        probabilities="none",
        why="bounded by Erf (probit heads)",
    )
    head(
        "softplus",
        lambda g, z: g.op("Softplus", z),
        expect="said",
        also=["ok"],
        probabilities="none",
        why="bounded below (evidence of a Dirichlet head)",
    )
    head(
        "relu-on-scores",
        lambda g, z: g.op("Relu", z),
        expect="said",
        also=["ok"],
        probabilities="none",
        why="scores cut at zero",
    )
    head(
        "clip-logits",
        lambda g, z: g.op("Clip", z, f32(-2), f32(2)),
        expect="said",
        also=["ok"],
        probabilities="none",
        why="logits clipped to -2..2: the gradient vanishes outside",
    )
    head(
        "minmax-normalised",
        lambda g, z: itself(
            g.op(
                "Div",
                g.op("Sub", z, g.op("ReduceMin", z, axes=[1], keepdims=1)),
                g.op("Sub", g.op("ReduceMax", z, axes=[1], keepdims=1), g.op("ReduceMin", z, axes=[1], keepdims=1)),
            )
        ),
        expect="said",
        probabilities="none",
        why="min-max normalised over the classes: bounded in an unrecognised way",
    )
    head(
        "l1-normalised-relu",
        lambda g, z: (lambda r: itself(g.op("Div", r, g.op("Add", reduce_sum(g, r), f32(0.5)))))(g.op("Relu", z)),
        expect="said",
        probabilities="none",
        why="Relu / sum: bounded in an unrecognised way",
    )
    head(
        "sparsemax-like",
        lambda g, z: itself(g.op("Relu", g.op("Sub", z, g.op("ReduceMean", z, axes=[1], keepdims=1)))),
        expect="said",
        probabilities="none",
        why="Relu(z - mean z)",
    )

    def drop(g, z, op):
        s = softmax(g, z)
        out = g.op("Slice", s, i64(1), i64(5), i64(1)) if op == "Slice" else g.op("Gather", s, i64(1, 2, 3, 4), axis=1)
        return {"output": out, "logits": lambda e: e[z][:, 1:], "probabilities": out}

    head(
        "softmax-slice-background",
        lambda g, z: drop(g, z, "Slice"),
        classes=5,
        also=["said"],
        why="background dropped by Slice: logits are the Softmax's input without class 0; probabilities are the head's own (they sum to less than 1)",
    )
    head(
        "softmax-gather-background",
        lambda g, z: drop(g, z, "Gather"),
        classes=5,
        also=["said"],
        why="the same by Gather",
    )

    def order(g, z):
        out = g.op("Gather", softmax(g, z), i64(2, 0, 3, 1), axis=1)
        return {"output": out, "logits": lambda e: e[z][:, [2, 0, 3, 1]], "probabilities": out}

    head(
        "softmax-gather-reordered",
        order,
        also=["said"],
        why="classes put in another order behind the Softmax: logit c belongs to output c",
    )

    def sliced_before(g, z):
        t = g.op("Slice", z, i64(1), i64(5), i64(1))
        return {"output": softmax(g, t), "logits": t}

    head("slice-before-softmax", sliced_before, classes=5, why="the background dropped before the Softmax")

    def pairs(g, z):
        x = g.op("Reshape", z, i64(-1, 4, 2))
        out = g.op("Gather", g.op("Softmax", x, axis=2), np.array(1, np.int64), axis=2)
        return {"output": out, "logits": lambda e: e[x][:, :, 1] - e[x][:, :, 0], "probabilities": out}

    head(
        "softmax-pairs-gather",
        pairs,
        classes=8,
        expect="said",
        also=["ok"],
        why="one Softmax per class over (no, yes), the yes taken: the log-odds yes - no are the logit; the yes score alone only with a line",
    )
    head(
        "softmax-pairs",
        lambda g, z: g.op("Softmax", g.op("Reshape", z, i64(-1, 4, 2)), axis=2),
        classes=8,
        shape=("N", 4, 2),
        expect="refused",
        also=["said"],
        probabilities="none",
        why="[N,4,2]: two scores per class",
    )
    head(
        "argmax-only",
        lambda g, z: g.op("ArgMax", z, axis=1, keepdims=0),
        shape=("N",),
        dtype=TensorProto.INT64,
        expect="refused",
        also=["said"],
        probabilities="none",
        why="the only output is the label: no score per class is given (the value before ArgMax may be offered)",
    )
    head(
        "topk-values-only",
        lambda g, z: g.op("TopK", softmax(g, z), i64(4), outs=2, axis=1)[0],
        shape=("N", 4),
        expect="refused",
        also=["said"],
        probabilities="none",
        why="sorted values: position c is not class c; taken for class scores in silence is wrong",
    )
    head(
        "one-hot",
        lambda g, z: g.op("Cast", g.op("Equal", z, g.op("ReduceMax", z, axes=[1], keepdims=1)), to=1),
        expect="said",
        also=["refused", "ok"],
        probabilities="none",
        why="a one-hot decision has no gradient: an all-zero map in silence is wrong",
    )
    head(
        "neg-logits",
        lambda g, z: itself(g.op("Neg", z)),
        expect="ok",
        also=["said"],
        why="the output -z is the score as the file gives it: a linear layer with turned weights",
    )
    neg = lambda z: (lambda e: -e[z])
    head(
        "neg-softmax",
        lambda g, z: {"output": g.op("Neg", softmax(g, z)), "logits": neg(z), "probabilities": "none"},
        expect="said",
        also=["refused"],
        why="-p turns the order round: z must not be taken in silence",
    )
    head(
        "one-minus-softmax",
        lambda g, z: {"output": g.op("Sub", f32(1), softmax(g, z)), "logits": neg(z), "probabilities": "none"},
        expect="said",
        also=["refused"],
        why="1 - p turns the order round",
    )
    head(
        "neg-logsoftmax",
        lambda g, z: {"output": g.op("Neg", g.op("LogSoftmax", z, axis=1)), "logits": neg(z), "probabilities": "none"},
        expect="said",
        also=["refused"],
        why="surprisal: the largest output is the least likely class",
    )
    head(
        "one-minus-sigmoid",
        lambda g, z: {
            "output": g.op("Sub", f32(1), g.op("Sigmoid", z)),
            "logits": neg(z),
            "probabilities": lambda e: (-e[z]).sigmoid(),
        },
        expect="ok",
        also=["said", "refused"],
        why="1 - sigmoid(z) = sigmoid(-z): the logit is -z",
    )
    head(
        "softmax-of-neg",
        lambda g, z: (lambda t: {"output": softmax(g, t), "logits": t})(g.op("Neg", z)),
        why="distances: Softmax(-d), its input -d is the logit",
    )
    head(
        "reciprocal-softmax",
        lambda g, z: {"output": g.op("Reciprocal", softmax(g, z)), "logits": neg(z), "probabilities": "none"},
        expect="said",
        also=["refused"],
        why="1/p turns the order round",
    )
    head(
        "softmax-mul-negative",
        lambda g, z: {"output": g.op("Mul", softmax(g, z), f32(-100)), "logits": neg(z), "probabilities": "none"},
        expect="said",
        also=["refused"],
        why="times -100 turns the order round",
    )
    head(
        "neg-twice",
        lambda g, z: g.op("Neg", g.op("Neg", softmax(g, z))),
        probabilities=p,
        also=["said"],
        why="turned round twice: the order is kept",
    )
    head(
        "mixture-softmaxes",
        lambda g, z: (lambda a, b: itself(g.op("Mul", g.op("Add", softmax(g, a), softmax(g, b)), f32(0.5))))(
            z, g.op("Mul", z, f32(0.3))
        ),
        expect="said",
        probabilities="none",
        why="mean of two Softmaxes (an ensemble): no one logit; which value is explained must be said",
    )
    head(
        "softmax-times-gate",
        lambda g, z: itself(g.op("Mul", softmax(g, z), g.op("Sigmoid", z))),
        expect="said",
        probabilities="none",
        why="Softmax x Sigmoid (objectness): which value is explained must be said",
    )
    head(
        "adaptive-temperature",
        lambda g, z: (lambda t: {"output": softmax(g, t), "logits": t})(
            g.op("Div", z, g.op("Add", g.op("Softplus", g.op("ReduceMean", z, axes=[1], keepdims=1)), f32(1)))
        ),
        why="an input-dependent temperature: the Softmax's input is the logit",
    )


# -- one score


def single():
    def one(name, tail, why, shape=("N", 1), before=None, sigmoid=True, **more):
        zname = {}

        def wrapped(g, z):
            zname["z"] = z
            out = tail(g, z)
            return out if isinstance(out, dict) else {"output": out, "logits": z}

        head(
            name,
            wrapped,
            classes=1,
            shape=shape,
            before=before,
            two_way=True,
            why=why,
            probabilities=more.pop(
                "probabilities",
                lambda e: (
                    e[zname["z"]].flatten(1).sigmoid() if e[zname["z"]].dim() > 1 else e[zname["z"]][:, None].sigmoid()
                ),
            ),
            **more,
        )

    conv1 = lambda g, layer: g.conv(g.op("GlobalAveragePool", layer), C, 1, k=1, gain=3)
    one("single-sigmoid", lambda g, z: g.op("Sigmoid", z), "logits -z and z, probabilities 1-p and p")
    one("single-logit", lambda g, z: z, "no Sigmoid: -z and z")
    one(
        "single-sigmoid-squeezed",
        lambda g, z: g.op("Squeeze", g.op("Sigmoid", z), i64(1)),
        "[N] behind a Sigmoid",
        shape=("N",),
    )
    one(
        "single-squeezed-sigmoid",
        lambda g, z: g.op("Sigmoid", g.op("Squeeze", z, i64(1))),
        "Squeeze first, then Sigmoid",
        shape=("N",),
    )
    one("single-logit-flat", lambda g, z: g.op("Reshape", z, i64(-1)), "[N], no Sigmoid", shape=("N",))
    one("single-4d-sigmoid", lambda g, z: g.op("Sigmoid", z), "[N,1,1,1]", shape=("N", 1, 1, 1), before=conv1)
    one("single-4d-logit", lambda g, z: z, "[N,1,1,1] without Sigmoid", shape=("N", 1, 1, 1), before=conv1)
    one(
        "single-4d-squeezed",
        lambda g, z: g.op("Squeeze", g.op("Sigmoid", z), i64(1, 2, 3)),
        "[N,1,1,1] squeezed to [N]",
        shape=("N",),
        before=conv1,
    )
    one(
        "single-sigmoid-written",
        lambda g, z: g.op("Div", f32(1), g.op("Add", f32(1), g.op("Exp", g.op("Neg", z)))),
        "Sigmoid written out",
    )
    one("single-sigmoid-clip", lambda g, z: g.op("Clip", g.op("Sigmoid", z), f32(1e-7), f32(1)), "Sigmoid, Clip")
    one(
        "single-softplus",
        lambda g, z: g.op("Softplus", z),
        "Softplus (a rate): said",
        expect="said",
        also=["ok"],
        probabilities="none",
    )
    one(
        "single-tanh",
        lambda g, z: g.op("Tanh", z),
        "Tanh on one score (hinge): said, or its input",
        expect="said",
        also=["ok"],
        probabilities="none",
    )
    one(
        "single-softmax",
        lambda g, z: softmax(g, z),
        "an error people make: a Softmax over one class is always 1; p = 1 in silence is wrong",
        expect="said",
        also=["refused"],
        probabilities="none",
    )
    one(
        "single-one-minus-sigmoid",
        lambda g, z: {"output": g.op("Sub", f32(1), g.op("Sigmoid", z)), "logits": lambda e: -e[z]},
        "1 - sigmoid(z): the score is -z",
        also=["said", "refused"],
        probabilities=lambda e: (-last("Gemm")(e)).sigmoid(),
    )

    def both(order):
        def tail(g, z):
            p = g.op("Sigmoid", z)
            q = g.op("Sub", f32(1), p)
            out = g.op("Concat", *((q, p) if order == "not-first" else (p, q)), axis=1)
            sign = 1 if order == "not-first" else -1
            return {"output": out, "logits": lambda e: sign * torch.cat([-e[z], e[z]], 1)}

        return tail

    pz = lambda sign: (
        lambda e: torch.cat([(-sign * last("Gemm")(e)).sigmoid(), (sign * last("Gemm")(e)).sigmoid()], 1)
    )
    one(
        "concat-1-p-and-p",
        both("not-first"),
        "[1-p, p] of one Sigmoid: two classes with logits of -z and z (up to a factor); silence with p as logit is wrong",
        shape=("N", 2),
        expect="said",
        also=["ok"],
        probabilities=pz(1),
    )
    one(
        "concat-p-and-1-p",
        both("yes-first"),
        "the same, yes first",
        shape=("N", 2),
        expect="said",
        also=["ok"],
        probabilities=pz(-1),
    )

    def logit_pair(g, z):
        out = softmax(g, g.op("Concat", g.op("Neg", z), z, axis=1))
        return {"output": out, "logits": lambda e: torch.cat([-e[z], e[z]], 1), "probabilities": out}

    one(
        "softmax-of-pair",
        logit_pair,
        "Softmax over (-z, z): ordinary two-class network",
        shape=("N", 2),
        probabilities=lambda e: torch.cat([(-2 * last("Gemm")(e)).sigmoid(), (2 * last("Gemm")(e)).sigmoid()], 1),
    )


def write():
    for part in (one_operator, written, around, sigmoids, others, single):
        part()
