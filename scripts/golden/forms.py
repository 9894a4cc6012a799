"""More small nets for operators.py: the same operators as older and newer opsets write them, from 7 to 21, and those
that published classifiers seldom have. Cases without an opset are of opset 17, which the reference interpreter runs too.
An operator that executor.py does not know is defined beside its case: `torch={"Name": lambda c, x: ...}`.
"""

import numpy as np

from cases import BN, FLAT, STEM, W0, f, n, w

FORMS = []
IMAGE = [2, 6, 6]


def form(name, nodes, constants=None, image=None, **options):
    nodes = nodes if isinstance(nodes, list) else [nodes]
    opset = f"opset {options['opset']}: " if "opset" in options else ""
    FORMS.append({"name": opset + name, "image": image or IMAGE, "nodes": nodes, "constants": constants or {}, **options})


def scales(*values):
    return f(*values, shape=[len(values)])


# --- old and new forms of what every network has ---
form("Dropout without a ratio", [STEM, n("Dropout", "h")], W0, opset=7)
form("Dropout with a ratio and a mask", [STEM, {**n("Dropout", "h", ratio=0.4), "outputs": ["y", "mask"]}], W0, opset=10)
form("Dropout with a ratio as input", [STEM, n("Dropout", "h ratio")], W0 | {"ratio": f(0.5)}, opset=12)
form("BatchNormalization per channel, momentum", [STEM, n("BatchNormalization", "h s t m v", spatial=1, momentum=0.9)], W0 | BN, opset=7)
form("BatchNormalization alone", n("BatchNormalization", "x s t m v", spatial=1), BN, [3, 4, 4], opset=8)
form("BatchNormalization of old", [STEM, n("BatchNormalization", "h s t m v", epsilon=0.01)], W0 | BN, opset=9)
form("BatchNormalization", [STEM, n("BatchNormalization", "h s t m v", training_mode=0)], W0 | BN, opset=15)
form("Reshape", n("Reshape", "x r"), {"r": [0, -1]}, opset=7)
form("Reshape for one image", n("Reshape", "x r"), {"r": [-1, 72]}, opset=8)
form("Reshape with allowzero", n("Reshape", "x r", allowzero=1), {"r": [-1, 6, 12]}, opset=14)
form("Flatten", n("Flatten", "x"), opset=7)
form("Clip 0 6 by attributes", [STEM, n("Clip", "h", min=0.0, max=6.0)], W0, reach=6.0, opset=7)
form("Clip minimum by attribute", n("Clip", "x", min=-0.3), opset=10)
form("Clip maximum by attribute", n("Clip", "x", max=0.4), opset=8)
form("Clip 0 6 by inputs", [STEM, n("Clip", "h lo hi")], W0 | {"lo": f(0), "hi": f(6)}, reach=6.0, opset=11)
form("Clip maximum by input", n("Clip", "x  hi"), {"hi": f(0.4)}, opset=12)
form("Relu and Min", [STEM, n("Relu", "h", "r"), n("Min", "r six")], W0 | {"six": f(6)}, reach=6.0, opset=8)
form("Max with a number", [STEM, n("Max", "zero h")], W0 | {"zero": f(0)}, opset=8)
form("Gemm with a bias row", [FLAT, n("Gemm", "f w b")], {"w": w(16, 5), "b": w(1, 5)}, [1, 4, 4], opset=7)
form("Gemm without bias", [FLAT, n("Gemm", "f w", transB=1)], {"w": w(5, 16)}, [1, 4, 4], opset=11)
form("Pad by attributes", n("Pad", "x", pads=[0, 0, 1, 2, 0, 0, 0, 1], value=0.5), opset=7)
form("Pad reflect by attributes", n("Pad", "x", pads=[0, 0, 2, 1, 0, 0, 1, 3], mode="reflect"), opset=10)
form("Pad with axes", n("Pad", "x p v axes"), {"p": [1, 2, 0, 1], "v": f(0), "axes": [-2, -1]}, opset=18)
form("Slice by attributes", n("Slice", "x", starts=[1, -4], ends=[5, 9223372036854775807], axes=[2, 3]), opset=7)
form("Slice without axes", n("Slice", "x s e"), {"s": [0, 1, 1], "e": [2147483647, 2, 5]}, opset=10)
form("Squeeze by attribute", [STEM, n("GlobalAveragePool", "h", "g"), n("Squeeze", "g", axes=[2, 3])], W0, opset=7)
form("Squeeze negative by attribute", [n("ReduceMean", "x", "m", axes=[3]), n("Squeeze", "m", axes=[-1])], opset=11)
form("Unsqueeze by attribute", [n("ReduceMean", "x", "m", axes=[2, 3], keepdims=0), n("Unsqueeze", "m", "u", axes=[2, 3]), n("Mul", "x u")], opset=7)
form("Split by attribute", [{**n("Split", "x", axis=1, split=[1, 3]), "outputs": ["p", "y"]}], None, [4, 3, 3], opset=7)
form("Split in halves", [{**n("Split", "x", axis=1), "outputs": ["p", "q"]}, n("Mul", "p q")], None, [4, 3, 3], opset=11)
form("Split by input", [{**n("Split", "x sizes", axis=-1), "outputs": ["y", "q"]}], {"sizes": [2, 4]}, opset=13)
form("Split into 3 of 5", [{**n("Split", "x", axis=1, num_outputs=3), "outputs": ["p", "q", "r"]}, n("Concat", "r p", axis=1)], None, [5, 3, 3], opset=18)
form("ReduceMean by attribute", [STEM, n("ReduceMean", "h", axes=[2, 3])], W0, opset=7)
form("ReduceMean by input", [STEM, n("ReduceMean", "h axes", keepdims=0)], W0 | {"axes": [2, 3]}, opset=18)
form("ReduceSum by attribute", n("ReduceSum", "x", axes=[1], keepdims=0), opset=11)
form("ReduceSum by input", n("ReduceSum", "x axes"), {"axes": [-1]}, opset=13)
form("ReduceSum of nothing", [n("Mul", "x x", "m"), n("ReduceSum", "m", noop_with_empty_axes=1)], opset=13)
form("AveragePool", n("AveragePool", "x", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]), opset=7)
form("AveragePool ceil_mode", n("AveragePool", "x", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1), opset=10)
form("AveragePool", n("AveragePool", "x", kernel_shape=[2, 2], strides=[2, 2], dilations=[1, 1]), opset=19)
form("MaxPool", n("MaxPool", "x", kernel_shape=[3, 3], strides=[2, 2], pads=[0, 0, 1, 1]), opset=7)
form("MaxPool in row-major order", n("MaxPool", "x", kernel_shape=[2, 2], strides=[2, 2], storage_order=0), opset=8)
form("MaxPool ceil_mode", n("MaxPool", "x", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1), opset=10)
form("Constant of a number and of a list", [n("Constant", "", "c", value_float=2.5), n("Constant", "", "r", value_ints=[-1, 72]), n("Mul", "x c", "m"), n("Reshape", "m r")], opset=12)
form("LayerNormalization and bias", n("LayerNormalization", "x g b", axis=-1, epsilon=0.001), {"g": w(6), "b": w(6)})
form("LayerNormalization over three axes", n("LayerNormalization", "x g", axis=1), {"g": w(2, 4, 4)}, [2, 4, 4])

