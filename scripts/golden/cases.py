"""The small nets of operators.py: each is `x → nodes → y → Flatten → Gemm → logits`.

A case is (name, input shape of one image, nodes, constants), plus keywords. In a node, the attribute values'
Python types give ONNX's: int, float, str, list of ints. A constant is a shape (random values are filled in),
a list of ints (int64 values), or a numpy array.
"""

import numpy as np

IMAGE = [2, 6, 6]


def n(op, inputs, output="y", **attributes):
    return {"op": op, "inputs": inputs.split(" ") if inputs else [], "outputs": [output], "attributes": attributes}


def w(*shape):
    """A constant of random values."""
    return tuple(shape)


def f(*values, shape=None):
    array = np.array(values, dtype=np.float32)
    return array.reshape(shape) if shape is not None else array.reshape(())


CASES = []


def case(name, nodes, constants=None, image=None, **options):
    nodes = nodes if isinstance(nodes, list) else [nodes]
    CASES.append({"name": name, "image": image or IMAGE, "nodes": nodes, "constants": constants or {}, **options})


def conv(name, kernel, image=None, bias=False, **attributes):
    constants = {"w": w(*kernel)} | ({"b": w(kernel[0])} if bias else {})
    case(f"Conv {name}", n("Conv", "x w b" if bias else "x w", **attributes), constants, image)


