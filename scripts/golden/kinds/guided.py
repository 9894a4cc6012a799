"""Guided backprop and deconvnet: they treat a nonlinearity exactly as a ReLU, pass it through, or refuse.

`guided.expect`: `handled` (`guided` and `deconvnet` hold the maps of logit 0: largest absolute value over the channels)
or `refused`, where a message names `operator`; `also`: as good.
"""

import numpy as np

from graph import PLACES, SIDE, C, Graph, f32, i64, relu
from layers import excite
from record import record


def build(act, where):
    """A network with `act` in place of the middle (`middle`) or last activation; `extra` adds an operator after it."""
    g = Graph(seed=41)
    x = relu(g, g.conv(g.input, 3, 4, stride=2))
    y = g.conv(x, 4, C, stride=2)
    mid = act(g, y) if where == "middle" else relu(g, y)
    y = g.conv(mid, C, C)
    layer = act(g, y) if where == "last" else relu(g, y)
    z = g.gemm(g.pooled(layer), C, 4)
    g.output(z, ("N", 4))
    return g, layer, z


def save(name, act, expect, operator, why, where="middle", twin=False, also=(), **more):
    g, layer, z = build(act, where)
    guided = {"expect": expect, "operator": operator}
    if also:
        guided["also"] = list(also)
    if twin:
        other = build(relu, where)
        guided["twin"] = (other[0], other[2])
    record(name, g, logits=z, layer=layer, why=why, guided=guided, **more)


def written_relus():
    zero = f32(0)
    forms = {
        "max-zero": (lambda g, x: g.op("Max", x, zero), "handled", (), "Max"),
        "max-zero-first": (lambda g, x: g.op("Max", zero, x), "handled", (), "Max"),
        "max-zeros-tensor": (
            lambda g, x: g.op("Max", x, np.zeros((1, C, 1, 1), np.float32)),
            "handled",
            ("refused",),
            "Max",
        ),
        "clip-zero-inf": (lambda g, x: g.op("Clip", x, zero), "handled", (), "Clip"),
        "clip-zero-3e38": (lambda g, x: g.op("Clip", x, zero, f32(3.4028234e38)), "handled", (), "Clip"),
        "where": (lambda g, x: g.op("Where", g.op("Greater", x, zero), x, zero), "refused", ("handled",), "Where"),
        "where-less": (lambda g, x: g.op("Where", g.op("Less", x, zero), zero, x), "refused", ("handled",), "Where"),
        "absavg": (lambda g, x: g.op("Mul", g.op("Add", x, g.op("Abs", x)), f32(0.5)), "refused", ("handled",), "Abs"),
        "absavg-div": (
            lambda g, x: g.op("Div", g.op("Add", g.op("Abs", x), x), f32(2)),
            "refused",
            ("handled",),
            "Abs",
        ),
        "x-times-mask": (
            lambda g, x: g.op("Mul", x, g.op("Cast", g.op("Greater", x, zero), to=1)),
            "refused",
            ("handled",),
            "Mul",
        ),
        "x-times-heaviside": (
            lambda g, x: g.op("Mul", x, g.op("Clip", g.op("Sign", x), zero, f32(1))),
            "refused",
            ("handled",),
            "Sign",
        ),
        "neg-min": (lambda g, x: g.op("Neg", g.op("Min", g.op("Neg", x), zero)), "refused", ("handled",), "Min"),
        "x-minus-min": (lambda g, x: g.op("Sub", x, g.op("Min", x, zero)), "refused", ("handled",), "Min"),
        "leaky-zero": (lambda g, x: g.op("LeakyRelu", x, alpha=0.0), "refused", ("handled",), "LeakyRelu"),
        "prelu-zero": (
            lambda g, x: g.op("PRelu", x, np.zeros((C, 1, 1), np.float32)),
            "refused",
            ("handled",),
            "PRelu",
        ),
        "thresholded-zero": (
            lambda g, x: g.op("ThresholdedRelu", x, alpha=0.0),
            "refused",
            ("handled",),
            "ThresholdedRelu",
        ),
        "sqrt-square": (
            lambda g, x: g.op("Mul", g.op("Add", x, g.op("Sqrt", g.op("Mul", x, x))), f32(0.5)),
            "refused",
            (),
            "Sqrt",
        ),
        "relu-twice": (lambda g, x: g.op("Relu", g.op("Relu", x)), "handled", (), "Relu"),
    }
    for kind, (act, expect, also, operator) in forms.items():
        save(
            "relu-" + kind,
            act,
            expect,
            operator,
            f"a ReLU in other words ({kind}): never the plain gradient in silence",
            twin=kind != "relu-twice",
            also=also,
            tolerance=2e-4,
        )