# --- softmax before opset 13 goes over all axes from its own on ---
form("Softmax over an image", [n("Softmax", "x", "s", axis=1), n("Mul", "s x")], None, [2, 3, 3], opset=11)
form("Softmax over rows and columns", [n("Softmax", "x", "s", axis=2), n("Mul", "s x")], None, [2, 3, 3], opset=12)
form("Softmax over the last axis", [n("Softmax", "x", "s", axis=-1), n("Mul", "s x")], None, [2, 3, 3])
form("Softmax over channels", [n("Softmax", "x", "s", axis=1), n("Mul", "s x")], None, [3, 2, 2], opset=13)
form("LogSoftmax over channels", [n("LogSoftmax", "x", "s", axis=1), n("Mul", "s x")], None, [3, 2, 2])
form("LogSoftmax", [n("LogSoftmax", "x", "s"), n("Mul", "s x")], None, [3, 2, 2], opset=9)

# --- upsampling, in every form ---
UP = [1.0, 1.0, 2.0, 2.0]
SMALL = [2, 3, 4]
form("Upsample nearest", [n("Upsample", "x", "u", mode="nearest", scales=UP), n("Mul", "u u")], None, SMALL, opset=7)
form("Upsample linear", [n("Upsample", "x", "u", mode="linear", scales=UP), n("Mul", "u u")], None, SMALL, opset=8)
form("Upsample nearest", [n("Upsample", "x s", "u", mode="nearest"), n("Mul", "u u")], {"s": scales(1, 1, 2, 3)}, SMALL, opset=9)
form("Upsample between convolutions", [STEM, n("Upsample", "h s", "u"), n("Conv", "u w2", "c", strides=[2, 2]), n("Relu", "c")], W0 | {"s": scales(*UP), "w2": w(2, 3, 3, 3)}, SMALL, opset=9)
form("Resize nearest", [n("Resize", "x s", "u"), n("Mul", "u u")], {"s": scales(*UP)}, SMALL, opset=10)
form("Resize linear", [n("Resize", "x s", "u", mode="linear"), n("Mul", "u u")], {"s": scales(1, 1, 1, 2)}, SMALL, opset=10)
NONE = {"roi": f(shape=[0])}
for coordinates in ["half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric"]:
    form(f"Resize linear {coordinates}", [n("Resize", "x roi s", "u", mode="linear", coordinate_transformation_mode=coordinates), n("Mul", "u u")], NONE | {"s": scales(1, 1, 2, 1.5)}, SMALL)
    form(f"Resize linear {coordinates} to a size", [n("Resize", "x roi none sizes", "u", mode="linear", coordinate_transformation_mode=coordinates), n("Mul", "u u")], NONE | {"none": f(shape=[0]), "sizes": [1, 2, 2, 7]}, SMALL, opset=11)
