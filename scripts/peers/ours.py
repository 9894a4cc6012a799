"""The node process that runs our side; it stays alive and answers one JSON line per command (ours.mjs)."""

import json
import pathlib
import subprocess
import tempfile

import numpy as np

SCRIPT = pathlib.Path(__file__).with_name("ours.mjs")


class Refused(Exception):
    """What our side said instead of an answer."""


class Ours:
    def __init__(self, threads):
        self.threads = threads
        self.folder = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen(
            ["node", str(SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, command, **rest):
        self.process.stdin.write(json.dumps({"do": command, **rest}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("the node process ended: is dist/ built?")
        answer = json.loads(line)
        if "error" in answer:
            raise Refused(answer["error"])
        return answer

    def load(self, model, image, requests, k):
        """`image`: float32 [1,3,H,W]. From here on `time` and `maps` run these requests on it."""
        file = pathlib.Path(self.folder.name) / "image.f32"
        np.ascontiguousarray(image, dtype=np.float32).tofile(file)
        size = list(image.shape[2:])
        return self.ask("load", model=str(model), input=str(file), size=size, requests=requests, k=k, threads=self.threads)

    def time(self):
        """One run: (wall, processor) seconds."""
        answer = self.ask("time")
        return answer["wall"], answer["cpu"]

    def maps(self):
        """(classes, scores, [map of each request, float32 [k,h,w]])"""
        file = pathlib.Path(self.folder.name) / "maps.f32"
        answer = self.ask("maps", file=str(file))
        flat, maps, at = np.fromfile(file, dtype=np.float32), [], 0
        for shape in answer["shapes"]:
            maps.append(flat[at : at + int(np.prod(shape))].reshape(shape))
            at += int(np.prod(shape))
        return answer["classes"], np.array(answer["scores"]), maps

    def copies(self, method, shape, ones=False):
        """[passes, *shape]: the changed copies of the image (or of an image of ones) that this method runs."""
        file = pathlib.Path(self.folder.name) / "copies.f32"
        self.ask("copies", method=method, file=str(file), ones=ones)
        return np.fromfile(file, dtype=np.float32).reshape(-1, *shape)

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.folder.cleanup()
