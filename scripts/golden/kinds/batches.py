"""Values that depend on the batch alone: truth for one picture and for three."""

import numpy as np
from onnx import helper

from graph import PICTURE, PLACES, SIDE, C, Graph, f32, i64, relu
from record import record


def batch_of(g, x=None):
    """[N] as a tensor of one number."""
    return g.op("Slice", g.op("Shape", x or g.input), i64(0), i64(1), i64(0))


def finish(name, g, layer, z, why, **more):
    g.output(z, (more.get("fixed_batch") or "N", 4))
    record(name, g, batch=True, logits=z, layer=layer, why=why, **more)


def extra_channels(kind):
    """A constant map of two channels [1,2,4,4] blown up to the batch and joined to the features."""
    g = Graph(seed=51)
    x = g.trunk()
    learned = g.weights(1, 2, SIDE, SIDE)
    n = batch_of(g)
    if kind == "expand-minus-one":
        shape = g.op("Concat", n, i64(-1, -1, -1), axis=0)
        shape = g.op(
            "Where",
            g.op("Equal", shape, i64(-1, -1, -1, -1)),
            g.op("ConstantOfShape", i64(4), value=helper.make_tensor("v", 7, [1], [1])),
            shape,
        )
        c = g.op("Expand", learned, shape)
    elif kind == "expand":
        c = g.op("Expand", learned, g.op("Concat", n, i64(2, SIDE, SIDE), axis=0))
    elif kind == "tile":
        c = g.op("Tile", learned, g.op("Concat", n, i64(1, 1, 1), axis=0))
    elif kind == "expand-shape-of-feature":
        h = g.op("Slice", g.op("Shape", x), i64(2), i64(4), i64(0))
        c = g.op("Expand", learned[:, :, :1, :1], g.op("Concat", batch_of(g, x), i64(2), h, axis=0))
    elif kind == "zeros":
        c = g.op("ConstantOfShape", g.op("Concat", n, i64(2, SIDE, SIDE), axis=0))
    elif kind == "ones-times-learned":
        c = g.op(
            "Mul",
            g.op(
                "ConstantOfShape", g.op("Concat", n, i64(1, 1, 1), axis=0), value=helper.make_tensor("v", 1, [1], [1.0])
            ),
            learned,
        )
    elif kind == "zeros-times-picture":
        c = g.op("Mul", g.op("Slice", x, i64(0), i64(2), i64(1)), f32(0))
        c = g.op("Add", c, learned)
    elif kind == "gather-shape-scalar":
        s = g.op("Unsqueeze", g.op("Gather", g.op("Shape", g.input), np.array(0)), i64(0))
        c = g.op("Expand", learned, g.op("Concat", s, i64(1), i64(1), i64(1), axis=0))
    elif kind == "coordconv":
        row = g.op("Div", g.op("Cast", g.op("Range", np.array(0), np.array(SIDE), np.array(1)), to=1), f32(SIDE - 1))
        ys = g.op("Expand", g.op("Unsqueeze", row, i64(0, 1, 3)), g.op("Concat", n, i64(1, SIDE, SIDE), axis=0))
        xs = g.op("Tile", g.op("Reshape", row, i64(1, 1, 1, SIDE)), g.op("Concat", n, i64(1, SIDE, 1), axis=0))
        c = g.op("Concat", ys, xs, axis=1)
    elif kind == "coordconv-open-size":
        shape = g.op("Shape", x)
        dim = lambda k: g.op("Gather", shape, np.array(k))
        one_row = g.op("Cast", g.op("Range", np.array(0), dim(2), np.array(1)), to=1)
        one_col = g.op("Cast", g.op("Range", np.array(0), dim(3), np.array(1)), to=1)
        whole = g.op(
            "Concat",
            g.op("Slice", shape, i64(0), i64(1), i64(0)),
            i64(1),
            g.op("Slice", shape, i64(2), i64(4), i64(0)),
            axis=0,
        )
        ys = g.op("Expand", g.op("Unsqueeze", one_row, i64(1)), whole)
        xs = g.op("Expand", one_col, whole)
        c = g.op("Mul", g.op("Concat", ys, xs, axis=1), f32(1 / SIDE))
    elif kind == "batch-index":
        # A value that does differ from image to image, though no picture is in it: Range(N).
        idx = g.op("Cast", g.op("Range", np.array(0), g.op("Squeeze", n, i64(0)), np.array(1)), to=1)
        c = g.op(
            "Mul",
            g.op("Expand", g.op("Unsqueeze", idx, i64(1, 2, 3)), g.op("Concat", n, i64(2, SIDE, SIDE), axis=0)),
            f32(0.0),
        )
    layer = relu(g, g.conv(g.op("Concat", x, c, axis=1), C + 2, C))
    return g, layer, g.logits(layer)[1]


