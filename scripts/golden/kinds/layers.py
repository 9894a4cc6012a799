"""The default layer: all networks end in four logits; what makes the last spatial value changes."""

import numpy as np

from graph import PLACES, SIDE, C, Graph, f32, i64, picture, relu
from record import record


def finish(name, g, layer, z, why, **more):
    g.output(z, ("N", 4))
    record(name, g, logits=z, layer=layer, why=why, **more)


# -- the last activation


def layernorm_channels(g, x, c=C):
    t = g.op("Transpose", x, perm=[0, 2, 3, 1])
    t = g.op("LayerNormalization", t, g.weights(c) + 1, g.weights(c), axis=-1)
    return g.op("Transpose", t, perm=[0, 3, 1, 2])


def excite(g, x, c=C):
    s = g.op("GlobalAveragePool", x)
    s = g.op("Relu", g.conv(s, c, 4, k=1))
    return g.op("Mul", x, g.op("Sigmoid", g.conv(s, 4, c, k=1)))


ACTIVATIONS = {
    "relu": relu,
    "clip": lambda g, x: g.op("Clip", x, f32(0), f32(6)),
    "leakyrelu": lambda g, x: g.op("LeakyRelu", x, alpha=0.2),
    "prelu": lambda g, x: g.op("PRelu", x, np.full((C, 1, 1), 0.25, np.float32)),
    "elu": lambda g, x: g.op("Elu", x),
    "selu": lambda g, x: g.op("Selu", x),
    "celu": lambda g, x: g.op("Celu", x, alpha=0.7),
    "silu": lambda g, x: g.op("Mul", x, g.op("Sigmoid", x)),
    "silu-swapped": lambda g, x: g.op("Mul", g.op("Sigmoid", x), x),
    "swish-beta": lambda g, x: g.op("Mul", x, g.op("Sigmoid", g.op("Mul", x, f32(1.5)))),
    "hardswish": lambda g, x: g.op("HardSwish", x),
    "hardswish-written": lambda g, x: g.op(
        "Div", g.op("Mul", x, g.op("Clip", g.op("Add", x, f32(3)), f32(0), f32(6))), f32(6)
    ),
    "hardswish-hardsigmoid": lambda g, x: g.op("Mul", x, g.op("HardSigmoid", x, alpha=1 / 6, beta=0.5)),
    "mish": lambda g, x: g.op("Mul", x, g.op("Tanh", g.op("Softplus", x))),
    "gelu": lambda g, x: g.op(
        "Mul", g.op("Mul", x, g.op("Add", g.op("Erf", g.op("Div", x, f32(2**0.5))), f32(1))), f32(0.5)
    ),
    "gelu-tanh": lambda g, x: g.op(
        "Mul",
        g.op("Mul", x, f32(0.5)),
        g.op(
            "Add",
            f32(1),
            g.op(
                "Tanh",
                g.op(
                    "Mul",
                    f32(0.7978845608),
                    g.op("Add", x, g.op("Mul", f32(0.044715), g.op("Mul", x, g.op("Mul", x, x)))),
                ),
            ),
        ),
    ),
    "quickgelu": lambda g, x: g.op("Mul", x, g.op("Sigmoid", g.op("Mul", f32(1.702), x))),
    "tanh": lambda g, x: g.op("Tanh", x),
    "tanhshrink": lambda g, x: g.op("Sub", x, g.op("Tanh", x)),
    "softplus": lambda g, x: g.op("Softplus", x),
    "softplus-written": lambda g, x: g.op("Log", g.op("Add", g.op("Exp", x), f32(1))),
    "softsign": lambda g, x: g.op("Softsign", x),
    "sigmoid": lambda g, x: g.op("Sigmoid", x),
    "square": lambda g, x: g.op("Mul", x, x),
    "abs": lambda g, x: g.op("Abs", x),
    "thresholdedrelu": lambda g, x: g.op("ThresholdedRelu", x, alpha=0.1),
    "where": lambda g, x: g.op("Where", g.op("Greater", x, f32(0)), x, f32(0)),
    "x-times-mask": lambda g, x: g.op("Mul", x, g.op("Cast", g.op("Greater", x, f32(0)), to=1)),
    "relu-then-relu": lambda g, x: g.op("Relu", g.op("Add", g.op("Relu", x), f32(-0.05))),
    "l2norm": lambda g, x: g.op("Div", x, g.op("Clip", g.op("ReduceL2", x, axes=[1], keepdims=1), f32(1e-12))),
    "l2norm-expand": lambda g, x: g.op(
        "Div", x, g.op("Expand", g.op("Clip", g.op("ReduceL2", x, axes=[1], keepdims=1), f32(1e-12)), g.op("Shape", x))
    ),
    "lpnormalization": lambda g, x: g.op("LpNormalization", x, axis=1, p=2),
    "batchnorm-last": lambda g, x: g.op(
        "BatchNormalization",
        g.op("Relu", x),
        g.weights(C) + 1,
        g.weights(C),
        g.weights(C) * 0.1,
        np.abs(g.weights(C)) + 1,
    ),
    "instancenorm": lambda g, x: g.op("Relu", g.op("InstanceNormalization", x, g.weights(C) + 1, g.weights(C))),
    "layernorm-channels": lambda g, x: layernorm_channels(g, g.op("Relu", x)),
    "lrn": lambda g, x: g.op("LRN", g.op("Relu", x), size=5, alpha=1e-2),
    "channel-scale": lambda g, x: g.op("Mul", g.op("Relu", x), np.abs(g.weights(C)).reshape(1, C, 1, 1)),
    "affine-written": lambda g, x: g.op(
        "Add", g.op("Mul", g.op("Relu", x), np.abs(g.weights(C)).reshape(C, 1, 1)), g.weights(C).reshape(1, C, 1, 1)
    ),
    "se-last": lambda g, x: excite(g, g.op("Relu", x)),
    "eca-last": lambda g, x: (
        lambda r: g.op(
            "Mul",
            r,
            g.op(
                "Sigmoid",
                g.op(
                    "Unsqueeze",
                    g.op(
                        "Transpose",
                        g.op(
                            "Conv",
                            g.op("Transpose", g.op("Squeeze", g.op("GlobalAveragePool", r), i64(3)), perm=[0, 2, 1]),
                            g.weights(1, 1, 3),
                            pads=[1, 1],
                            kernel_shape=[3],
                        ),
                        perm=[0, 2, 1],
                    ),
                    i64(3),
                ),
            ),
        )
    )(g.op("Relu", x)),
    "spatial-gate": lambda g, x: (lambda r: g.op("Mul", r, g.op("Sigmoid", g.conv(r, C, 1, k=3))))(g.op("Relu", x)),
    "cbam-spatial": lambda g, x: (
        lambda r: g.op(
            "Mul",
            r,
            g.op(
                "Sigmoid",
                g.conv(
                    g.op(
                        "Concat",
                        g.op("ReduceMean", r, axes=[1], keepdims=1),
                        g.op("ReduceMax", r, axes=[1], keepdims=1),
                        axis=1,
                    ),
                    2,
                    1,
                    k=3,
                ),
            ),
        )
    )(g.op("Relu", x)),
    "softmax-over-channels": lambda g, x: g.op("Softmax", x, axis=1),
    "identity-droppath": lambda g, x: g.op("Identity", g.op("Relu", x)),
    "dropout-last": lambda g, x: g.op("Dropout", g.op("Relu", x)),
    "grn": lambda g, x: (
        lambda r: (
            lambda n: g.op(
                "Add",
                r,
                g.op("Mul", r, g.op("Div", n, g.op("Add", g.op("ReduceMean", n, axes=[1], keepdims=1), f32(1e-6)))),
            )
        )(g.op("ReduceL2", r, axes=[2, 3], keepdims=1))
    )(g.op("Relu", x)),
    "groupnorm-written": lambda g, x: g.op(
        "Relu",
        g.op(
            "Mul",
            g.op(
                "Reshape",
                g.op(
                    "InstanceNormalization",
                    g.op("Reshape", x, i64(0, 4, -1)),
                    np.ones(4, np.float32),
                    np.zeros(4, np.float32),
                ),
                g.op("Shape", x),
            ),
            np.abs(g.weights(C)).reshape(C, 1, 1),
        ),
    ),
}


