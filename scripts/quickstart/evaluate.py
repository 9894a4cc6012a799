"""Top-1 and top-5 error of the ONNX files on the validation scenes, by ONNX Runtime.

    python evaluate.py [file.onnx ...]
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import onnxruntime

from data import ROOT, normalise, validation_set


def hits(path: Path) -> np.ndarray:
    """Whether the class of each validation scene is the best guess, and whether it is among the best five. bool [N,2]."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    images, labels = validation_set()
    logits = np.concatenate([session.run(None, {"input": normalise(p.float()).numpy()})[0] for p in images.split(100)])
    top = np.argsort(-logits, axis=1)[:, :5]
    hit = top == labels.numpy()[:, None]
    return np.stack([hit[:, 0], hit.any(1)], axis=1)


def errors(hit: np.ndarray, digits: int = 1) -> dict:
    """Both errors in percent, and of how many scenes."""
    top1, top5 = 100 * (1 - hit.mean(0))
    return {"scenes": len(hit), "top1Error": round(float(top1), digits), "top5Error": round(float(top5), digits)}


if __name__ == "__main__":
    files = [Path(a) for a in sys.argv[1:]] or sorted((ROOT / "models" / "quickstart").glob("*.onnx"))
    for file in files:
        found = errors(hits(file))
        print(f"{file.name:16} top-1 error {found['top1Error']:5.1f} %   top-5 error {found['top5Error']:5.1f} %")
