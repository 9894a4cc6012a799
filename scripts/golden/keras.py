"""EfficientNet as Keras and TensorFlow networks come out of tf2onnx, written node by node.

[1,H,W,3] input behind a Transpose, pads as TensorFlow's SAME, weights listed among the inputs (IR version 3),
Squeeze, MatMul and Add at the end, a Softmax last. Lite0 has ReLU6 and no gates; B0 has swish, squeeze and
excitation, and Keras' own rescaling and ZeroPadding2D in front of strided convolutions.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

# expansion, output channels, repeats, stride, kernel (Tan and Le, 2019, table 1)
BLOCKS = [(1, 16, 1, 1, 3), (6, 24, 2, 2, 3), (6, 40, 2, 2, 5), (6, 80, 3, 2, 3), (6, 112, 3, 1, 5), (6, 192, 4, 2, 5), (6, 320, 1, 1, 3)]


class Builder:
    def __init__(self, opset):
        self.opset, self.nodes, self.weights = opset, [], []

    def node(self, op, inputs, name, **attributes):
        self.nodes.append(helper.make_node(op, inputs, [f"{name}:0"], name, **attributes))
        return f"{name}:0"

    def weight(self, name, value):
        self.weights.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def fresh(self, name, *shape):
        # The values do not matter: seeded.py replaces them.
        return self.weight(name, np.zeros(shape, np.float32))

    def ints(self, name, *values):
        return self.weight(name, np.array(values, np.int64))

    def model(self, size, output):
        inputs = [helper.make_tensor_value_info("images:0", TensorProto.FLOAT, [1, size, size, 3])]
        inputs += [helper.make_tensor_value_info(w.name, w.data_type, list(w.dims)) for w in self.weights]
        outputs = [helper.make_tensor_value_info(output, TensorProto.FLOAT, [1, 1000])]
        graph = helper.make_graph(self.nodes, "tf2onnx", inputs, outputs, self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)], ir_version=3)
        onnx.checker.check_model(model)
        return model


def head(b, x, channels):
    x = b.node("GlobalAveragePool", [x], "head/pool")
    squeeze = [b.ints("axes", 2, 3)] if b.opset >= 13 else []
    x = b.node("Squeeze", [x, *squeeze], "head/squeeze", **({} if squeeze else {"axes": [2, 3]}))
    x = b.node("MatMul", [x, b.fresh("head/dense/kernel", channels, 1000)], "head/dense/MatMul")
    x = b.node("Add", [x, b.fresh("head/dense/bias", 1000)], "head/dense/BiasAdd")
    return b.node("Softmax", [x], "Softmax", axis=1)


def blocks(x, block):
    channels, index = 32, 0
    for expansion, to, repeats, stride, kernel in BLOCKS:
        for repeat in range(repeats):
            x = block(x, f"block{index}", channels, expansion, to, stride if repeat == 0 else 1, kernel)
            channels, index = to, index + 1
    return x


def efficientnet_lite0(size):
    b = Builder(11)

    def conv(x, name, i, o, kernel, stride=1, group=1, act=True):
        x = b.node("Conv", [x, b.fresh(f"{name}/kernel", o, i // group, kernel, kernel)], name,
                   auto_pad="SAME_UPPER", strides=[stride, stride], group=group, kernel_shape=[kernel, kernel])
        names = ["gamma", "beta", "moving_mean", "moving_variance"]
        x = b.node("BatchNormalization", [x, *[b.fresh(f"{name}/bn/{n}", o) for n in names]], f"{name}/bn", epsilon=1e-3)
        # Converters wrote ReLU6 as Relu and Min before there was Clip with inputs.
        return b.node("Min", [b.node("Relu", [x], f"{name}/Relu"), "six"], f"{name}/Relu6") if act else x

    def block(x, name, i, expansion, o, stride, kernel):
        y = x if expansion == 1 else conv(x, f"{name}/expand", i, i * expansion, 1)
        y = conv(y, f"{name}/depthwise", i * expansion, i * expansion, kernel, stride, i * expansion)
        y = conv(y, f"{name}/project", i * expansion, o, 1, act=False)
        return b.node("Add", [y, x], f"{name}/add") if stride == 1 and i == o else y

    b.weight("six", np.float32(6))
    x = b.node("Transpose", ["images:0"], "to_nchw", perm=[0, 3, 1, 2])
    x = blocks(conv(x, "stem", 3, 32, 3, 2), block)
    return b.model(size, head(b, conv(x, "head/conv", 320, 1280, 1), 1280))


def efficientnet_b0(size):
    b = Builder(15)

    def conv(x, name, i, o, kernel, stride=1, group=1, act=True):
        pads = {"auto_pad": "SAME_UPPER"} if stride == 1 else {"auto_pad": "VALID"}
        if stride == 2:  # Keras' correct_pad for even sizes: one pixel less in front
            front = kernel // 2 - 1
            x = b.node("Pad", [x, b.ints(f"{name}/pads", 0, 0, front, front, 0, 0, kernel // 2, kernel // 2)], f"{name}/pad")
        x = b.node("Conv", [x, b.fresh(f"{name}/kernel", o, i // group, kernel, kernel), b.fresh(f"{name}/bias", o)], name,
                   strides=[stride, stride], group=group, kernel_shape=[kernel, kernel], **pads)
        return swish(x, name) if act else x

    def swish(x, name):
        return b.node("Mul", [b.node("Sigmoid", [x], f"{name}/Sigmoid"), x], f"{name}/swish")

    def gate(x, name, channels, reduced):
        s = b.node("GlobalAveragePool", [x], f"{name}/squeeze")
        s = b.node("Squeeze", [s, "spatial"], f"{name}/squeezed")
        s = b.node("Reshape", [s, b.ints(f"{name}/shape", -1, 1, 1, channels)], f"{name}/reshape")
        s = b.node("Transpose", [s], f"{name}/transpose", perm=[0, 3, 1, 2])
        s = swish(b.node("Conv", [s, b.fresh(f"{name}/reduce/kernel", reduced, channels, 1, 1), b.fresh(f"{name}/reduce/bias", reduced)], f"{name}/reduce"), f"{name}/reduce")
        s = b.node("Conv", [s, b.fresh(f"{name}/expand/kernel", channels, reduced, 1, 1), b.fresh(f"{name}/expand/bias", channels)], f"{name}/expand")
        return b.node("Mul", [x, b.node("Sigmoid", [s], f"{name}/Sigmoid")], f"{name}/excite")

    def block(x, name, i, expansion, o, stride, kernel):
        wide = i * expansion
        y = x if expansion == 1 else conv(x, f"{name}/expand", i, wide, 1)
        y = conv(y, f"{name}/dwconv", wide, wide, kernel, stride, wide)
        y = conv(gate(y, f"{name}/se", wide, max(1, i // 4)), f"{name}/project", wide, o, 1, act=False)
        return b.node("Add", [y, x], f"{name}/add") if stride == 1 and i == o else y

    b.ints("spatial", 2, 3)
    x = b.node("Mul", ["images:0", b.weight("rescaling", np.float32(0.5))], "rescaling/mul")
    x = b.node("Sub", [x, b.weight("mean", np.array([0.485, 0.456, 0.406], np.float32))], "normalization/sub")
    x = b.node("Div", [x, b.weight("deviation", np.array([0.229, 0.224, 0.225], np.float32))], "normalization/div")
    x = b.node("Transpose", [x], "to_nchw", perm=[0, 3, 1, 2])
    x = blocks(conv(x, "stem", 3, 32, 3, 2), block)
    return b.model(size, head(b, conv(x, "top", 320, 1280, 1), 1280))
