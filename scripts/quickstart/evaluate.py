"""Top-1 and top-5 error of the ONNX files on the validation scenes, by ONNX Runtime.

    python evaluate.py [file.onnx ...]
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import onnxruntime

from data import ROOT, normalise, validation_set


def evaluate(path: Path) -> tuple[float, float]:
    """Both errors in percent."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    images, labels = validation_set()
    logits = np.concatenate([session.run(None, {"input": normalise(p.float()).numpy()})[0] for p in images.split(100)])
    top = np.argsort(-logits, axis=1)[:, :5]
    hit = top == labels.numpy()[:, None]
    return 100 * (1 - hit[:, 0].mean()), 100 * (1 - hit.any(1).mean())


if __name__ == "__main__":
    files = [Path(a) for a in sys.argv[1:]] or sorted((ROOT / "models" / "quickstart").glob("*.onnx"))
    for file in files:
        top1, top5 = evaluate(file)
        print(f"{file.name:16} top-1 error {top1:5.1f} %   top-5 error {top5:5.1f} %")