for rounding in ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"]:
    form(f"Resize nearest {rounding}", [n("Resize", "x roi s", "u", nearest_mode=rounding, coordinate_transformation_mode="half_pixel"), n("Mul", "u u")], NONE | {"s": scales(1, 1, 1.5, 2)}, SMALL)
form("Resize as PyTorch's upsample", [STEM, n("Resize", "h  s", "u", coordinate_transformation_mode="asymmetric", nearest_mode="floor"), n("Relu", "u")], W0 | {"s": scales(*UP)}, SMALL, opset=13)
form("Resize rows alone", [n("Resize", "x  s", "u", mode="linear"), n("Mul", "u u")], {"s": scales(1, 1, 2, 1)}, SMALL, opset=13)
form("Resize some axes", [n("Resize", "x  s", "u", mode="linear", axes=[2, 3]), n("Mul", "u u")], {"s": scales(2, 2)}, SMALL, opset=18)
form("Resize to the same size", [n("Resize", "x   sizes", "u", mode="linear"), n("Mul", "u u")], {"sizes": [1, 2, 3, 4]}, SMALL, opset=19)
form("Resize smaller, then Conv", [n("Resize", "x  s", "u", mode="linear"), n("Conv", "u w0")], W0 | {"s": scales(1, 1, 0.5, 0.5)}, [2, 8, 8], opset=13)

