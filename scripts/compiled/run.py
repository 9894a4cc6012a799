"""Runs a compiled file in a runtime of Python.

    python scripts/compiled/run.py onnxruntime|openvino|check MODEL FOLDER

FOLDER has inputs.json ([{name, type, shape}]) and <name>.bin of each. What comes out is written as outputs.json and <number>.bin.
`check` runs onnx.checker on MODEL instead, shape inference included, and prints what it finds.
"""

import json
import pathlib
import sys

import numpy as np


def onnxruntime(model, feeds):
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return ort.__version__, names, session.run(None, feeds)


def openvino(model, feeds):
    import openvino as ov

    # Some processors would compute in bfloat16 otherwise.
    settings = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1}
    compiled = ov.Core().compile_model(model, "CPU", settings)
    results = compiled(feeds)
    names = [output.get_any_name() for output in compiled.outputs]
    return ov.__version__.split("-")[0], names, [results[output] for output in compiled.outputs]


def check(model):
    import onnx

    onnx.checker.check_model(model, full_check=True)
    loaded = onnx.load(model, load_external_data=False)
    foreign = sorted({node.domain for node in loaded.graph.node} - {"", "ai.onnx"})
    batch = {tensor.type.tensor_type.shape.dim[0].dim_param for tensor in [*loaded.graph.input, *loaded.graph.output]}
    print(json.dumps({"onnx": onnx.__version__, "clean": True, "foreign": foreign, "batch": sorted(batch)}))


def main():
    runtime, model, *rest = sys.argv[1:]
    if runtime == "check":
        return check(model)
    folder = pathlib.Path(rest[0])
    feeds = {
        name: np.fromfile(folder / f"{name}.bin", dtype=kind).reshape(shape)
        for name, kind, shape in ((one["name"], one["type"], one["shape"]) for one in json.loads((folder / "inputs.json").read_text()))
    }
    version, names, values = {"onnxruntime": onnxruntime, "openvino": openvino}[runtime](model, feeds)
    described = []
    for i, (name, value) in enumerate(zip(names, values)):
        np.ascontiguousarray(value).tofile(folder / f"{i}.bin")
        described.append({"name": name, "type": str(value.dtype), "shape": list(value.shape)})
    (folder / "outputs.json").write_text(json.dumps({"version": version, "outputs": described}))


main()