conv("3x3", [3, 2, 3, 3])
conv("3x3 pad 1 bias", [3, 2, 3, 3], bias=True, pads=[1, 1, 1, 1])
conv("1x1", [4, 2, 1, 1], bias=True)
conv("5x5 pad 2", [2, 2, 5, 5], pads=[2, 2, 2, 2])
conv("1x3", [3, 2, 1, 3], pads=[0, 1, 0, 1])
conv("asymmetric pads stride 1", [3, 2, 3, 2], pads=[0, 1, 2, 0])
conv("stride 2 pad 1", [3, 2, 3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
conv("stride 2 pad 1 on 7", [3, 2, 3, 3], [2, 7, 7], strides=[2, 2], pads=[1, 1, 1, 1])
conv("stride 2 asymmetric pads", [3, 2, 3, 3], strides=[2, 2], pads=[0, 0, 1, 1])
conv("stride 2 asymmetric pads on 7x6", [3, 2, 3, 3], [2, 7, 6], strides=[2, 2], pads=[1, 0, 0, 1])
conv("stride 2 kernel 1", [3, 2, 1, 1], strides=[2, 2])
conv("stride 3 kernel 2, pixels left out", [3, 2, 2, 2], [2, 8, 8], strides=[3, 3])
conv("stride 4 kernel 5, rest at the end", [3, 2, 5, 5], [2, 11, 12], strides=[4, 4])
conv("stride 2 kernel 7 pad 3", [2, 2, 7, 7], [2, 9, 8], strides=[2, 2], pads=[3, 3, 3, 3])
conv("strides 1 and 2", [3, 2, 3, 3], strides=[1, 2], pads=[1, 1, 1, 1])
conv("pads wider than the kernel", [3, 2, 1, 1], [2, 4, 4], pads=[1, 1, 2, 1])
conv("stride 2 pads wider than the kernel", [3, 2, 2, 2], [2, 5, 5], strides=[2, 2], pads=[2, 2, 3, 2])
conv("groups 2", [4, 2, 3, 3], [4, 4, 4], group=2, pads=[1, 1, 1, 1])
conv("groups 2 stride 2", [6, 2, 3, 3], [4, 5, 5], group=2, strides=[2, 2], pads=[1, 1, 1, 1])
conv("groups 2 bias asymmetric", [4, 2, 2, 3], [4, 4, 4], bias=True, group=2, pads=[1, 0, 0, 2])
conv("depthwise", [3, 1, 3, 3], [3, 5, 5], group=3, pads=[1, 1, 1, 1])
conv("depthwise stride 2 asymmetric pads", [3, 1, 3, 3], [3, 6, 6], group=3, strides=[2, 2], pads=[0, 0, 1, 1])
conv("depthwise multiplier 2", [6, 1, 3, 3], [3, 4, 4], group=3, pads=[1, 1, 1, 1])
conv("depthwise multiplier 2 stride 2", [6, 1, 3, 3], [3, 5, 4], group=3, strides=[2, 2], pads=[1, 1, 1, 1])
conv("dilation 2", [3, 2, 3, 3], dilations=[2, 2], pads=[2, 2, 2, 2])
conv("dilations 1 and 3 stride 2", [3, 2, 2, 3], [2, 7, 9], dilations=[1, 3], strides=[2, 2])
conv("dilated depthwise stride 2", [2, 1, 3, 3], [2, 8, 8], group=2, dilations=[2, 2], strides=[2, 2], pads=[1, 1, 2, 2])
conv("SAME_UPPER stride 2", [3, 2, 3, 3], auto_pad="SAME_UPPER", strides=[2, 2])
conv("SAME_LOWER stride 2 kernel 4", [3, 2, 4, 4], auto_pad="SAME_LOWER", strides=[2, 2])
conv("VALID", [3, 2, 3, 3], auto_pad="VALID")
conv("1D", [3, 2, 3], [2, 12], pads=[1, 1])
conv("1D stride 2", [3, 2, 4], [2, 13], strides=[2], pads=[1, 2])

FLAT = n("Flatten", "x", "f", axis=1)
case("Gemm", [FLAT, n("Gemm", "f w b")], {"w": w(16, 5), "b": w(5)}, [1, 4, 4])
case("Gemm transB", [FLAT, n("Gemm", "f w b", transB=1)], {"w": w(5, 16), "b": w(5)}, [1, 4, 4])
case("Gemm alpha beta", [FLAT, n("Gemm", "f w b", alpha=0.5, beta=2.0)], {"w": w(16, 5), "b": w(1)}, [1, 4, 4])
case("Gemm without bias", [FLAT, n("Gemm", "f w", transB=1)], {"w": w(5, 16)}, [1, 4, 4])
case("MatMul 2D and Add", [FLAT, n("MatMul", "f w", "m"), n("Add", "m b")], {"w": w(16, 5), "b": w(5)}, [1, 4, 4])
case("MatMul 3D by 2D", n("MatMul", "x w"), {"w": w(4, 3)}, [5, 4])
case("MatMul 4D by 2D", n("MatMul", "x w"), {"w": w(4, 3)}, [2, 3, 4])

STEM = n("Conv", "x w0", "h", pads=[1, 1, 1, 1])
W0 = {"w0": w(3, 2, 3, 3)}
case("Relu", [STEM, n("Relu", "h")], W0)
case("Relu on the input", n("Relu", "x"))
case("Clip 0 6", [STEM, n("Clip", "h lo hi")], W0 | {"lo": f(0), "hi": f(6)}, reach=6.0)
case("Clip −0.5 0.7", n("Clip", "x lo hi"), {"lo": f(-0.5), "hi": f(0.7)})
case("Clip minimum only", n("Clip", "x lo"), {"lo": f(-0.3)})
case("Clip maximum only", n("Clip", "x  hi"), {"hi": f(0.4)})
case("LeakyRelu", [STEM, n("LeakyRelu", "h", alpha=0.1)], W0)
case("LeakyRelu default", n("LeakyRelu", "x"))
case("Sigmoid", [STEM, n("Sigmoid", "h")], W0)
case("SiLU", [STEM, n("Sigmoid", "h", "s"), n("Mul", "h s")], W0)
case("HardSwish", [STEM, n("HardSwish", "h")], W0, reach=4.0)
case("HardSigmoid default", [STEM, n("HardSigmoid", "h")], W0, reach=4.0)
case("HardSigmoid 1/6", [STEM, n("HardSigmoid", "h", alpha=1 / 6, beta=0.5)], W0, reach=4.0)
case(
    "HardSwish as Add Clip Mul Div",
    [n("Add", "x three", "a"), n("Clip", "a lo hi", "c"), n("Mul", "x c", "m"), n("Div", "m six")],
    {"three": f(3), "lo": f(0), "hi": f(6), "six": f(6)},
    reach=4.7,
)


def max_pool(name, kernel, image=None, **attributes):
    options = {"ties": attributes.pop("ties")} if "ties" in attributes else {}
    case(f"MaxPool {name}", n("MaxPool", "x", kernel_shape=kernel, **attributes), None, image, **options)


max_pool("2x2/2", [2, 2], strides=[2, 2])
max_pool("2x2/2 on 7, rest at the end", [2, 2], [2, 7, 7], strides=[2, 2])
max_pool("2x2/2 on 7 ceil_mode", [2, 2], [2, 7, 7], strides=[2, 2], ceil_mode=1)
max_pool("3x3/2 overlapping on 7", [3, 3], [2, 7, 7], strides=[2, 2])
max_pool("3x3/2 ceil_mode on 6", [3, 3], strides=[2, 2], ceil_mode=1)
max_pool("3x3/2 ceil_mode on 6x7", [3, 3], [2, 6, 7], strides=[2, 2], ceil_mode=1)
max_pool("3x3/2 pad 1", [3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
max_pool("3x3/1 pad 1", [3, 3], strides=[1, 1], pads=[1, 1, 1, 1])
max_pool("3x3/2 pad 1 ceil_mode", [3, 3], [2, 6, 8], strides=[2, 2], pads=[1, 1, 1, 1], ceil_mode=1)
# onnxruntime's shape inference counts the dropped window (its kernel does not), hence the pooling behind it.
DROPPED = {"kernel_shape": [2, 2], "strides": [3, 3], "pads": [1, 1, 1, 1], "ceil_mode": 1}
for op in ["MaxPool", "AveragePool"]:
    case(f"{op} 2x2/3 pad 1 ceil_mode, last window dropped", [n(op, "x", "h", **DROPPED), n("GlobalAveragePool", "h")], None, [3, 4, 5])
max_pool("3x3/2 asymmetric pads", [3, 3], strides=[2, 2], pads=[0, 0, 1, 1])
max_pool("3x2 strides 2 1", [3, 2], strides=[2, 1])
max_pool("2x2/1", [2, 2], [2, 4, 5], strides=[1, 1])
max_pool("2x2/3, pixels left out", [2, 2], [2, 8, 8], strides=[3, 3])
max_pool("whole image", [5, 4], [3, 5, 4])
max_pool("dilation 2", [2, 2], [2, 7, 7], strides=[2, 2], dilations=[2, 2])
max_pool("SAME_UPPER", [3, 3], strides=[2, 2], auto_pad="SAME_UPPER")
max_pool("1D 3/2", [3], [2, 11], strides=[2])
max_pool("2x2/2 ties", [2, 2], strides=[2, 2], ties=True)
max_pool("3x3/2 ties overlapping", [3, 3], [2, 7, 7], strides=[2, 2], ties=True)
max_pool("3x3/1 pad 1 ties", [3, 3], strides=[1, 1], pads=[1, 1, 1, 1], ties=True)
max_pool("3x3/2 ceil_mode ties", [3, 3], strides=[2, 2], ceil_mode=1, ties=True)
case(
    "Relu then MaxPool 3x3/2, zeros tie",
    [STEM, n("Relu", "h", "r"), n("MaxPool", "r", kernel_shape=[3, 3], strides=[2, 2])],
    W0,
    [2, 7, 7],
)


def average_pool(name, kernel, image=None, **attributes):
    case(f"AveragePool {name}", n("AveragePool", "x", kernel_shape=kernel, **attributes), None, image)


average_pool("2x2/2", [2, 2], strides=[2, 2])
average_pool("2x2/2 on 7", [2, 2], [2, 7, 7], strides=[2, 2])
average_pool("3x3/2 overlapping", [3, 3], [2, 7, 7], strides=[2, 2])
average_pool("3x3/1 pad 1", [3, 3], strides=[1, 1], pads=[1, 1, 1, 1])
average_pool("3x3/1 pad 1 count_include_pad", [3, 3], strides=[1, 1], pads=[1, 1, 1, 1], count_include_pad=1)
average_pool("3x3/2 pad 1", [3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
average_pool("3x3/2 ceil_mode", [3, 3], strides=[2, 2], ceil_mode=1)
average_pool("3x3/2 ceil_mode pad 1 count_include_pad", [3, 3], [2, 6, 7], strides=[2, 2], pads=[1, 1, 1, 1], ceil_mode=1, count_include_pad=1)
average_pool("3x3/2 ceil_mode pad 1", [3, 3], [2, 6, 7], strides=[2, 2], pads=[1, 1, 1, 1], ceil_mode=1)
average_pool("3x2/2 asymmetric pads", [3, 2], strides=[2, 2], pads=[1, 0, 0, 1])
average_pool("3x2/2 asymmetric pads count_include_pad", [3, 2], strides=[2, 2], pads=[1, 0, 0, 1], count_include_pad=1)
average_pool("2x2/3, pixels left out", [2, 2], [2, 8, 8], strides=[3, 3])
average_pool("whole image", [5, 4], [3, 5, 4])
case("GlobalAveragePool", [STEM, n("GlobalAveragePool", "h")], W0)
case("ReduceMean spatial", [STEM, n("ReduceMean", "h", axes=[2, 3], keepdims=0)], W0)
case("ReduceMean spatial keepdims", [STEM, n("ReduceMean", "h", axes=[-2, -1], keepdims=1)], W0)
case("ReduceMean one axis", n("ReduceMean", "x", axes=[-1], keepdims=0))
case("ReduceMean channels keepdims", n("ReduceMean", "x", axes=[1]))

BN = {"s": w(3), "t": w(3), "m": w(3), "v": f(0.5, 1.25, 2, shape=[3])}
case("BatchNormalization after Conv", [STEM, n("BatchNormalization", "h s t m v")], W0 | BN)
case("BatchNormalization after Conv with bias", [n("Conv", "x w0 b0", "h"), n("BatchNormalization", "h s t m v", epsilon=0.01)], W0 | BN | {"b0": w(3)})
case("BatchNormalization alone", n("BatchNormalization", "x s t m v", epsilon=0.1), BN, [3, 4, 4])
case("BatchNormalization of a Conv used twice", [STEM, n("BatchNormalization", "h s t m v", "z"), n("Add", "z h")], W0 | BN)
case("BatchNormalization after grouped Conv", [n("Conv", "x w0", "h", group=3), n("BatchNormalization", "h s t m v")], BN | {"w0": w(3, 1, 3, 3)}, [3, 5, 5])
case("BatchNormalization of vectors", [FLAT, n("Gemm", "f g", "h"), n("BatchNormalization", "h s t m v")], BN | {"g": w(16, 3)}, [1, 4, 4])
case("LRN size 5", n("LRN", "x", size=5, alpha=1e-4, beta=0.75), None, [7, 3, 3], reach=20.0)
case("LRN size 5 strong", n("LRN", "x", size=5, alpha=1.5, beta=0.75, bias=2.0), None, [7, 3, 3])
case("LRN size 3 beta 0.5", n("LRN", "x", size=3, alpha=0.9, beta=0.5), None, [4, 3, 3])
case("LRN size 1", n("LRN", "x", size=1, alpha=0.9), None, [3, 3, 3])
case("LRN wider than the channels", n("LRN", "x", size=7, alpha=2.0), None, [3, 3, 3])

BRANCHES = [n("Conv", "x w1", "p"), n("Conv", "x w2", "q", pads=[1, 1, 1, 1], strides=[1, 1])]
W12 = {"w1": w(2, 2, 1, 1), "w2": w(3, 2, 3, 3)}
case("Concat channels", [*BRANCHES, n("Concat", "p q", axis=1)], W12)
case("Concat negative axis", [n("Sigmoid", "x", "p"), n("Concat", "x p", axis=-1)])
case("Concat of one value twice", [STEM, n("Concat", "h x h", axis=1)], W0)
case("Add residual", [n("Conv", "x w1", "p"), n("Add", "x p")], {"w1": w(2, 2, 1, 1)})
case("Add a value to itself", [STEM, n("Add", "h h")], W0)
case("Add per channel", n("Add", "x c"), {"c": w(2, 1, 1)})
case("Add constant first", n("Add", "c x"), {"c": w(1, 2, 1, 1)})
case("Sub branches", [STEM, n("Relu", "h", "r"), n("Sub", "h r")], W0)
case("Sub constant minus value", n("Sub", "c x"), {"c": w(2, 1, 1)})
case("Mul per channel", n("Mul", "x c"), {"c": w(2, 1, 1)})
case("Mul branches", [STEM, n("Sigmoid", "h", "s"), n("Mul", "s h")], W0)
case("Mul a value by itself", n("Mul", "x x"))
case("Mul squeeze and excite", [n("GlobalAveragePool", "x", "g"), n("Conv", "g w1", "c"), n("Sigmoid", "c", "s"), n("Mul", "x s")], {"w1": w(2, 2, 1, 1)})
case("Mul by a map over all channels", [n("Conv", "x w1", "c"), n("Mul", "x c")], {"w1": w(1, 2, 1, 1)})
case("Div by constant", n("Div", "x c"), {"c": f(0.25)})
case("Div constant by value", [n("Sigmoid", "x", "s"), n("Div", "c s")], {"c": w(2, 1, 1)})
case("Div branches", [n("Sigmoid", "x", "s"), n("Div", "x s")])
case("Div by the mean over space", [n("Sigmoid", "x", "s"), n("GlobalAveragePool", "s", "g"), n("Div", "x g")])
case("Sub the mean over channels", [n("ReduceMean", "x", "m", axes=[1]), n("Sub", "x m")])

P = {"p": [0, 0, 1, 2, 0, 0, 0, 1]}
case("Pad zeros", n("Pad", "x p"), P)
case("Pad value", n("Pad", "x p v"), P | {"v": f(0.5)})
case("Pad negative", n("Pad", "x p"), {"p": [0, 0, -1, 1, 0, 0, 2, -2]})
case("Pad channels", n("Pad", "x p"), {"p": [0, 1, 0, 0, 0, 2, 0, 0]})
case("Pad reflect", n("Pad", "x p", mode="reflect"), {"p": [0, 0, 2, 1, 0, 0, 1, 3]})
case("Pad edge", n("Pad", "x p", mode="edge"), {"p": [0, 0, 2, 1, 0, 0, 1, 3]})
case("Pad then Conv", [n("Pad", "x p", "h"), n("Conv", "h w0", strides=[2, 2])], P | W0)
case("Pad −1 then MaxPool", [n("Pad", "x p v", "h"), n("MaxPool", "h", kernel_shape=[3, 3], strides=[2, 2])], P | {"v": f(-9)})
case("Flatten", n("Flatten", "x", axis=1))
case("Reshape 0 −1", n("Reshape", "x r"), {"r": [0, -1]})
case("Reshape −1 first", n("Reshape", "x r"), {"r": [-1, 72]})
case("Reshape splits channels", [n("Reshape", "x r", "a"), n("Transpose", "a", "b", perm=[0, 2, 1, 3, 4]), n("Reshape", "b q")], {"r": [0, 2, 2, 3, 3], "q": [-1, 4, 3, 3]}, [4, 3, 3])
case("Squeeze after GlobalAveragePool", [STEM, n("GlobalAveragePool", "h", "g"), n("Squeeze", "g a")], W0 | {"a": [2, 3]})
case("Squeeze negative axis", [n("ReduceMean", "x", "m", axes=[3]), n("Squeeze", "m a")], {"a": [-1]})
case("Unsqueeze", [n("ReduceMean", "x", "m", axes=[2, 3], keepdims=0), n("Unsqueeze", "m a", "u"), n("Mul", "x u")], {"a": [2, 3]})
case("Transpose to NHWC", n("Transpose", "x", perm=[0, 2, 3, 1]))
case("Transpose there and back", [n("Transpose", "x", "t", perm=[0, 2, 3, 1]), n("MatMul", "t w", "m"), n("Transpose", "m", perm=[0, 3, 1, 2])], {"w": w(2, 3)})
case("Dropout", [STEM, n("Dropout", "h")], W0)
case("Identity", [n("Identity", "x", "i"), n("Identity", "i")])
case("Cast float to float", [STEM, n("Cast", "h", to=1)], W0)
case("Constant node", [n("Constant", "", "c", value=np.array([[[0.5]], [[-2]]], dtype=np.float32)), n("Mul", "x c")])
case(
    "Shape arithmetic: view(x.size(0), -1)",
    [
        n("Shape", "x", "s"),
        n("Gather", "s zero", "b", axis=0),
        n("Unsqueeze", "b axis", "u"),
        n("Concat", "u rest", "target", axis=0),
        n("Reshape", "x target"),
    ],
    {"zero": np.array(0, dtype=np.int64), "axis": [0], "rest": [-1]},
)
case(
    "Shape arithmetic: Slice and Div",
    [
        n("Shape", "x", "s"),
        n("Slice", "s one two", "b"),
        n("Div", "b two", "half"),
        n("Concat", "zero half two rest", "target", axis=0),
        n("Reshape", "x target"),
    ],
    {"one": [1], "two": [2], "zero": [0], "rest": [-1]},
    [4, 3, 3],
)
case("Softmax at the end is cut off", [STEM, n("Relu", "h")], W0, tail=[n("Softmax", "logits", "probabilities", axis=1)])

TWO_LAYERS = [
    n("Conv", "x w1", "h1", pads=[1, 1, 1, 1]),
    n("Relu", "h1", "r1"),
    n("MaxPool", "r1", "p1", kernel_shape=[2, 2], strides=[2, 2]),
    n("Conv", "p1 w2", "h2", pads=[1, 1, 1, 1]),
    n("Relu", "h2"),
]
SIX = {"lo": f(0), "hi": f(6)}
TWO_CLIPS = [
    n("Conv", "x w1", "h1", pads=[1, 1, 1, 1]),
    n("Clip", "h1 lo hi", "r1"),
    n("Conv", "r1 w2", "h2", strides=[2, 2]),
    n("Clip", "h2 lo hi"),
]
RESIDUAL = [
    n("Conv", "x w1", "h1", pads=[1, 1, 1, 1]),
    n("Relu", "h1", "r1"),
    n("Conv", "r1 w2", "h2", pads=[1, 1, 1, 1]),
    n("Add", "h2 r1", "a"),
    n("Relu", "a"),
]
for rule in ["gradient", "guided", "deconvnet"]:
    case(f"two layers, {rule}", TWO_LAYERS, {"w1": w(3, 2, 3, 3), "w2": w(4, 3, 3, 3)}, rule=rule)
    case(f"two Clip 0 6 layers, {rule}", TWO_CLIPS, {"w1": w(3, 2, 3, 3), "w2": w(4, 3, 3, 3)} | SIX, reach=5.0, rule=rule)
    case(f"residual block, {rule}", RESIDUAL, {"w1": w(3, 2, 3, 3), "w2": w(3, 3, 3, 3)}, rule=rule)