# --- activations ---
form("PRelu", [STEM, n("PRelu", "h s")], W0 | {"s": f(0.25, -0.1, 0.7, shape=[3, 1, 1])})
form("PRelu with one slope", n("PRelu", "x s"), {"s": f(0.2, shape=[1])}, opset=7)
form("Elu", [STEM, n("Elu", "h", alpha=0.7)], W0)
form("Celu", [STEM, n("Celu", "h", alpha=1.5)], W0, opset=12)
form("Selu", [STEM, n("Selu", "h")], W0, opset=7)
form("Mish", [STEM, n("Mish", "h")], W0, opset=18)
form("Gelu", [STEM, n("Gelu", "h")], W0, opset=20)
form("Gelu by tanh", [STEM, n("Gelu", "h", approximate="tanh")], W0, opset=20)
form("Softplus", [STEM, n("Softplus", "h")], W0)
form("Softsign", [STEM, n("Softsign", "h")], W0)
form("Tanh", [STEM, n("Tanh", "h")], W0)
form("Exp, Neg and Reciprocal: a sigmoid written out", [STEM, n("Neg", "h", "m"), n("Exp", "m", "e"), n("Add", "e one", "d"), n("Reciprocal", "d")], W0 | {"one": f(1)})
form("Abs and Log", [n("Abs", "x", "a"), n("Add", "a one", "b"), n("Log", "b")], {"one": f(1)})
form("Sqrt and Pow", [n("Pow", "x two", "p"), n("Add", "p one", "q"), n("Sqrt", "q")], {"two": f(2), "one": f(1)})

# --- other operators ---
TWO = [STEM, n("Conv", "x w1", "k", pads=[1, 1, 1, 1])]
W01 = W0 | {"w1": w(3, 2, 3, 3)}
form("Max of two maps", [*TWO, n("Max", "h k")], W01)
form("Min of two maps", [*TWO, n("Min", "h k")], W01)
form("Max of a map and a row", [STEM, n("ReduceMean", "h", "m", axes=[2]), n("Max", "h m")], W0)
form("Max of three maps", [*TWO, n("Max", "h k z")], W01 | {"z": w(3, 6, 6)}, opset=8)
form("Mean of two maps", [*TWO, n("Mean", "h k")], W01, opset=8)
form("GlobalMaxPool", [STEM, n("GlobalMaxPool", "h")], W0)
form("ReduceMax over space", [STEM, n("ReduceMax", "h", axes=[2, 3], keepdims=0)], W0)
form("ReduceMax over channels", [STEM, n("ReduceMax", "h", axes=[1])], W0)
form("ReduceMin over rows", [STEM, n("ReduceMin", "h", axes=[2], keepdims=0)], W0)
form("ReduceL2 and Div", [n("ReduceL2", "x", "l", axes=[1]), n("Div", "x l")], opset=13)
form("ReduceSumSquare", n("ReduceSumSquare", "x", axes=[1, 2], keepdims=0))
form("LpNormalization", n("LpNormalization", "x", axis=1, p=2), opset=9)
form("InstanceNormalization", n("InstanceNormalization", "x s b", epsilon=0.01), {"s": w(2), "b": w(2)})
form("GroupNormalization", n("GroupNormalization", "x s b", num_groups=2, epsilon=0.01), {"s": w(4), "b": w(4)}, [4, 3, 3], opset=21)
form("Gather channels", [STEM, n("Gather", "h i", axis=1)], W0 | {"i": [2, 0, 2, -2]})
form("Gather one row", n("Gather", "x i", axis=2), {"i": f(3).astype("int64")}, opset=11)
form("Gather a table", n("Gather", "x i", axis=3), {"i": f(0, 5, 5, 1, shape=[2, 2]).astype("int64")}, opset=13)
form("Slice every second pixel", n("Slice", "x s e a t"), {"s": [1, 0], "e": [6, 6], "a": [2, 3], "t": [2, 2]})
form("Slice backwards and a channel", n("Slice", "x s e a t"), {"s": [-1, 1], "e": [-7, 2], "a": [3, 1], "t": [-1, 1]})
form("SpaceToDepth", [n("SpaceToDepth", "x", "d", blocksize=2), n("Mul", "d d")], opset=7)
form("DepthToSpace", [n("DepthToSpace", "x", "d", blocksize=2), n("Mul", "d d")], None, [8, 2, 3], opset=7)
form("DepthToSpace CRD", [n("DepthToSpace", "x", "d", blocksize=2, mode="CRD"), n("Mul", "d d")], None, [8, 2, 3], opset=11)
form("Expand", [n("ReduceMean", "x", "m", axes=[2, 3]), n("Expand", "m s", "e"), n("Mul", "e x")], {"s": [1, 2, 6, 6]})
form("Tile", [n("Tile", "x t", "u"), n("Mul", "u u")], {"t": [1, 2, 1, 3]}, [2, 3, 2])
form("ReduceL1", [STEM, n("ReduceL1", "h", axes=[2, 3])], W0)
form("ReduceLogSum of Exp", [n("Exp", "x", "e"), n("ReduceLogSum", "e", axes=[1], keepdims=0)])
form("ReduceLogSumExp", [STEM, n("ReduceLogSumExp", "h", axes=[1, 3])], W0)
form("Sum of three", [*TWO, n("Sum", "h k z")], W01 | {"z": w(3, 6, 6)})
form("GELU written with Erf", [STEM, n("Mul", "h s", "t"), n("Erf", "t", "e"), n("Add", "e one", "g"), n("Mul", "h g")], W0 | {"s": f(0.5**0.5), "one": f(1)})

