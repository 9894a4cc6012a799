"""test/golden/maps.json: array files as NumPy writes them, for the reader of maps. requirements.txt has the versions."""

import base64
import io
import json
import pathlib

import numpy as np

OUT = pathlib.Path(__file__).resolve().parents[2] / "test" / "golden" / "maps.json"
VALUES = np.arange(12, dtype=np.float64).reshape(2, 2, 3) / 4 - 1


def text(save):
    file = io.BytesIO()
    save(file)
    return base64.b64encode(file.getvalue()).decode()


def npy(array):
    return text(lambda file: np.save(file, array, allow_pickle=True))


def arrays():
    for size in (2, 4, 8):
        for order in "<>":
            for layout in "CF":
                array = np.array(VALUES, dtype=f"{order}f{size}", order=layout)
                yield f"{order}f{size} {layout}", npy(array)


def others():
    yield "int64", npy(np.array([3, -1, 7]))
    yield "uint8", npy(np.array([3, 255], dtype=np.uint8))
    yield "text", npy(np.array(["n01440764", "cat", "é"]))
    yield "bytes", npy(np.array([b"n01440764", b"cat"]))
    yield "object", npy(np.array([{"a": 1}, None], dtype=object))
    yield "fields", npy(np.zeros(2, dtype=[("x", "f4"), ("y", "f4")]))
    yield "complex", npy(np.zeros(2, dtype=complex))
    yield "bool", npy(np.zeros(2, dtype=bool))
    yield "scalar", npy(np.array(2.5))


def archives():
    given = {"maps": VALUES.astype("f4"), "classes": np.array([1, 0]), "scores": np.array([2.5, 0.5], dtype="f4")}
    yield "stored", text(lambda file: np.savez(file, **given))
    yield "compressed", text(lambda file: np.savez_compressed(file, **given))


def main():
    content = {"values": VALUES.ravel().tolist(), "arrays": dict(arrays()), "others": dict(others())}
    content["archives"] = dict(archives())
    OUT.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
