"""Small networks of seven kinds, with what PyTorch makes of them in float64.

    python scripts/golden/kinds [kind ...]

writes test/golden/kinds/<kind>.jsonl, a network per line. `onnx` is the file, base64, large weights as a recipe
(seeded.py). Of the first picture (graph.pictures): `logits`, `probabilities`, default `layer`, Grad-CAM `maps` of two
`classes` there; `scores`: names of values that hold the logits; `batch`: logits and maps of three pictures.
`expect` is `ok`, `said` (it runs, and a line names the value explained) or `refused` (one clear line); `also`: as good.
`choose`: the output to name. `sameValue`, `alsoLayer`: other names of the layer's value, other layers that may be meant.
`guided` and `cam`: what guided backprop, deconvnet and CAM do with the network, see guided.py and cam.py.
"""

import importlib
import pathlib
import sys

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parents[1])]
import record  # noqa: E402
from rounding import dump  # noqa: E402

FOLDER = pathlib.Path(__file__).resolve().parents[3] / "test" / "golden" / "kinds"
KINDS = ("heads", "outputs", "layers", "guided", "batches", "cam", "inputs", "exported")

if __name__ == "__main__":
    for kind in sys.argv[1:] or KINDS:
        record.ROWS.clear()
        importlib.import_module(kind).write()
        names = [row["name"] for row in record.ROWS]
        assert len(names) == len(set(names)), kind
        dump(FOLDER / f"{kind}.jsonl", record.ROWS)
        print(kind, len(names), (FOLDER / f"{kind}.jsonl").stat().st_size)