def joined():
    why = {
        "expand": "a learned map expanded to the batch",
        "expand-minus-one": "PyTorch's expand(N,-1,-1,-1): Where(shape == -1, 1, shape)",
        "tile": "a learned map tiled to the batch",
        "expand-shape-of-feature": "expanded to the shape of a feature map",
        "zeros": "zeros of the batch's size as channels",
        "ones-times-learned": "ones of the batch's size times a learned map",
        "zeros-times-picture": "zeros_like by multiplication with 0",
        "gather-shape-scalar": "batch by Gather(Shape, 0), shapes of 1 broadcast",
        "coordconv": "CoordConv: coordinates by Range, Expand and Tile",
        "coordconv-open-size": "CoordConv with all sizes from Shape",
        "batch-index": "Range over the batch, times zero",
    }
    for kind, text in why.items():
        g, layer, z = extra_channels(kind)
        more = {"also": ["refused"]} if kind == "batch-index" else {}
        finish("" + kind, g, layer, z, text, **more)


def residual_padding():
    g = Graph(seed=52)
    x = relu(g, g.conv(g.input, 3, 4, stride=2))
    y = g.conv(x, 4, C, stride=2)
    short = g.op("Slice", x, i64(0, 0), i64(99, 99), i64(2, 3), i64(2, 2))
    s = g.op("Shape", short)
    zeros = g.op(
        "ConstantOfShape",
        g.op(
            "Concat", g.op("Slice", s, i64(0), i64(1), i64(0)), i64(4), g.op("Slice", s, i64(2), i64(4), i64(0)), axis=0
        ),
    )
    layer = relu(g, g.op("Add", y, g.op("Concat", short, zeros, axis=1)))
    finish(
        "resnet-cifar-a",
        g,
        layer,
        g.logits(layer)[1],
        "ResNet-CIFAR option A: zeros of the batch's size joined to the shortcut",
    )
    g = Graph(seed=52)
    x = relu(g, g.conv(g.input, 3, 4, stride=2))
    y = g.conv(x, 4, C, stride=2)
    layer = relu(
        g,
        g.op(
            "Add",
            y,
            g.op("Pad", g.op("Slice", x, i64(0, 0), i64(99, 99), i64(2, 3), i64(2, 2)), i64(0, 2, 0, 0, 0, 2, 0, 0)),
        ),
    )
    finish("resnet-cifar-a-pad", g, layer, g.logits(layer)[1], "the same by Pad over the channels")


def reshapes():
    g = Graph(seed=53)
    layer = g.trunk()
    v = g.op("Reshape", g.op("GlobalAveragePool", layer), g.op("Concat", batch_of(g, layer), i64(-1), axis=0))
    finish("reshape-n-minus-one", g, layer, g.gemm(v, C, 4), "view(x.size(0), -1): the batch from Shape in a Reshape")
    g = Graph(seed=53)
    layer = g.trunk()
    n = g.op("Unsqueeze", g.op("Gather", g.op("Shape", layer), np.array(0)), i64(0))
    v = g.op("Reshape", layer, g.op("Concat", n, i64(C * PLACES), axis=0))
    finish("reshape-n-C * PLACES", g, layer, g.gemm(v, C * PLACES, 4, gain=1), "view(N, 128)")
    g = Graph(seed=53)
    layer = g.trunk()
    v = g.op(
        "Reshape",
        layer,
        g.op(
            "Concat",
            i64(-1),
            g.op(
                "Cast",
                g.op(
                    "Mul",
                    g.op("Cast", g.op("Slice", g.op("Shape", layer), i64(1), i64(2), i64(0)), to=1),
                    f32([float(PLACES)]),
                ),
                to=7,
            ),
            axis=0,
        ),
    )
    finish(
        "reshape-from-shape-arithmetic",
        g,
        layer,
        g.gemm(v, C * PLACES, 4, gain=1),
        "sizes computed from Shape by Cast and Mul",
    )
    g = Graph(seed=53)
    layer = g.trunk()
    s = g.op("Shape", layer)
    v = g.op(
        "Reshape",
        layer,
        g.op(
            "Concat",
            i64(-1),
            g.op("Unsqueeze", g.op("ReduceProd", g.op("Slice", s, i64(1), i64(4), i64(0)), keepdims=0), i64(0)),
            axis=0,
        ),
    )
    finish("reshape-reduceprod", g, layer, g.gemm(v, C * PLACES, 4, gain=1), "sizes multiplied by ReduceProd")