def activations():
    notes = {
        "identity-droppath": ("Identity behind the Relu: either name holds the same value", True),
        "dropout-last": ("Dropout behind the Relu: either name holds the same value", True),
        "softmax-over-channels": ("a Softmax over the channels is a normalising operator of the map", False),
        "groupnorm-written": (
            "GroupNorm as exporters write it: Reshape, InstanceNormalization, Reshape, scale, Relu",
            False,
        ),
    }
    for kind, act in ACTIVATIONS.items():
        g = Graph(seed=31)
        layer = g.trunk(act=relu, last=act)
        _, z = g.logits(layer)
        why, also_named = notes.get(kind, (f"the last activation ({kind}) is the layer, before pooling", False))
        extra = (
            {"sameValue": [layer, g.nodes[[n.output[0] for n in g.nodes].index(layer)].input[0]]}
            if also_named
            else None
        )
        finish("act-" + kind, g, layer, z, why, extra=extra)
    for kind, opset, act in (
        ("mish-op", 18, lambda g, x: g.op("Mish", x)),
        ("gelu-op", 20, lambda g, x: g.op("Gelu", x)),
        ("relu-opset9-clip", 9, lambda g, x: g.op("Clip", x, min=0.0, max=6.0)),
    ):
        g = Graph(opset, seed=31)
        layer = g.trunk(act=relu, last=act)
        _, z = g.logits(layer)
        finish("act-" + kind, g, layer, z, f"the last activation as operator of opset {opset}")


