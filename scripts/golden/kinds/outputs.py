"""Several outputs. `expect` is what happens without `model.output`; `choose` is what to choose where asked."""

from onnx import TensorProto, helper

from graph import SIDE, C, Graph, f32, i64, softmax
from record import ROWS, keep, record

INT = TensorProto.INT64
PICTURES = ("N", 3, 16, 16)
# The data set of these tests has four classes.


def net(seed=23, **kw):
    g = Graph(seed=seed, **kw)
    layer = g.trunk()
    v = g.pooled(layer)
    z = g.gemm(v, C, 4)
    return g, layer, v, z


def save(name, g, layer, z, **kw):
    kw.setdefault("probabilities", lambda e: e[z].softmax(1))
    record(name, g, logits=z, layer=layer, **kw)


def choices(name, g, layer, candidates, why, **kw):
    """Two or more outputs fit: refused without a key. One line per choice (`logits` are those of the first)."""
    first = candidates[0]
    record(
        name,
        g,
        logits=first[1],
        layer=layer,
        expect="refused",
        output=first[0],
        why=why,
        probabilities=lambda e: e[first[1]].softmax(1),
        extra={
            "candidates": [c[0] for c in candidates],
            "choices": {c[0]: {"scoreTensor": c[1], "defaultLayer": c[2] if len(c) > 2 else layer} for c in candidates},
        },
        **kw
    )


def fitting_one():
    g, layer, v, z = net()
    g.output(z, ("N", 4))
    g.output(v, ("N", C))
    save("logits-embedding", g, layer, z, why="logits [N,4] fit, the embedding [N,16] does not")
    g, layer, v, z = net()
    g.output(v, ("N", C))
    g.output(z, ("N", 4))
    save("embedding-first", g, layer, z, why="the embedding comes first, the logits fit")
    g, layer, v, z = net()
    g.output(layer, ("N", C, SIDE, SIDE))
    g.output(softmax(g, z), ("N", 4))
    save("featuremap-first", g, layer, z, why="a feature map (also an intermediate value) comes first")
    g, layer, v, z = net()
    g.output(g.op("ArgMax", z, axis=1, keepdims=0), ("N",), INT)
    g.output(softmax(g, z), ("N", 4))
    save("label-prob", g, layer, z, why="label and probabilities; ArgMax is dropped")
    g, layer, v, z = net()
    p = softmax(g, z)
    values, index = g.op("TopK", p, i64(3), outs=2, axis=1)
    g.output(values, ("N", 3))
    g.output(index, ("N", 3), INT)
    g.output(p, ("N", 4))
    save("topk-prob", g, layer, z, why="TopK of 3, indices and probabilities: only the probabilities have 4")
    g, layer, v, z = net()
    g.output(z, ("N", 4))
    g.output(g.op("NonZero", v), (2, "M"), INT)
    save(
        "odd-operator-second-head",
        g,
        layer,
        z,
        why="an unknown operator in the second head alone is dropped before anything is checked",
        skip_unknown=True,
    )
    g, layer, v, z = net()
    g.output(
        g.op("Conv", g.op("Resize", layer, "", f32(1, 1, 4, 4), mode="linear"), g.weights(21, C, 1, 1)),
        ("N", 21, 16, 16),
    )
    g.output(z, ("N", 4))
    save("segmentation-scores", g, layer, z, why="a segmentation map beside the class scores")
    g, layer, v, z = net()
    g.output(z, ("N", 4))
    g.output(g.op("Sigmoid", g.gemm(v, C, 1)), ("N", 1))
    save("scores-and-objectness", g, layer, z, why="four scores fit a data set of four classes; [N,1] does not")
    g, layer, v, z = net()
    g.output(z, ("N", 4))
    g.output(g.op("ReduceMean", g.op("Einsum", v, v, equation="ni,nj->nij"), axes=[1, 2], keepdims=0), ("N",))
    save("scores-and-einsum", g, layer, z, why="Einsum in a head of one value per image is dropped")
    g, layer, v, z = net()
    g.output(z, ("N", 4))
    g.output(g.op("Identity", f32(0.5, 0.2, 0.1, 0.9, 1.0)), (5,))
    save("constant-output", g, layer, z, why="an output that is a constant of five")
    g, layer, v, z = net()
    g.output(z, ("N", 4))
    g.output(g.op("Identity", g.input), PICTURES)
    save("input-output", g, layer, z, why="the input handed through")
    g, layer, v, z = net()
    g.output(z, ("N", 4))
    g.output(g.op("SequenceConstruct", z, v), None)
    g.outputs[-1] = helper.make_tensor_sequence_value_info("seq", TensorProto.FLOAT, None)
    g.nodes[-1].output[0] = "seq"
    save(
        "sequence-output",
        g,
        layer,
        z,
        why="a sequence as second output (what ZipMap gives) is dropped",
        skip_unknown=True,
    )
    g, layer, v, z = net()
    label = g.op("ArgMax", z, axis=1, keepdims=0)
    picked = g.op("Gather", i64(10, 20, 30, 40), label)
    g.output(picked, ("N",), INT, name="output_label")
    g.output(softmax(g, z), ("N", 4), name="output_probability")
    save("sklearn-like", g, layer, z, why="output_label and output_probability")
    g, layer, v, z = net()
    p = softmax(g, z)
    g.output(p, ("N", 4))
    g.output(g.op("Neg", g.op("ReduceSum", g.op("Mul", p, g.op("Log", p)), i64(1), keepdims=0)), ("N",))
    save("prob-and-entropy", g, layer, z, why="probabilities and their entropy [N]")
    g, layer, v, z = net()
    g.output(z, ("N", 4))
    g.output(g.op("Shape", g.input), (4,), INT)
    save(
        "shape-output",
        g,
        layer,
        z,
        why="the shape of the input: [4] integers are no class scores (no batch, no floats)",
    )
    g, layer, v, z = net()
    g.output(z, ("N", 4))
    g.output(g.op("Unique", g.op("ArgMax", z, axis=1, keepdims=0)), ("M",), INT)
    save("scores-and-unique", g, layer, z, why="Unique over the batch in the head that is dropped", skip_unknown=True)