def tokens():
    for kind in ("expand", "tile", "zeros-plus"):
        g = Graph(seed=54)
        x = g.trunk()
        t = g.op("Transpose", g.op("Reshape", x, i64(0, C, PLACES)), perm=[0, 2, 1])
        cls = g.weights(1, 1, C)
        if kind == "expand":
            c = g.op("Expand", cls, g.op("Concat", batch_of(g), i64(1, C), axis=0))
        elif kind == "tile":
            c = g.op("Tile", cls, g.op("Concat", batch_of(g), i64(1, 1), axis=0))
        else:
            c = g.op("Add", g.op("ConstantOfShape", g.op("Concat", batch_of(g), i64(1, C), axis=0)), cls)
        t = g.op("Concat", c, t, axis=1)
        q, k, v = (g.op("MatMul", t, g.weights(C, C)) for _ in range(3))
        a = g.op("Softmax", g.op("Mul", g.op("MatMul", q, g.op("Transpose", k, perm=[0, 2, 1])), f32(0.25)), axis=-1)
        t = g.op("Add", t, g.op("MatMul", a, v))
        finish(
            f"class-token-{kind}",
            g,
            x,
            g.gemm(g.op("Gather", t, np.array(0), axis=1), C, 4),
            f"a class token ({kind}) joined to the tokens of a convolutional stem",
            also=["refused"],
        )
    g = Graph(seed=54)
    x = g.trunk()
    t = g.op("Transpose", g.op("Reshape", x, i64(0, C, PLACES)), perm=[0, 2, 1])
    q = g.op("Expand", g.weights(1, 2, C), g.op("Concat", batch_of(g), i64(2, C), axis=0))
    a = g.op("Softmax", g.op("MatMul", q, g.op("Transpose", t, perm=[0, 2, 1])), axis=-1)
    v = g.op("Reshape", g.op("MatMul", a, t), i64(-1, 2 * C))
    finish("learned-query", g, x, g.gemm(v, 2 * C, 4), "learned queries expanded to the batch, attention pooling")
    g = Graph(seed=54)
    x = g.trunk()
    h = g.op("Expand", g.weights(1, 4), g.op("Concat", batch_of(g), i64(4), axis=0))
    z = g.op("Add", g.logits(x)[1], h)
    finish("initial-state", g, x, z, "an initial state [1,4] expanded to the batch and added to the logits")
    g = Graph(seed=54)
    x = g.trunk()
    zero = g.op("ConstantOfShape", g.op("Concat", batch_of(g), i64(C), axis=0))
    z = g.gemm(g.op("Concat", g.pooled(x), zero, axis=1), 2 * C, 4)
    finish("zeros-joined-to-features", g, x, z, "zeros joined to the pooled features")


def fixed():
    for n in (1, 4):
        g = Graph(shape=(n, 3, PICTURE, PICTURE), seed=55)
        layer = g.trunk()
        finish(
            f"fixed-batch-{n}",
            g,
            layer,
            g.logits(layer)[1],
            f"the batch is fixed to {n}",
            fixed_batch=n,
            **({"also": ["refused"]} if n == 4 else {}),
        )
    g = Graph(shape=(1, 3, PICTURE, PICTURE), seed=55)
    x = g.trunk()
    layer = relu(g, g.conv(g.op("Concat", x, g.weights(1, 2, SIDE, SIDE), axis=1), C + 2, C))
    finish(
        "fixed-1-concat-constant",
        g,
        layer,
        g.logits(layer)[1],
        "exported for one: a constant [1,2,4,4] joined to the features",
        fixed_batch=1,
    )
    g = Graph(shape=(1, 3, PICTURE, PICTURE), seed=55)
    layer = g.trunk()
    finish(
        "fixed-1-reshape",
        g,
        layer,
        g.gemm(g.op("Reshape", layer, i64(1, C * PLACES)), C * PLACES, 4, gain=1),
        "exported for one: Reshape to [1,128]",
        fixed_batch=1,
    )
    g = Graph(shape=(1, 3, PICTURE, PICTURE), seed=55)
    layer = g.trunk()
    finish(
        "fixed-1-reshape-other-way",
        g,
        layer,
        g.gemm(g.op("Reshape", layer, i64(-1, C * PLACES)), C * PLACES, 4, gain=1),
        "the batch is one in the input's type alone",
        fixed_batch=1,
    )
    g = Graph(shape=(1, 3, PICTURE, PICTURE), seed=55)
    layer = g.trunk()
    finish(
        "fixed-1-squeezed",
        g,
        layer,
        g.op(
            "Unsqueeze",
            g.op(
                "Add",
                g.op(
                    "MatMul", g.op("Squeeze", g.op("GlobalAveragePool", layer), i64(0, 2, 3)), g.weights(C, 4, gain=4)
                ),
                g.weights(4),
            ),
            i64(0),
        ),
        "the batch axis squeezed away and put back",
        fixed_batch=1,
        also=["refused"],
    )
    g = Graph(shape=("N", 3, PICTURE, PICTURE), seed=55)
    layer = g.trunk()
    g2 = g.op("Reshape", layer, i64(1, C * PLACES))
    finish(
        "open-batch-but-reshape-1",
        g,
        layer,
        g.gemm(g2, C * PLACES, 4, gain=1),
        "the input says N, a Reshape says 1 (exported without dynamic axes inside): image by image",
        fixed_batch=1,
        also=["refused"],
    )
    g = Graph(shape=(1, 3, PICTURE, PICTURE), seed=55)
    x = g.trunk()
    t = g.op(
        "Concat", g.weights(1, 1, C), g.op("Transpose", g.op("Reshape", x, i64(1, C, PLACES)), perm=[0, 2, 1]), axis=1
    )
    z = g.gemm(g.op("ReduceMean", g.op("Relu", g.op("MatMul", t, g.weights(C, C))), axes=[1], keepdims=0), C, 4)
    finish("fixed-1-class-token", g, x, z, "exported for one: a class token [1,1,8] joined", fixed_batch=1)


def write():
    for part in (joined, residual_padding, reshapes, tokens, fixed):
        part()