def maxout_and_joins():
    g = Graph(seed=32)
    x = g.conv(g.trunk(), C, 2 * C)
    a, b = g.op("Split", x, i64(C, C), outs=2, axis=1)
    layer = g.op("Max", a, b)
    finish("maxout-split", g, layer, g.logits(layer)[1], "maxout of two halves")
    g = Graph(seed=32)
    x = g.conv(g.trunk(), C, 2 * C)
    layer = g.op("Max", g.op("Slice", x, i64(0), i64(C), i64(1)), g.op("Slice", x, i64(C), i64(2 * C), i64(1)))
    finish("maxout-slices", g, layer, g.logits(layer)[1], "maxout of two Slices")
    g = Graph(seed=32)
    x = g.conv(g.trunk(), C, 2 * C)
    a, b = g.op("Split", x, i64(C, C), outs=2, axis=1)
    layer = g.op("Mul", a, g.op("Sigmoid", b))
    finish("glu", g, layer, g.logits(layer)[1], "gated linear unit over the channels")
    g = Graph(seed=32)
    x = g.trunk()
    layer = g.op("Relu", g.op("Add", g.conv(x, C, C), x))
    finish("residual-relu", g, layer, g.logits(layer)[1], "residual sum, then Relu")
    g = Graph(seed=32)
    x = g.trunk()
    layer = g.op("Add", g.op("Relu", g.conv(x, C, C)), x)
    finish("residual-no-activation", g, layer, g.logits(layer)[1], "residual sum without activation")
    g = Graph(seed=32)
    x = g.trunk()
    layer = g.op("Sum", g.op("Relu", g.conv(x, C, C)), x, g.conv(x, C, C, k=1))
    finish("residual-sum-of-three", g, layer, g.logits(layer)[1], "Sum of three")
    g = Graph(seed=32)
    x = g.trunk()
    layer = g.op(
        "Concat",
        g.op("Relu", g.conv(x, C, C // 2, k=1)),
        g.op("Relu", g.conv(x, C, C // 4)),
        g.op("Relu", g.conv(g.op("MaxPool", x, kernel_shape=[3, 3], pads=[1] * 4, strides=[1, 1]), C, C // 4, k=1)),
        axis=1,
    )
    finish("inception-concat", g, layer, g.logits(layer)[1], "branches joined by Concat")
    g = Graph(seed=32)
    x = g.trunk()
    y = g.op("Concat", x, g.op("Relu", g.conv(x, C, 4)), axis=1)
    layer = g.op(
        "Relu",
        g.op(
            "BatchNormalization",
            y,
            g.weights(C + 4) + 1,
            g.weights(C + 4),
            g.weights(C + 4) * 0.1,
            np.abs(g.weights(C + 4)) + 1,
        ),
    )
    finish("densenet-end", g, layer, g.gemm(g.pooled(layer), C + 4, 4), "Concat, BatchNorm, Relu")
    g = Graph(seed=32)
    x = g.trunk()
    y = g.op("Add", g.op("Mul", g.conv(x, C, C), g.weights(C).reshape(C, 1, 1)), x)
    finish("layerscale-residual", g, y, g.logits(y)[1], "layer scale and residual sum (ConvNeXt)")
    g = Graph(seed=32)
    x = g.trunk()
    shuffled = g.op(
        "Reshape",
        g.op(
            "Transpose",
            g.op("Reshape", g.op("Concat", x, g.op("Relu", g.conv(x, C, C)), axis=1), i64(0, 2, C, SIDE, SIDE)),
            perm=[0, 2, 1, 3, 4],
        ),
        i64(0, 2 * C, SIDE, SIDE),
    )
    layer = g.op("Relu", g.conv(shuffled, 2 * C, C, k=1))
    finish("channel-shuffle-before", g, layer, g.logits(layer)[1], "a channel shuffle before the last convolution")


# -- what follows the layer


POOLS = {
    "globalaveragepool": lambda g, x: g.pooled(x),
    "reducemean-keep": lambda g, x: g.op("Flatten", g.op("ReduceMean", x, axes=[2, 3], keepdims=1), axis=1),
    "reducemean": lambda g, x: g.op("ReduceMean", x, axes=[2, 3], keepdims=0),
    "reducemean-negative-axes": lambda g, x: g.op("ReduceMean", x, axes=[-1, -2], keepdims=0),
    "reducemean-two-steps": lambda g, x: g.op(
        "ReduceMean", g.op("ReduceMean", x, axes=[3], keepdims=0), axes=[2], keepdims=0
    ),
    "averagepool-full": lambda g, x: g.op("Flatten", g.op("AveragePool", x, kernel_shape=[SIDE, SIDE]), axis=1),
    "mean-flattened": lambda g, x: g.op("ReduceMean", g.op("Reshape", x, i64(0, C, -1)), axes=[2], keepdims=0),
    "mean-flattened-transposed": lambda g, x: g.op(
        "ReduceMean", g.op("Transpose", g.op("Reshape", x, i64(0, C, PLACES)), perm=[0, 2, 1]), axes=[1], keepdims=0
    ),
    "sum-div-hw": lambda g, x: g.op("Div", g.op("ReduceSum", x, i64(2, 3), keepdims=0), f32(PLACES)),
    "sum-div-shape": lambda g, x: g.op(
        "Div",
        g.op("ReduceSum", x, i64(2, 3), keepdims=0),
        g.op(
            "Cast",
            g.op("Mul", g.op("Gather", g.op("Shape", x), np.array(2)), g.op("Gather", g.op("Shape", x), np.array(3))),
            to=1,
        ),
    ),
    "sum": lambda g, x: g.op("Mul", g.op("ReduceSum", x, i64(2, 3), keepdims=0), f32(1 / 50)),
    "globalmaxpool": lambda g, x: g.op("Flatten", g.op("GlobalMaxPool", x), axis=1),
    "reducemax": lambda g, x: g.op("ReduceMax", x, axes=[2, 3], keepdims=0),
    "lse-pool": lambda g, x: g.op("ReduceLogSumExp", x, axes=[2, 3], keepdims=0),
    "gem": lambda g, x: g.op(
        "Pow",
        g.op("Flatten", g.op("GlobalAveragePool", g.op("Pow", g.op("Clip", x, f32(1e-6)), f32(3))), axis=1),
        f32(1 / 3),
    ),
    "conv-full-kernel": lambda g, x: g.op(
        "Flatten", g.op("Conv", x, g.weights(C, C, SIDE, SIDE), kernel_shape=[SIDE, SIDE]), axis=1
    ),
    "depthwise-full-kernel": lambda g, x: g.op(
        "Flatten", g.op("Conv", x, g.weights(C, 1, SIDE, SIDE), group=C, kernel_shape=[SIDE, SIDE]), axis=1
    ),
}


def pools():
    for kind, pool in POOLS.items():
        g = Graph(seed=33)
        layer = g.trunk()
        z = g.gemm(pool(g, layer), C, 4)
        if kind == "gem":
            clip = next(n.output[0] for n in g.nodes if n.op_type == "Clip")
            power = next(n.output[0] for n in g.nodes if n.op_type == "Pow")
            finish(
                "pool-gem",
                g,
                power,
                z,
                "generalised mean: Clip and Pow are elementwise and follow the Relu, so Pow's value is the last",
                extra={"alsoLayer": [layer, clip]},
            )
            continue
        finish("pool-" + kind, g, layer, z, f"the Relu before the pooling ({kind})")
    g = Graph(seed=33)
    layer = g.trunk()
    z = g.gemm(g.op("Flatten", layer, axis=1), C * PLACES, 4, gain=1)
    finish("flatten-gemm", g, layer, z, "Flatten and a linear layer over all positions")
    g = Graph(seed=33)
    layer = g.trunk()
    z = g.op(
        "Add",
        g.op("MatMul", g.op("Reshape", layer, i64(-1, C * PLACES)), g.weights(C * PLACES, 4, gain=4)),
        g.weights(4),
    )
    finish("reshape-matmul", g, layer, z, "Reshape, MatMul, Add")
    g = Graph(seed=33)
    layer = g.trunk()
    z = g.gemm(
        g.op("Flatten", g.op("MaxPool", layer, kernel_shape=[2, 2], strides=[2, 2]), axis=1), C * PLACES // 4, 4, gain=1
    )
    finish("maxpool-flatten", g, layer, z, "VGG: the Relu before pool5, not pool5")
    g = Graph(seed=33)
    layer = g.trunk()
    z = g.gemm(
        g.op("Flatten", g.op("AveragePool", layer, kernel_shape=[2, 2], strides=[2, 2]), axis=1),
        C * PLACES // 4,
        4,
        gain=1,
    )
    finish("avgpool2-flatten", g, layer, z, "average pooling to 4x4, then a linear layer: before pooling")
    g = Graph(seed=33)
    layer = g.trunk()
    z = g.gemm(
        g.op(
            "Flatten",
            g.op(
                "AveragePool",
                g.op("MaxPool", layer, kernel_shape=[3, 3], pads=[1] * 4, strides=[1, 1]),
                kernel_shape=[2, 2],
                strides=[2, 2],
            ),
            axis=1,
        ),
        4 * C,
        4,
    )
    finish("two-pools-flatten", g, layer, z, "max pooling, adaptive average pooling (VGG of torchvision): before both")
    g = Graph(seed=33)
    layer = g.trunk()
    v = g.op("Concat", g.op("GlobalAveragePool", layer), g.op("GlobalMaxPool", layer), axis=1)
    finish(
        "avg-and-max",
        g,
        layer,
        g.gemm(g.op("Flatten", v, axis=1), 2 * C, 4),
        "average and max pooling joined: both paths pass the Relu",
    )
    g = Graph(seed=33)
    layer = g.trunk()
    v = g.op(
        "Add", g.op("ReduceMean", layer, axes=[2, 3], keepdims=0), g.op("ReduceMax", layer, axes=[2, 3], keepdims=0)
    )
    finish("avg-plus-max", g, layer, g.gemm(v, C, 4), "average plus max pooling")
    g = Graph(seed=33)
    layer = g.trunk()
    a = g.op("Softmax", g.op("Reshape", g.conv(layer, C, 1, k=1), i64(0, 1, PLACES)), axis=2)
    v = g.op(
        "Squeeze",
        g.op("MatMul", a, g.op("Transpose", g.op("Reshape", layer, i64(0, C, PLACES)), perm=[0, 2, 1])),
        i64(1),
    )
    finish(
        "attention-pool",
        g,
        layer,
        g.gemm(v, C, 4),
        "attention pooling: softmax over positions times features; both paths pass the Relu",
    )
    g = Graph(seed=33)
    layer = g.trunk()
    a = g.op("Sigmoid", g.conv(layer, C, 1, k=1))
    m = g.op("Mul", layer, a)
    v = g.op("Div", g.op("ReduceSum", m, i64(2, 3), keepdims=0), g.op("ReduceSum", a, i64(2, 3), keepdims=0))
    finish(
        "gated-pool",
        g,
        layer,
        g.gemm(v, C, 4),
        "sum(x a) / sum(a): the product is not on every path (the denominator goes round it), the Relu is",
    )
    g = Graph(seed=33)
    x = g.trunk()
    layer = g.op("Relu", g.conv(x, C, 4, k=1, gain=2))
    finish(
        "conv1x1-relu-pool",
        g,
        layer,
        g.op("Flatten", g.op("GlobalAveragePool", layer), axis=1),
        "SqueezeNet: by the rule the Relu of the class maps (our own configurations name fire9/concat instead)",
    )
    g = Graph(seed=33)
    x = g.trunk()
    layer = g.conv(x, C, 4, k=1, gain=2)
    finish(
        "conv1x1-pool",
        g,
        layer,
        g.op("Flatten", g.op("GlobalAveragePool", layer), axis=1),
        "class maps by a 1x1 convolution, pooled: by the rule the class maps are the last value",
        extra={"alsoLayer": [x]},
    )
    for kind, follow in (
        ("pad", lambda g, x: g.op("Pad", x, i64(0, 0, 1, 1, 0, 0, 1, 1))),
        ("crop", lambda g, x: g.op("Slice", x, i64(1, 1), i64(3, 3), i64(2, 3))),
        ("upsample", lambda g, x: g.op("Resize", x, "", f32(1, 1, 2, 2), mode="nearest")),
        ("upsample-linear", lambda g, x: g.op("Resize", x, "", f32(1, 1, 2, 2), mode="linear")),
        ("space-to-depth", lambda g, x: g.op("SpaceToDepth", x, blocksize=2)),
        ("depth-to-space", lambda g, x: g.op("DepthToSpace", x, blocksize=2)),
    ):
        g = Graph(seed=33)
        x = g.trunk()
        after = follow(g, x)
        channels = {"space-to-depth": 4 * C, "depth-to-space": C // 4}.get(kind, C)
        z = g.gemm(g.pooled(after), channels, 4)
        if kind in ("space-to-depth", "depth-to-space"):
            finish("after-" + kind, g, x, z, f"{kind} counts as reshaping: the value before it")
        else:
            why = f"{kind} between the Relu and the pooling: the last value with a spatial extent is the one behind it"
            finish("after-" + kind, g, after, z, why, extra={"alsoLayer": [x]})
    g = Graph(seed=33)
    x = g.trunk()
    y = g.op("Relu", g.conv(g.op("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2]), C, C))
    finish("pool-in-the-middle", g, y, g.logits(y)[1], "a pooling between convolutions does not end the search")
    g = Graph(seed=33)
    x = g.trunk()
    y = g.op("MaxPool", x, kernel_shape=[3, 3], pads=[1] * 4, strides=[1, 1])
    finish(
        "maxpool-stride1-gap",
        g,
        x,
        g.logits(y)[1],
        "stride-1 max pooling, then global pooling: before pooling is the Relu",
    )


def paths():
    g = Graph(seed=34)
    early = g.trunk()
    late = g.op("Relu", g.conv(early, C, C, stride=2))
    z = g.op("Add", g.gemm(g.pooled(early), C, 4), g.gemm(g.pooled(late), C, 4))
    finish(
        "two-scales-added", g, early, z, "heads at two depths added: the earlier value is the last one on every path"
    )
    g = Graph(seed=34)
    early = g.trunk()
    late = g.op("Relu", g.conv(early, C, C, stride=2))
    z = g.gemm(g.op("Concat", g.pooled(early), g.pooled(late), axis=1), 2 * C, 4)
    finish("two-scales-joined", g, early, z, "pooled features of two depths joined")
    g = Graph(seed=34)
    a = g.op("Relu", g.conv(g.input, 3, C, stride=4))
    b = g.op("Relu", g.conv(g.input, 3, C, k=5, stride=4))
    z = g.gemm(g.op("Concat", g.pooled(a), g.pooled(b), axis=1), 2 * C, 4)
    g.output(z, ("N", 4))
    record(
        "two-towers",
        g,
        logits=z,
        layer=None,
        expect="refused",
        why="two towers from the picture on: only the picture itself is on every path; no layer, words",
    )
    g = Graph(seed=34)
    x = g.trunk()
    mean = g.op("GlobalAveragePool", x)
    y = g.op("Relu", g.conv(g.op("Sub", x, mean), C, C))
    finish("context-subtracted", g, y, g.logits(y)[1], "a pooled side path that joins again before the last Relu")
    g = Graph(seed=34)
    x = g.trunk()
    side = g.gemm(g.pooled(x), C, 4)
    y = g.op("Relu", g.conv(x, C, C))
    z = g.op("Mul", g.logits(y)[1], g.op("Sigmoid", side))
    finish(
        "gate-from-earlier", g, x, z, "a gate on the logits from an earlier layer: the earlier value is on every path"
    )
    g = Graph(seed=34)
    x = g.trunk()
    y = g.op("Relu", g.conv(x, C, C))
    stat = g.op("ReduceMean", g.input, axes=[1, 2, 3], keepdims=0)
    z = g.op("Add", g.logits(y)[1], g.op("Unsqueeze", stat, i64(1)))
    g.output(z, ("N", 4))
    record(
        "skip-from-picture",
        g,
        logits=z,
        layer=None,
        expect="said",
        also=["refused", "ok"],
        why="the picture's mean is added to the logits: no value is on every path; nothing in silence",
        extra={"alsoLayer": [y]},
    )
    g = Graph(seed=34)
    x = g.trunk()
    up = g.op("Resize", g.op("Relu", g.conv(x, C, C, stride=2)), "", f32(1, 1, 2, 2), mode="nearest")
    layer = g.op("Add", up, x)
    finish("fpn-sum", g, layer, g.logits(layer)[1], "feature pyramid: upsampled plus lateral")
    g = Graph(seed=34)
    x = g.trunk()
    dead = g.op("Relu", g.conv(x, C, C))
    finish("dead-branch", g, x, g.logits(x)[1], "a branch that nothing reads does not count")
    g = Graph(seed=34)
    x = g.trunk()
    shape = g.op("Shape", g.op("Relu", g.conv(x, C, C)))
    y = g.op("Reshape", x, shape)
    z = g.logits(y)[1]
    finish(
        "shape-path",
        g,
        x,
        z,
        "a branch of which only the shape is read carries no picture",
        extra={"sameValue": [x, y]},
    )


# -- channels last


def channels_last():
    g = Graph(seed=35)
    layer = g.trunk()
    z = g.gemm(g.op("ReduceMean", g.op("Transpose", layer, perm=[0, 2, 3, 1]), axes=[1, 2], keepdims=0), C, 4)
    finish("nhwc-mean", g, layer, z, "tf2onnx: Transpose to NHWC, mean over axes 1 and 2")
    g = Graph(seed=35)
    layer = g.trunk()
    z = g.gemm(g.op("Reshape", g.op("Transpose", layer, perm=[0, 2, 3, 1]), i64(-1, C * PLACES)), C * PLACES, 4, gain=1)
    finish("nhwc-flatten", g, layer, z, "Keras Flatten: Transpose, Reshape, linear layer")
    g = Graph(seed=35)
    x = g.trunk()
    t = g.op(
        "Relu",
        g.op("LayerNormalization", g.op("Transpose", x, perm=[0, 2, 3, 1]), g.weights(C) + 1, g.weights(C), axis=-1),
    )
    z = g.gemm(g.op("ReduceMean", t, axes=[1, 2], keepdims=0), C, 4)
    finish(
        "nhwc-layernorm-mean",
        g,
        t,
        z,
        "LayerNorm and Relu in NHWC, never transposed back: the last value is channels-last",
        layout="nhwc",
    )
    g = Graph(shape=("N", 16, 16, 3), seed=35)
    layer = g.trunk(g.op("Transpose", g.input, perm=[0, 3, 1, 2]))
    z = g.gemm(g.op("ReduceMean", g.op("Transpose", layer, perm=[0, 2, 3, 1]), axes=[1, 2], keepdims=0), C, 4)
    finish(
        "nhwc-input",
        g,
        layer,
        z,
        "NHWC input (tf2onnx): Transposes at both ends",
        x=np.ascontiguousarray(picture().transpose(0, 2, 3, 1)),
    )
    g = Graph(seed=35)
    x = g.trunk()
    t = g.op("Transpose", x, perm=[0, 2, 3, 1])
    t = g.op("Add", g.op("MatMul", t, g.weights(C, C)), g.weights(C))
    layer = g.op("Relu", t)
    z = g.gemm(g.op("ReduceMean", layer, axes=[1, 2], keepdims=0), C, 4)
    finish(
        "nhwc-dense",
        g,
        layer,
        z,
        "a linear layer per position in NHWC, then Relu",
        layout="nhwc",
        extra={"alsoLayer": [x]},
    )
    g = Graph(seed=35)
    x = g.trunk()
    t = g.op("Transpose", g.op("Reshape", x, i64(0, C, PLACES)), perm=[0, 2, 1])
    t = g.op("Relu", g.op("Add", g.op("MatMul", t, g.weights(C, C)), g.weights(C)))
    z = g.gemm(g.op("ReduceMean", t, axes=[1], keepdims=0), C, 4)
    finish(
        "tokens-mlp", g, x, z, "positions as tokens [N,16,8] behind the Relu: no spatial extent of its own, so the Relu"
    )


# -- few or no spatial values


def few():
    g = Graph(seed=36)
    x = g.conv(g.input, 3, C, k=4, stride=4, pad=0)
    t = g.op("Transpose", g.op("Reshape", x, i64(0, C, PLACES)), perm=[0, 2, 1])
    t = g.op(
        "Add",
        t,
        g.op(
            "MatMul",
            g.op(
                "Transpose",
                g.op("MatMul", g.op("Transpose", t, perm=[0, 2, 1]), g.weights(PLACES, PLACES)),
                perm=[0, 2, 1],
            ),
            g.weights(C, C),
        ),
    )
    z = g.gemm(g.op("ReduceMean", t, axes=[1], keepdims=0), C, 4)
    finish("patch-mixer", g, x, z, "only the patch embedding is spatial: used, and said", expect="said")
    g = Graph(seed=36)
    x = g.conv(g.input, 3, C, k=4, stride=4, pad=0)
    z = g.gemm(g.op("Flatten", x, axis=1), C * PLACES, 4, gain=1)
    finish(
        "patch-gemm",
        g,
        x,
        z,
        "Conv 4x4 stride 4, Flatten, linear layer: the first convolution is the only value, said",
        expect="said",
    )
    g = Graph(seed=36)
    x = g.op("Relu", g.conv(g.input, 3, C, k=4, stride=4, pad=0))
    z = g.gemm(g.op("Flatten", x, axis=1), C * PLACES, 4, gain=1)
    finish("patch-relu-gemm", g, x, z, "one convolution with Relu, Flatten: said", expect="said", also=["ok"])
    g = Graph(seed=36)
    x = g.conv(g.input, 3, C, k=4, stride=4, pad=0)
    t = g.op("Transpose", g.op("Reshape", x, i64(0, C, PLACES)), perm=[0, 2, 1])
    q, k, v = (g.op("MatMul", t, g.weights(C, C)) for _ in range(3))
    a = g.op("Softmax", g.op("Mul", g.op("MatMul", q, g.op("Transpose", k, perm=[0, 2, 1])), f32(0.25)), axis=-1)
    t = g.op("Add", t, g.op("MatMul", a, v))
    z = g.gemm(g.op("ReduceMean", t, axes=[1], keepdims=0), C, 4)
    finish(
        "patch-attention", g, x, z, "a vision transformer with mean pooling: patch embedding alone, said", expect="said"
    )
    for kind, hidden in (("gemm", False), ("mlp", True)):
        g = Graph(seed=36)
        v = g.op("Flatten", g.input, axis=1)
        if hidden:
            v = g.op("Relu", g.gemm(v, 768, 6, gain=1))
        z = g.gemm(v, 6 if hidden else 768, 4, gain=1)
        g.output(z, ("N", 4))
        record(
            f"no-conv-{kind}",
            g,
            logits=z,
            layer=None,
            expect="refused",
            why="no convolution at all: no layer for Grad-CAM, in words; gradient methods run",
        )
    g = Graph(seed=36)
    x = g.trunk()
    y = g.op("Relu", g.conv(g.op("GlobalAveragePool", x), C, C, k=1))
    finish(
        "conv-on-1x1",
        g,
        x,
        g.gemm(g.op("Flatten", y, axis=1), C, 4),
        "convolutions behind the pooling are 1x1 in extent: the Relu before it (MobileNetV3)",
    )
    g = Graph(seed=36)
    x = g.trunk()
    y = g.op("Relu", g.op("Conv", x, g.weights(C, C, SIDE, 1), kernel_shape=[SIDE, 1]))
    finish(
        "row-1xw",
        g,
        y,
        g.logits(y)[1],
        "a last value of 1x4: an extent above 1x1 in one direction",
        extra={"alsoLayer": [x]},
    )
    g = Graph(seed=36)
    x = g.conv(g.op("Relu", g.conv(g.op("AveragePool", g.input, kernel_shape=[2, 2], strides=[2, 2]), 3, 6)), 6, C)
    finish("no-last-activation", g, x, g.logits(x)[1], "no activation behind the last convolution")
    g = Graph(seed=36)
    x = g.op("Sub", g.input, f32(0.485, 0.456, 0.406).reshape(1, 3, 1, 1))
    layer = g.trunk(g.op("Div", x, f32(0.229, 0.224, 0.225).reshape(1, 3, 1, 1)))
    finish("normalising-inside", g, layer, g.logits(layer)[1], "mean and std inside the file")
    g = Graph(seed=36)
    x = g.op("Relu", g.op("ConvTranspose", g.trunk(), g.weights(C, C, 2, 2), kernel_shape=[2, 2], strides=[2, 2]))
    finish("convtranspose-last", g, x, g.logits(x)[1], "a transposed convolution as last layer")


def write():
    for part in (activations, maxout_and_joins, pools, paths, channels_last, few):
        part()