# --- arithmetic of constants and shapes, computed when a model is prepared ---
STEPS = {"c": f(-1.5, 2.25, 0.5, -0.75, 3.5, 2.5, shape=[6])}
form("Floor, Ceil, Round and Sign of constants", [n("Floor", "c", "p"), n("Ceil", "c", "q"), n("Round", "c", "r"), n("Sign", "c", "s"), n("Sum", "p q r s", "t"), n("Mul", "x t")], STEPS)
COMPARED = STEPS | {"d": f(-2, 2.25, 1, 0, 3, 2.5, shape=[6])}
form("Less and Where of constants", [n("Less", "c d", "l"), n("Where", "l c d", "a"), n("Mul", "x a")], COMPARED)
form("Greater, And, Or and Not of constants", [n("Greater", "c d", "g"), n("LessOrEqual", "c d", "l"), n("GreaterOrEqual", "c d", "e"), n("And", "l e", "same"), n("Or", "g same", "o"), n("Not", "o", "less"), n("Where", "less c d", "a"), n("Mul", "x a")], COMPARED)
form("Shape arithmetic: Where, Equal and ConstantOfShape", [n("ConstantOfShape", "four", "ones", value=np.array([1])), n("Equal", "s kept", "k"), n("Where", "k ones s", "t"), n("Expand", "x t", "u"), n("Mul", "u u")], {"four": [4], "s": [-1, 2, 3, 6], "kept": [-1]}, [2, 1, 6])
form("Shape arithmetic: ReduceProd", [n("Shape", "x", "s"), n("Slice", "s from to", "d"), n("ReduceProd", "d", "p"), n("Concat", "rest p", "r", axis=0), n("Reshape", "x r")], {"from": [1], "to": [4], "rest": [-1]})
form("Shape arithmetic: Range and Mod", [n("Range", "zero six two", "r"), n("Mod", "r four", "i"), n("Gather", "x i", axis=2)], {k: np.array(v) for k, v in {"zero": 0, "six": 6, "two": 2, "four": 4}.items()})
form("MatMul of a constant and a value", n("MatMul", "w x"), {"w": w(3, 6)})
form(
    "Attention",
    [n("MatMul", "x q", "a"), n("MatMul", "x k", "b"), n("Transpose", "b", "t", perm=[0, 2, 1]), n("MatMul", "a t", "s"), n("Softmax", "s", "p", axis=-1), n("MatMul", "p x")],
    {"q": w(4, 3), "k": w(4, 3)},
    [5, 4],
)
