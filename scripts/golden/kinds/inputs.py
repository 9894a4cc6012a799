"""Inputs that are not float32 [N,3,16,16]. `pictures` says what the pictures of the truth are where they are no such."""

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, numpy_helper

from graph import PICTURE, Graph, f32, picture
from record import keep, record
from seeded import fill


def plain(shape=("N", 3, PICTURE, PICTURE), dtype=TensorProto.FLOAT, cin=3, before=None, input_name="input"):
    g = Graph(shape=shape, dtype=dtype, seed=71, input_name=input_name)
    layer = g.trunk(before(g) if before else None, cin=cin)
    z = g.logits(layer)[1]
    g.output(z, ("N", 4))
    return g, layer, z


def grey():
    """The first channel alone, [1,1,16,16]."""
    return picture()[:, :1]


def halved(tensor):
    return numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float16), tensor.name)


def half(g):
    """All weights, the input and the output in float16."""
    g.initializers = [halved(t) if t.data_type == TensorProto.FLOAT else t for t in fill(g.model()).graph.initializer]
    for v in list(g.inputs) + list(g.outputs):
        v.type.tensor_type.elem_type = TensorProto.FLOAT16
    return g


def all_inputs():
    g, layer, z = plain()
    record(
        "float16",
        half(g),
        logits=z,
        layer=layer,
        x=picture().astype(np.float16),
        tolerance=2e-2,
        why="float16 weights, input and output: computed in float32",
    )
    g, layer, z = plain()
    g.outputs.clear()
    g.output(g.op("Softmax", z, axis=1), ("N", 4))
    record(
        "float16-softmax",
        half(g),
        logits=z,
        layer=layer,
        x=picture().astype(np.float16),
        tolerance=2e-2,
        why="the same with a Softmax",
    )
    g = Graph(seed=71)
    h = g.op("Cast", g.input, to=TensorProto.FLOAT16)
    layer = g.trunk(h)
    z = g.logits(layer)[1]
    g.initializers = [halved(t) for t in fill(g.model()).graph.initializer]
    g.output(g.op("Cast", z, to=TensorProto.FLOAT), ("N", 4))
    record(
        "float16-inside",
        g,
        logits=z,
        layer=layer,
        x=picture(),
        tolerance=2e-2,
        why="float32 at both ends (keep_io_types), float16 inside, Cast at the ends",
    )
    g, layer, z = plain(dtype=TensorProto.DOUBLE, before=lambda g: g.op("Cast", g.input, to=1))
    record(
        "double-input",
        g,
        logits=z,
        layer=layer,
        x=picture().astype(np.float64),
        why="double input with a Cast: computed in float32 or refused in words",
        also=["refused"],
    )
    g, layer, z = plain(dtype=TensorProto.UINT8, before=lambda g: g.op("Div", g.op("Cast", g.input, to=1), f32(255)))
    bytes_ = np.round(picture() * 255).astype(np.uint8)
    write_refused("uint8", g, bytes_, "uint8 [N,3,16,16] with a Cast: refused with what to do")
    g, layer, z = plain(
        dtype=TensorProto.UINT8,
        shape=("N", PICTURE, PICTURE, 3),
        before=lambda g: g.op("Transpose", g.op("Div", g.op("Cast", g.input, to=1), f32(255)), perm=[0, 3, 1, 2]),
    )
    write_refused(
        "uint8-nhwc",
        g,
        np.ascontiguousarray(bytes_.transpose(0, 2, 3, 1)),
        "uint8 [N,16,16,3] (TensorFlow serving): refused with what to do",
    )
    g, layer, z = plain(shape=("N", 1, PICTURE, PICTURE), cin=1)
    record("grey", g, logits=z, layer=layer, x=grey(), why="grey [N,1,16,16]")
    g, layer, z = plain(
        shape=("N", PICTURE, PICTURE, 1), cin=1, before=lambda g: g.op("Transpose", g.input, perm=[0, 3, 1, 2])
    )
    record(
        "grey-nhwc",
        g,
        logits=z,
        layer=layer,
        x=np.ascontiguousarray(grey().transpose(0, 2, 3, 1)),
        why="grey, channels last",
    )
    g, layer, z = plain(
        shape=("N", PICTURE, PICTURE, 3), before=lambda g: g.op("Transpose", g.input, perm=[0, 3, 1, 2])
    )
    record(
        "nhwc", g, logits=z, layer=layer, x=np.ascontiguousarray(picture().transpose(0, 2, 3, 1)), why="channels last"
    )
    g, layer, z = plain(shape=("N", 3, "H", "W"))
    record(
        "open-size",
        g,
        logits=z,
        layer=layer,
        why="open height and width: the size comes from the configuration (16 here)",
    )
    g, layer, z = plain(shape=("N", 1, "H", "W"), cin=1)
    record("grey-open-size", g, logits=z, layer=layer, x=grey(), why="grey with open size")
    g, layer, z = plain(shape=(None, None, None, None))
    record(
        "all-open",
        g,
        logits=z,
        layer=layer,
        why="nothing is known of the shape; the first convolution wants three channels",
        also=["refused"],
    )
    g, layer, z = plain(shape=("N", 4, PICTURE, PICTURE), cin=4)
    write_refused(
        "four-channels",
        g,
        np.concatenate([picture(), picture()[:, :1]], 1),
        "four channels (RGBA, near infrared): refused, with the shape that is in the file",
    )
    g, layer, z = plain(shape=("N", 768), before=lambda g: g.op("Reshape", g.input, np.array([-1, 3, 16, 16])))
    write_refused(
        "flat-input", g, picture().reshape(1, -1), "a flat input [N,768]: refused, with the shape that is in the file"
    )
    g, layer, z = plain(shape=("N", 3, 12, 20))
    write_refused(
        "not-square",
        g,
        picture()[:, :, :12, :].repeat(2, 3)[..., :20],
        "12x20 input: explained at that size, or refused in words",
        expect="ok",
        also=["refused"],
    )
    g, layer, z = plain(shape=("N", 3, PICTURE, PICTURE), input_name="serving_default_image:0")
    record("odd-input-name", g, logits=z, layer=layer, why="an input name with a colon")
    g, layer, z = plain(shape=(3, PICTURE, PICTURE), before=lambda g: g.op("Unsqueeze", g.input, np.array([0])))
    write_refused("no-batch", g, picture()[0], "no batch axis [3,16,16]: refused, with the shape that is in the file")


def write_refused(name, g, x, why, expect="refused", also=()):
    """A file whose picture this project does not feed: only that it runs is checked."""
    model = fill(g.model())
    onnx.checker.check_model(model)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    session.run(None, {session.get_inputs()[0].name: x})
    keep({"name": name, "why": why, "expect": expect, **({"also": list(also)} if also else {})}, g.model())


def write():
    all_inputs()