def nonlinear():
    forms = {
        "leakyrelu": (lambda g, x: g.op("LeakyRelu", x, alpha=0.1), "LeakyRelu"),
        "prelu": (lambda g, x: g.op("PRelu", x, np.full((C, 1, 1), 0.2, np.float32)), "PRelu"),
        "elu": (lambda g, x: g.op("Elu", x), "Elu"),
        "selu": (lambda g, x: g.op("Selu", x), "Selu"),
        "softplus": (lambda g, x: g.op("Softplus", x), "Softplus"),
        "abs": (lambda g, x: g.op("Abs", x), "Abs"),
        "sqrt": (lambda g, x: g.op("Sqrt", g.op("Relu", g.op("Add", x, f32(3)))), "Sqrt"),
        "sin": (lambda g, x: g.op("Sin", x), "Sin"),
        "cos": (lambda g, x: g.op("Cos", x), "Cos"),
        "square-mul": (lambda g, x: g.op("Mul", x, x), "Mul"),
        "pow2": (lambda g, x: g.op("Pow", x, f32(2)), "Pow"),
        "min-zero": (lambda g, x: g.op("Min", x, f32(0)), "Min"),
        "min-one": (lambda g, x: g.op("Min", x, f32(1)), "Min"),
        "max-half": (lambda g, x: g.op("Max", x, f32(0.5)), "Max"),
        "sigmoid": (lambda g, x: g.op("Sigmoid", x), "Sigmoid"),
        "tanh": (lambda g, x: g.op("Tanh", x), "Tanh"),
        "silu": (lambda g, x: g.op("Mul", x, g.op("Sigmoid", x)), "Sigmoid"),
        "hardswish": (lambda g, x: g.op("HardSwish", x), "HardSwish"),
        "hardsigmoid-gate": (lambda g, x: g.op("Mul", x, g.op("HardSigmoid", x)), "HardSigmoid"),
        "gelu-erf": (
            lambda g, x: g.op(
                "Mul", g.op("Mul", x, f32(0.5)), g.op("Add", g.op("Erf", g.op("Div", x, f32(2**0.5))), f32(1))
            ),
            "Erf",
        ),
        "exp": (lambda g, x: g.op("Exp", g.op("Mul", x, f32(0.2))), "Exp"),
        "log": (lambda g, x: g.op("Log", g.op("Add", g.op("Relu", x), f32(1))), "Log"),
        "clip-minus-one-one": (lambda g, x: g.op("Clip", x, f32(-1), f32(1)), "Clip"),
        "thresholdedrelu": (lambda g, x: g.op("ThresholdedRelu", x, alpha=0.3), "ThresholdedRelu"),
        "reciprocal": (lambda g, x: g.op("Reciprocal", g.op("Add", g.op("Relu", x), f32(1))), "Reciprocal"),
        "div-by-data": (lambda g, x: g.op("Div", x, g.op("Add", g.op("Relu", x), f32(1))), "Div"),
        "softsign": (lambda g, x: g.op("Softsign", x), "Softsign"),
        "se-gate": (lambda g, x: excite(g, g.op("Relu", x)), "Sigmoid"),
        "se-gate-no-sigmoid": (lambda g, x: g.op("Mul", x, g.op("GlobalAveragePool", x)), "Mul"),
        "softmax-channels": (lambda g, x: g.op("Softmax", x, axis=1), "Softmax"),
        "l2norm": (lambda g, x: g.op("LpNormalization", x, axis=1, p=2), "LpNormalization"),
        "l2norm-written": (lambda g, x: g.op("Div", x, g.op("ReduceL2", x, axes=[1], keepdims=1)), "ReduceL2"),
        "maxout": (
            lambda g, x: (lambda s: g.op("Concat", g.op("Max", *s), g.op("Max", *s), axis=1))(
                g.op("Split", x, i64(C // 2, C // 2), outs=2, axis=1)
            ),
            "Max",
        ),
        "spatial-attention": (
            lambda g, x: g.op(
                "Mul",
                x,
                g.op(
                    "Reshape",
                    g.op("Softmax", g.op("Reshape", g.conv(x, C, 1, k=1), i64(0, 1, PLACES)), axis=2),
                    i64(0, 1, SIDE, SIDE),
                ),
            ),
            "Softmax",
        ),
        "matmul-of-data": (lambda g, x: g.op("MatMul", x, g.op("Transpose", x, perm=[0, 1, 3, 2])), "MatMul"),
        "reducel2-pool": (lambda g, x: g.op("Add", x, g.op("ReduceL2", x, axes=[2, 3], keepdims=1)), "ReduceL2"),
        "reduce-sumsquare": (
            lambda g, x: g.op("Sub", x, g.op("ReduceSumSquare", x, axes=[1], keepdims=1)),
            "ReduceSumSquare",
        ),
        "where-on-other-data": (
            lambda g, x: g.op("Where", g.op("Greater", x, f32(0)), x, g.op("Mul", x, f32(0.1))),
            "Where",
        ),
        "topk-mask": (
            lambda g, x: g.op(
                "Mul", x, g.op("Cast", g.op("Greater", x, g.op("ReduceMean", x, axes=[1], keepdims=1)), to=1)
            ),
            "Mul",
        ),
        "mish-op": (lambda g, x: g.op("Mul", x, g.op("Tanh", g.op("Softplus", x))), "Softplus"),
    }
    for kind, (act, operator) in forms.items():
        save("non-" + kind, act, "refused", operator, f"{operator}: a nonlinearity without a guided rule")
    steps = {
        "sign": (lambda g, x: g.op("Add", x, g.op("Sign", x)), "Sign"),
        "floor": (lambda g, x: g.op("Sub", x, g.op("Floor", x)), "Floor"),
        "round": (lambda g, x: g.op("Add", x, g.op("Round", x)), "Round"),
    }
    for kind, (act, operator) in steps.items():
        save(
            "non-" + kind,
            act,
            "refused",
            operator,
            f"{operator} has no gradient of use: refused (as an operator without gradient is fine too)",
        )
    save(
        "relu6",
        lambda g, x: g.op("Clip", x, f32(0), f32(6)),
        "handled",
        "Clip",
        "ReLU6: the rule with the gate 0 < x < 6; none of these values reaches 6",
        also=("refused",),
        twin=True,
    )
    save(
        "relu6-bites",
        lambda g, x: g.op("Clip", x, f32(0), f32(0.5)),
        "handled",
        "Clip",
        "a Clip(0, 0.5) that bites above: gated on both sides",
        also=("refused",),
    )
    save(
        "lrn",
        lambda g, x: g.op("LRN", g.op("Relu", x), size=3, alpha=0.1),
        "handled",
        "LRN",
        "LRN passes its plain gradient, as published code has it (docs)",
        also=("refused",),
    )
    save(
        "instancenorm",
        lambda g, x: relu(g, g.op("InstanceNormalization", x, np.ones(C, np.float32), np.zeros(C, np.float32))),
        "refused",
        "InstanceNormalization",
        "normalised by its own statistics: nonlinear",
        also=("handled",),
    )


def linear():
    forms = {
        "batchnorm": lambda g, x: relu(
            g,
            g.op("BatchNormalization", x, g.weights(C) + 1, g.weights(C), g.weights(C) * 0.1, np.abs(g.weights(C)) + 1),
        ),
        "sub-const": lambda g, x: relu(g, g.op("Sub", x, g.weights(C, 1, 1))),
        "const-sub": lambda g, x: relu(g, g.op("Sub", f32(0.2), x)),
        "neg": lambda g, x: relu(g, g.op("Neg", x)),
        "div-const": lambda g, x: relu(g, g.op("Div", x, f32(3))),
        "mul-const": lambda g, x: relu(g, g.op("Mul", g.weights(C, 1, 1), x)),
        "avgpool": lambda g, x: g.op("AveragePool", relu(g, x), kernel_shape=[3, 3], pads=[1] * 4, strides=[1, 1]),
        "maxpool": lambda g, x: g.op("MaxPool", relu(g, x), kernel_shape=[3, 3], pads=[1] * 4, strides=[1, 1]),
        "pad": lambda g, x: relu(g, g.op("Pad", x, i64(0, 0, 1, 1, 0, 0, 1, 1))),
        "resize-nearest": lambda g, x: relu(g, g.op("Resize", x, "", f32(1, 1, 2, 2), mode="nearest")),
        "resize-linear": lambda g, x: relu(g, g.op("Resize", x, "", f32(1, 1, 2, 2), mode="linear")),
        "slice-concat": lambda g, x: relu(
            g,
            g.op(
                "Concat",
                g.op("Slice", x, i64(C // 2), i64(C), i64(1)),
                g.op("Slice", x, i64(0), i64(C // 2), i64(1)),
                axis=1,
            ),
        ),
        "split-sum": lambda g, x: (lambda s: relu(g, g.op("Concat", g.op("Sum", *s), g.op("Sub", *s), axis=1)))(
            g.op("Split", x, i64(C // 2, C // 2), outs=2, axis=1)
        ),
        "mean-of-two": lambda g, x: relu(g, g.op("Mean", x, g.conv(x, C, C))),
        "channel-shuffle": lambda g, x: relu(
            g,
            g.op(
                "Reshape",
                g.op("Transpose", g.op("Reshape", x, i64(0, 2, C // 2, SIDE, SIDE)), perm=[0, 2, 1, 3, 4]),
                i64(0, C, SIDE, SIDE),
            ),
        ),
        "gather": lambda g, x: relu(g, g.op("Gather", x, i64(*range(C - 1, -1, -1)), axis=1)),
        "reducemean-subtracted": lambda g, x: relu(g, g.op("Sub", x, g.op("ReduceMean", x, axes=[1], keepdims=1))),
        "reducesum-added": lambda g, x: relu(g, g.op("Add", x, g.op("ReduceSum", x, i64(2, 3), keepdims=1))),
        "space-to-depth-and-back": lambda g, x: relu(
            g, g.op("DepthToSpace", g.op("SpaceToDepth", x, blocksize=2), blocksize=2)
        ),
        "convtranspose": lambda g, x: relu(
            g, g.op("ConvTranspose", x, g.weights(C, C, 2, 2), kernel_shape=[2, 2], strides=[2, 2])
        ),
        "matmul-const": lambda g, x: relu(g, g.op("MatMul", x, g.weights(SIDE, SIDE))),
        "nhwc-dense": lambda g, x: relu(
            g,
            g.op(
                "Transpose", g.op("MatMul", g.op("Transpose", x, perm=[0, 2, 3, 1]), g.weights(C, C)), perm=[0, 3, 1, 2]
            ),
        ),
        "identity-dropout": lambda g, x: g.op("Dropout", g.op("Identity", relu(g, x))),
        "cast-double": lambda g, x: relu(g, g.op("Cast", g.op("Cast", x, to=11), to=1)),
        "tile-slice": lambda g, x: relu(g, g.op("Slice", g.op("Tile", x, i64(1, 1, 2, 1)), i64(2), i64(6), i64(2))),
        "expand": lambda g, x: relu(
            g, g.op("Add", x, g.op("Expand", g.op("GlobalAveragePool", x), i64(1, C, SIDE, SIDE)))
        ),
        "residual": lambda g, x: relu(g, g.op("Add", x, g.conv(relu(g, x), C, C))),
        "squeeze-unsqueeze": lambda g, x: relu(g, g.op("Squeeze", g.op("Unsqueeze", x, i64(0)), i64(0))),
        "bn-written": lambda g, x: relu(
            g,
            g.op(
                "Mul",
                g.op("Sub", x, g.weights(C, 1, 1)),
                g.op("Reciprocal", g.op("Sqrt", g.op("Add", np.abs(g.weights(C, 1, 1)) + 1, f32(1e-5)))),
            ),
        ),
        "exp-of-weight": lambda g, x: relu(g, g.op("Mul", x, g.op("Exp", g.weights(C, 1, 1) * 0.1))),
        "softmax-of-weight": lambda g, x: relu(g, g.op("Mul", x, g.op("Softmax", g.weights(C, 1, 1), axis=0))),
        "floor-in-shape": lambda g, x: relu(
            g,
            g.op(
                "Resize",
                x,
                "",
                "",
                g.op(
                    "Concat",
                    g.op("Slice", g.op("Shape", x), i64(0), i64(2), i64(0)),
                    g.op(
                        "Cast",
                        g.op(
                            "Floor",
                            g.op(
                                "Mul",
                                g.op("Cast", g.op("Slice", g.op("Shape", x), i64(2), i64(4), i64(0)), to=1),
                                f32(1.5),
                            ),
                        ),
                        to=7,
                    ),
                    axis=0,
                ),
                mode="nearest",
                coordinate_transformation_mode="asymmetric",
                nearest_mode="floor",
            ),
        ),
        "pow-one": lambda g, x: relu(g, g.op("Pow", x, f32(1))),
        "clip-open": lambda g, x: relu(g, g.op("Clip", x)),
        "conv1x1-chain": lambda g, x: relu(g, g.conv(g.conv(x, C, C, k=1), C, C, k=1)),
    }
    for kind, act in forms.items():
        more = {"also": ("refused",)} if kind == "pow-one" else {}
        save(
            "lin-" + kind,
            act,
            "handled",
            None,
            f"{kind}: linear (or a pooling), never refused",
            also=more.get("also", ()),
        )
    for kind, tail in (
        ("softmax-head", lambda g, z: g.op("Softmax", z, axis=1)),
        ("sigmoid-head", lambda g, z: g.op("Sigmoid", z)),
        ("softmax-log-head", lambda g, z: g.op("Log", g.op("Softmax", z, axis=1))),
    ):
        g, layer, z = build(relu, "middle")
        g.outputs.clear()
        g.output(tail(g, z), ("N", 4))
        record(
            "lin-" + kind,
            g,
            logits=z,
            layer=layer,
            probabilities="sigmoid" if kind == "sigmoid-head" else None,
            why="the tail is cut, so it is no nonlinearity of the score",
            guided={"expect": "handled", "operator": None},
        )
    g, layer, z = build(relu, "middle")
    g.output(g.op("Sigmoid", g.gemm(g.pooled(g.op("Tanh", layer)), C, 7)), ("N", 7))
    record(
        "lin-nonlinear-second-head",
        g,
        logits=z,
        layer=layer,
        why="nonlinearities of a head that is dropped",
        guided={"expect": "handled", "operator": None},
    )
    for kind, pool in (
        ("globalmaxpool", lambda g, x: g.op("GlobalMaxPool", x)),
        ("reducemax", lambda g, x: g.op("ReduceMax", x, axes=[2, 3], keepdims=1)),
    ):
        g = Graph(seed=41)
        layer = g.trunk()
        z = g.gemm(g.op("Flatten", pool(g, layer), axis=1), C, 4)
        g.output(z, ("N", 4))
        record(
            "lin-" + kind,
            g,
            logits=z,
            layer=layer,
            why="max pooling picks: handled as MaxPool is",
            guided={"expect": "handled", "operator": None, **({"also": ["refused"]} if kind == "reducemax" else {})},
        )
    g = Graph(seed=41)
    x = g.conv(relu(g, g.conv(g.input, 3, 4, stride=2)), 4, C, stride=2)
    r = relu(g, x)
    layer = g.op("Add", g.conv(r, C, C), r)
    z = g.gemm(g.pooled(layer), C, 4)
    g.output(z, ("N", 4))
    record(
        "relu-shared",
        g,
        logits=z,
        layer=layer,
        why="one Relu read twice (residual without activation): the rule applies to the sum of the gradients",
        guided={"expect": "handled", "operator": None},
    )


def write():
    written_relus()
    nonlinear()
    linear()
