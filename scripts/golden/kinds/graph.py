"""Writes small ONNX networks node by node: a trunk of three convolutions, then whatever a kind is about."""

import pathlib
import sys

import numpy as np
from onnx import TensorProto, helper, numpy_helper

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from networks import probe_input  # noqa: E402
from seeded import values  # noqa: E402

PICTURE = 16
SIDE = 4  # height and width of the last map
PLACES = SIDE * SIDE
C = 8  # channels of the last map
CLASSES = 4


def f32(*v):
    return np.array(v if len(v) != 1 else v[0], np.float32)


def i64(*v):
    return np.array(v, np.int64)


def pictures():
    """[3,3,16,16]: the waves of test/golden/probe-input.ts, phases 0, 1 and 2."""
    return np.concatenate([probe_input(PICTURE, PICTURE, phase) for phase in range(3)])


def picture():
    return pictures()[:1]


class Graph:
    """An ONNX graph under construction. Arrays among the inputs become initializers."""

    def __init__(self, opset=17, shape=("N", 3, PICTURE, PICTURE), dtype=TensorProto.FLOAT, seed=0, input_name="input"):
        self.opset, self.seed, self.recipes = opset, seed, {}
        self.nodes, self.initializers, self.outputs = [], [], []
        self.input = input_name
        self.inputs = [helper.make_tensor_value_info(input_name, dtype, list(shape))]

    def constant(self, value):
        value = np.asarray(value)
        if value.dtype == np.float64:
            value = value.astype(np.float32)
        recipe = self.recipes.get(id(value))
        tensor = numpy_helper.from_array(value, recipe[0] if recipe else f"const.{len(self.initializers)}")
        if recipe:
            # As seeded.strip writes it: the file says how to make the numbers.
            tensor.ClearField("raw_data")
            tensor.data_location = TensorProto.EXTERNAL
            for key, entry in (("location", "seeded"), ("low", repr(-recipe[1])), ("high", repr(recipe[1]))):
                tensor.external_data.add(key=key, value=entry)
        self.initializers.append(tensor)
        return tensor.name

    def op(self, kind, *inputs, outs=1, name=None, domain=None, **attributes):
        """Adds one node and gives the name of its output (a list of names when `outs` is above 1)."""
        names = [i if isinstance(i, str) else self.constant(i) for i in inputs]
        k = len(self.nodes)
        made = [name] if name else [f"/{kind}_{k}_output_{j}" for j in range(outs)]
        attributes = {a: v for a, v in attributes.items() if v is not None}
        self.nodes.append(helper.make_node(kind, names, made, name=f"/{kind}_{k}", domain=domain, **attributes))
        return made[0] if outs == 1 else made

    def output(self, value, shape, dtype=TensorProto.FLOAT, name=None):
        """Makes a value an output; under another name when one is given."""
        if name:
            value = self.op("Identity", value, name=name)
        self.outputs.append(helper.make_tensor_value_info(value, dtype, None if shape is None else list(shape)))
        return value

    def weights(self, *shape, gain=1.0):
        """Seeded numbers; unchanged they are written as their recipe."""
        bound = float(gain * np.sqrt(6 / (int(np.prod(shape[1:])) or 1)))
        name = f"w{self.seed}.{len(self.recipes)}"
        made = values(name, int(np.prod(shape)), -bound, bound).reshape(shape)
        self.recipes[id(made)] = (name, bound, made)
        return made

    def conv(self, x, cin, cout, k=3, stride=1, pad=None, gain=1.0, bias=True, group=1):
        pad = k // 2 if pad is None else pad
        parts = [x, self.weights(cout, cin // group, k, k, gain=gain)]
        if bias:
            parts.append(self.weights(cout, gain=0.05))
        return self.op("Conv", *parts, kernel_shape=[k, k], strides=[stride] * 2, pads=[pad] * 4, group=group)

    def gemm(self, x, cin, cout, gain=3.0, bias=True, trans=1):
        w = self.weights(cout, cin, gain=gain)
        parts = [x, w if trans else np.ascontiguousarray(w.T)]
        if bias:
            parts.append(self.weights(cout, gain=0.2))
        return self.op("Gemm", *parts, transB=trans)

    def trunk(self, x=None, cin=3, act=lambda g, x: g.op("Relu", x), last=None):
        """Three convolutions, [N,cin,16,16] to [N,8,4,4]; `last` is the third one's activation."""
        x = act(self, self.conv(x or self.input, cin, 4, stride=2))
        x = act(self, self.conv(x, 4, 6, stride=2))
        return (last or act)(self, self.conv(x, 6, C))

    def pooled(self, x):
        return self.op("Flatten", self.op("GlobalAveragePool", x), axis=1)

    def logits(self, x=None, classes=CLASSES, gain=3.0):
        """Pooling and one linear layer: (the map, logits [N,classes])."""
        layer = x or self.trunk()
        return layer, self.gemm(self.pooled(layer), C, classes, gain=gain)

    def model(self):
        """With recipes in the place of weights; seeded.fill makes them numbers."""
        graph = helper.make_graph(self.nodes, "net", self.inputs, self.outputs, self.initializers)
        imports = [helper.make_opsetid("", self.opset)]
        imports += [helper.make_opsetid(d, 1) for d in sorted({n.domain for n in self.nodes if n.domain})]
        return helper.make_model(graph, opset_imports=imports, ir_version=8, producer_name="kinds")


def relu(g, x):
    return g.op("Relu", x)


def softmax(g, z):
    return g.op("Softmax", z, axis=-1)
