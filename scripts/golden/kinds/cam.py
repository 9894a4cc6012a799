"""Heads of CAM. `cam.expect`: `accepted` (`maps`: sum over channels of weight x activation, before any ReLU, no bias) or
`refused`; `also`: as good. `cam.layer` is the value that the map is read at."""

import numpy as np
import torch

from graph import PLACES, SIDE, C, Graph, f32, i64, picture, relu
from layers import POOLS
from onnx_in_torch import evaluate
from record import numbers, record
from seeded import fill


def cam_maps(model, z, layer, classes=(0, 1)):
    """sum_k w_k A_k with w_k = sum over positions of dz/dA_k: for a linear head these are its weights, times H.W/(H.W)."""
    env = evaluate(model, picture())
    maps = []
    for c in classes:
        g = torch.autograd.grad(env[z].flatten(1)[0, c], env[layer], retain_graph=True)[0]
        # Linear in the mean over positions: the gradient is the same at every position.
        assert torch.allclose(
            g, g.mean((2, 3), keepdim=True).expand_as(g), atol=1e-9 * float(g.abs().max()) + 1e-15
        ), "the head is not linear in the mean"
        maps.append((g.sum((2, 3), keepdim=True) * env[layer]).sum(1)[0].detach())
    return maps


def save(name, g, layer, z, expect, why, cam_layer=None, shape=("N", 4), **more):
    g.output(z, shape)
    cam = {"expect": expect, "layer": cam_layer or layer}
    also = more.pop("cam_also", None)
    if also:
        cam["also"] = also
    if expect == "accepted":
        maps = cam_maps(fill(g.model()), z, cam["layer"])
        cam.update(classes=[0, 1], maps=[numbers(m) for m in maps])
    record(name, g, logits=z, layer=layer, why=why, extra={"cam": cam}, **more)