def several_fit():
    g, layer, v, z = net()
    aux = g.gemm(g.pooled(g.nodes[3].output[0]), 6, 4)
    early = g.nodes[3].output[0]
    g.output(z, ("N", 4), name="main")
    g.output(aux, ("N", 4), name="aux")
    choices(
        "aux-head",
        g,
        layer,
        [("main", z), ("aux", aux, early)],
        why="a main and an auxiliary head of four classes: refused with both",
    )
    g, layer, v, z = net()
    p = softmax(g, z)
    g.output(p, ("N", 4))
    g.output(z, ("N", 4))
    choices(
        "prob-and-logits",
        g,
        layer,
        [(p, z), (z, z)],
        why="probabilities and logits of the same scores: both fit (both lead to the same logit)",
        also=["ok"],
    )
    g, layer, v, z = net()
    second = g.gemm(v, C, 4)
    g.output(z, ("N", 4), name="colour")
    g.output(second, ("N", 4), name="shape")
    choices("two-tasks", g, layer, [("colour", z), ("shape", second)], why="two tasks of four classes each")
    g, layer, v, z = net()
    boxes = g.op("Sigmoid", g.gemm(v, C, 4))
    raw = boxes and g.nodes[-1].input[0]
    g.output(boxes, ("N", 4), name="bbox")
    g.output(z, ("N", 4), name="scores")
    choices(
        "box-regression",
        g,
        layer,
        [("scores", z), ("bbox", raw)],
        why="four box coordinates beside four class scores: nothing tells them apart",
    )
    g, layer, v, z = net()
    g.output(z, ("N", 4))
    g.output(g.op("Identity", f32(0.5, 0.2, 0.1, 0.9).reshape(1, 4)), (1, 4))
    record(
        "constant-output-that-fits",
        g,
        logits=z,
        layer=layer,
        expect="ok",
        also=["refused"],
        output=z,
        probabilities=lambda e: e[z].softmax(1),
        why="a constant [1,4] has the right size but does not depend on the picture: never explained",
    )
    g, layer, v, z = net()
    p = softmax(g, z)
    values, index = g.op("TopK", p, i64(4), outs=2, axis=1)
    g.output(values, ("N", 4))
    g.output(index, ("N", 4), INT)
    g.output(p, ("N", 4))
    record(
        "topk-of-all",
        g,
        logits=z,
        layer=layer,
        expect="ok",
        also=["refused"],
        output=p,
        probabilities=lambda e: e[z].softmax(1),
        why="TopK of four gives [N,4] values and indices too: sorted, so never class scores",
    )


def none_fits():
    g, layer, v, z = net()
    g.output(v, ("N", C))
    g.output(layer, ("N", C, SIDE, SIDE))
    record(
        "none-fits",
        g,
        logits=v,
        layer=layer,
        expect="refused",
        probabilities="none",
        why="no output has four scores: refused, with names and shapes",
    )
    g, layer, v, z = net()
    g.output(g.op("ArgMax", z, axis=1, keepdims=0), ("N",), INT)
    g.output(g.op("ReduceMax", softmax(g, z), axes=[1], keepdims=0), ("N",))
    record(
        "label-and-confidence",
        g,
        logits=z,
        layer=layer,
        expect="refused",
        probabilities="none",
        why="label [N] and its confidence [N]: no score per class",
    )
    g, layer, v, z = net()
    g.output(g.input, PICTURES, name="copy")
    g.output(z, ("N", 4))
    save("input-first", g, layer, z, why="the input under another name comes first")
    g, layer, v, z = net()
    g.output(z, ("N", 4))
    g.output(g.op("FancyDetector", v, domain="com.example"), None)
    save_unchecked("custom-domain-second-head", g, layer, z)
    g = Graph(seed=23)
    a, b = g.trunk(), None
    z = g.gemm(g.pooled(a), C, 4)
    g.output(z, ("N", 4))
    g.inputs.append(helper.make_tensor_value_info("unused", TensorProto.FLOAT, [1]))
    g.output(g.op("Add", g.pooled(a), "unused"), ("N", C))
    save_unchecked(
        "second-input-of-other-head", g, a, z, why="a second input that only the other head needs: dropped with it"
    )


def save_unchecked(name, g, layer, z, why="an operator of an unknown domain in the second head alone"):
    """A file that onnxruntime cannot run as it stands: checked without the second output, which is what must happen."""
    whole, free = g.model(), len(g.inputs) > 1
    g.outputs.pop()
    g.nodes.pop()
    g.inputs = g.inputs[:1]
    also = ["refused"] if free else ()
    record(name, g, logits=z, layer=layer, why=why, probabilities=lambda e: e[z].softmax(1), also=also)
    line = ROWS.pop()
    del line["onnx"]
    keep(line, whole)


def write():
    fitting_one()
    several_fit()
    none_fits()