def accepted():
    pools = {
        k: v
        for k, v in POOLS.items()
        if k
        in (
            "globalaveragepool",
            "reducemean-keep",
            "reducemean",
            "reducemean-negative-axes",
            "reducemean-two-steps",
            "averagepool-full",
            "mean-flattened",
            "mean-flattened-transposed",
            "sum-div-hw",
            "sum-div-shape",
        )
    }
    pools["sum-mul-reciprocal"] = lambda g, x: g.op("Mul", g.op("ReduceSum", x, i64(2, 3), keepdims=0), f32(1 / PLACES))
    pools["sum-flattened-div"] = lambda g, x: g.op(
        "Div", g.op("ReduceSum", g.op("Reshape", x, i64(0, C, -1)), i64(-1), keepdims=0), f32(PLACES)
    )
    pools["flatten-axis2-mean"] = lambda g, x: g.op(
        "Squeeze",
        g.op(
            "ReduceMean",
            g.op(
                "Reshape", x, g.op("Concat", g.op("Slice", g.op("Shape", x), i64(0), i64(2), i64(0)), i64(-1), axis=0)
            ),
            axes=[-1],
            keepdims=1,
        ),
        i64(2),
    )
    pools["nhwc-mean"] = lambda g, x: g.op(
        "ReduceMean", g.op("Transpose", x, perm=[0, 2, 3, 1]), axes=[1, 2], keepdims=0
    )
    pools["averagepool-two-steps"] = lambda g, x: g.op(
        "Flatten",
        g.op("AveragePool", g.op("AveragePool", x, kernel_shape=[2, 2], strides=[2, 2]), kernel_shape=[2, 2]),
        axis=1,
    )
    tiles = lambda g, x, *window: g.op("AveragePool", x, kernel_shape=list(window), strides=list(window))
    pools["tiles-reducemean"] = lambda g, x: g.op("ReduceMean", tiles(g, x, 2, 2), axes=[2, 3], keepdims=0)
    pools["tiles-sum"] = lambda g, x: g.op(
        "Div", g.op("ReduceSum", tiles(g, x, 2, 1), i64(2, 3), keepdims=0), f32(PLACES / 2)
    )
    pools["tiles-rows-columns"] = lambda g, x: g.pooled(tiles(g, tiles(g, x, 4, 1), 1, 2))
    pools["squeeze"] = lambda g, x: g.op("Squeeze", g.op("GlobalAveragePool", x), i64(2, 3))
    pools["conv-mean-kernel"] = lambda g, x: g.op(
        "Flatten",
        g.op("Conv", x, np.full((C, 1, SIDE, SIDE), 1 / PLACES, np.float32), group=C, kernel_shape=[SIDE, SIDE]),
        axis=1,
    )
    for kind, pool in pools.items():
        g = Graph(seed=61)
        layer = g.trunk()
        more = {"cam_also": ["refused"]} if kind == "conv-mean-kernel" else {}
        save(
            "pool-" + kind,
            g,
            layer,
            g.gemm(pool(g, layer), C, 4),
            "accepted",
            f"mean over positions ({kind}), then one linear layer",
            **more,
        )
    gap = lambda g, x: g.op("GlobalAveragePool", x)
    flat = lambda g, x: g.op("Flatten", gap(g, x), axis=1)
    linear = {
        "gemm-transb0": lambda g, x: g.gemm(flat(g, x), C, 4, trans=0),
        "gemm-alpha": lambda g, x: g.op(
            "Gemm", flat(g, x), g.weights(4, C), g.weights(4), transB=1, alpha=2.0, beta=0.5
        ),
        "gemm-no-bias": lambda g, x: g.gemm(flat(g, x), C, 4, bias=False),
        "matmul-add": lambda g, x: g.op("Add", g.op("MatMul", flat(g, x), g.weights(C, 4)), g.weights(4)),
        "add-matmul-swapped": lambda g, x: g.op("Add", g.weights(4), g.op("MatMul", flat(g, x), g.weights(C, 4))),
        "matmul-only": lambda g, x: g.op("MatMul", flat(g, x), g.weights(C, 4)),
        "matmul-transposed-weight": lambda g, x: g.op(
            "MatMul", flat(g, x), g.op("Transpose", g.weights(4, C), perm=[1, 0])
        ),
        "conv1x1-after": lambda g, x: g.op("Flatten", g.conv(gap(g, x), C, 4, k=1), axis=1),
        "dropout": lambda g, x: g.gemm(g.op("Dropout", flat(g, x)), C, 4),
        "identity": lambda g, x: g.gemm(g.op("Identity", flat(g, x)), C, 4),
        "temperature": lambda g, x: g.op("Div", g.gemm(flat(g, x), C, 4), f32(2)),
        "batchnorm-between": lambda g, x: g.gemm(
            g.op(
                "BatchNormalization", flat(g, x), g.weights(C) + 1, g.weights(C), g.weights(C), np.abs(g.weights(C)) + 1
            ),
            C,
            4,
        ),
        "scale-between": lambda g, x: g.gemm(g.op("Mul", flat(g, x), np.abs(g.weights(C))), C, 4),
        "two-linear-no-activation": lambda g, x: g.gemm(g.gemm(flat(g, x), C, 8, gain=1), 8, 4),
    }
    for kind, tail in linear.items():
        g = Graph(seed=62)
        layer = g.trunk()
        more = (
            {"cam_also": ["refused"]}
            if kind in ("batchnorm-between", "scale-between", "two-linear-no-activation", "temperature")
            else {}
        )
        save(
            "linear-" + kind,
            g,
            layer,
            tail(g, layer),
            "accepted",
            f"global average pooling, then a linear map ({kind})",
            **more,
        )
    before = {
        "conv1x1-gap": lambda g, x: g.op("Flatten", gap(g, g.conv(x, C, 4, k=1)), axis=1),
        "conv1x1-reducemean": lambda g, x: g.op("ReduceMean", g.conv(x, C, 4, k=1), axes=[2, 3], keepdims=0),
        "conv1x1-no-bias-averagepool": lambda g, x: g.op(
            "Reshape", g.op("AveragePool", g.conv(x, C, 4, k=1, bias=False), kernel_shape=[SIDE, SIDE]), i64(-1, 4)
        ),
        "conv1x1-mean-flattened": lambda g, x: g.op(
            "ReduceMean", g.op("Reshape", g.conv(x, C, 4, k=1), i64(0, 4, -1)), axes=[2], keepdims=0
        ),
        "conv1x1-tiles": lambda g, x: g.pooled(g.conv(tiles(g, x, 2, 2), C, 4, k=1)),
    }
    for kind, tail in before.items():
        g = Graph(seed=63)
        x = g.trunk()
        z = tail(g, x)
        maps = next(n.output[0] for n in g.nodes[6:] if n.op_type == "Conv")
        save(
            "before-" + kind,
            g,
            maps,
            z,
            "accepted",
            "a 1x1 convolution before the pooling: the CAM is the class map (bias left out: read at its input)",
            cam_layer=x,
        )
    g = Graph(seed=63)
    x = g.trunk()
    smooth = g.op("AveragePool", x, kernel_shape=[3, 3], pads=[1] * 4, strides=[1, 1])
    z = g.logits(smooth)[1]
    save("pool-overlapping", g, x, z, "accepted", "windows that overlap: linear in what they make", cam_layer=smooth)
    g = Graph(seed=63)
    x = g.trunk()
    maps = g.conv(x, C, 4, k=3)
    save(
        "before-conv3x3-gap",
        g,
        maps,
        g.op("Flatten", gap(g, maps), axis=1),
        "accepted",
        "a 3x3 convolution to class maps, then the mean: the map is the class map itself",
        cam_layer=maps,
        cam_also=["refused"],
    )
    g = Graph(seed=63)
    x = g.trunk()
    t = g.op("Add", g.op("MatMul", g.op("Transpose", x, perm=[0, 2, 3, 1]), g.weights(C, 4)), g.weights(4))
    save(
        "before-nhwc-dense-mean",
        g,
        t,
        g.op("ReduceMean", t, axes=[1, 2], keepdims=0),
        "accepted",
        "a linear layer per position in NHWC, then the mean",
        cam_layer=x,
        cam_also=["refused"],
        layout="nhwc",
    )
    g = Graph(seed=63)
    x = g.trunk()
    z = g.gemm(flat(g, x), C, 1)
    g.output(g.op("Sigmoid", z), ("N", 1))
    env = evaluate(fill(g.model()), picture())
    w = torch.autograd.grad(env[z][0, 0], env[x])[0]
    one = (w.sum((2, 3), keepdim=True) * env[x]).sum(1)[0].detach()
    record(
        "single-score",
        g,
        logits=z,
        layer=x,
        two_way=True,
        probabilities=lambda e: e[z].sigmoid(),
        why="one score: weights -w and w",
        extra={"cam": {"expect": "accepted", "layer": x, "classes": [0, 1], "maps": [numbers(-one), numbers(one)]}},
    )


def refused():
    gap = lambda g, x: g.op("GlobalAveragePool", x)
    flat = lambda g, x: g.op("Flatten", gap(g, x), axis=1)
    tails = {
        "two-linear-relu": (
            lambda g, x: g.gemm(relu(g, g.gemm(flat(g, x), C, 8)), 8, 4),
            "two linear layers with a Relu between",
        ),
        "relu-after-gap": (
            lambda g, x: g.gemm(relu(g, g.op("Sub", flat(g, x), f32(0.1))), C, 4),
            "a Relu between pooling and linear layer",
        ),
        "globalmaxpool": (lambda g, x: g.gemm(g.op("Flatten", g.op("GlobalMaxPool", x), axis=1), C, 4), "max pooling"),
        "flatten-gemm": (
            lambda g, x: g.gemm(g.op("Flatten", x, axis=1), C * PLACES, 4, gain=1),
            "no pooling: weights per position",
        ),
        "averagepool-2x2": (
            lambda g, x: g.gemm(
                g.op("Flatten", g.op("AveragePool", x, kernel_shape=[2, 2], strides=[2, 2]), axis=1), 4 * C, 4
            ),
            "pooled to 2x2 only",
        ),
        "layernorm-after-gap": (
            lambda g, x: g.gemm(g.op("LayerNormalization", flat(g, x), g.weights(C) + 1, g.weights(C), axis=-1), C, 4),
            "LayerNorm between (ConvNeXt)",
        ),
        "l2norm-after-gap": (
            lambda g, x: g.gemm(g.op("LpNormalization", flat(g, x), axis=1, p=2), C, 4),
            "L2 norm between",
        ),
        "avg-and-max": (
            lambda g, x: g.gemm(
                g.op("Flatten", g.op("Concat", gap(g, x), g.op("GlobalMaxPool", x), axis=1), axis=1), 2 * C, 4
            ),
            "average and max pooling joined",
        ),
        "hardswish-conv-after": (
            lambda g, x: g.op("Flatten", g.conv(g.op("HardSwish", g.conv(gap(g, x), C, C, k=1)), C, 4, k=1), axis=1),
            "MobileNetV3's head",
        ),
        "attention-pool": (
            lambda g, x: g.gemm(
                g.op(
                    "Squeeze",
                    g.op(
                        "MatMul",
                        g.op("Softmax", g.op("Reshape", g.conv(x, C, 1, k=1), i64(0, 1, PLACES)), axis=2),
                        g.op("Transpose", g.op("Reshape", x, i64(0, C, PLACES)), perm=[0, 2, 1]),
                    ),
                    i64(1),
                ),
                C,
                4,
            ),
            "weights over positions that depend on the picture",
        ),
        "variance-pool": (
            lambda g, x: g.gemm(g.op("ReduceMean", g.op("Mul", x, x), axes=[2, 3], keepdims=0), C, 4),
            "mean of squares",
        ),
        "std-pool": (
            lambda g, x: g.gemm(
                g.op("Sqrt", g.op("Add", g.op("ReduceSumSquare", x, axes=[2, 3], keepdims=0), f32(1e-3))), C, 4
            ),
            "L2 over positions",
        ),
        "mean-over-rows-only": (
            lambda g, x: g.gemm(
                g.op("Flatten", g.op("ReduceMean", x, axes=[2], keepdims=0), axis=1), C * SIDE, 4, gain=1
            ),
            "mean over rows, weights per column",
        ),
        "mean-over-channels": (
            lambda g, x: g.gemm(
                g.op("Flatten", g.op("ReduceMean", x, axes=[1], keepdims=0), axis=1), PLACES, 4, gain=1
            ),
            "mean over channels, weights per position",
        ),
        "masked-mean": (
            lambda g, x: g.gemm(
                g.op(
                    "ReduceMean",
                    g.op("Mul", x, np.linspace(0, 1, PLACES).reshape(1, 1, SIDE, SIDE).astype(np.float32)),
                    axes=[2, 3],
                    keepdims=0,
                ),
                C,
                4,
            ),
            "a mean with fixed weights per position",
        ),
    }
    for kind, (tail, why) in tails.items():
        g = Graph(seed=64)
        layer = g.trunk()
        z = tail(g, layer)
        if kind in ("variance-pool", "masked-mean"):
            # The product is an elementwise value behind the Relu, and the scores are linear in its mean.
            target = next(n.output[0] for n in g.nodes if n.op_type == "Mul")
            save("linear-" + kind, g, target, z, "accepted", why)
        else:
            save("not-" + kind, g, layer, z, "refused", why)
    g = Graph(seed=64)
    x = g.trunk()
    layer = relu(g, g.conv(x, C, 4, k=1, gain=2))
    save(
        "not-squeezenet",
        g,
        layer,
        g.op("Flatten", gap(g, layer), axis=1),
        "refused",
        "SqueezeNet: a Relu between the 1x1 convolution and the pooling",
        cam_also=["accepted"],
    )


def write():
    accepted()
    refused()
