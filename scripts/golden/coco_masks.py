"""Masks of polygons and run lengths as pycocotools draws them: test/golden/coco-masks.json.

    python scripts/golden/coco_masks.py > test/golden/coco-masks.json
"""

import json
import random

import numpy as np
from pycocotools import mask as coco

random.seed(7)


def number(low, high):
    """Two digits after the point as in COCO's files, often whole or half, where rounding has to decide."""
    value = random.uniform(low, high)
    return random.choice([round(value, 2), round(value), round(value * 2) / 2])


def polygon(width, height, corners, beyond):
    return [c for _ in range(corners) for c in (number(-beyond, width + beyond), number(-beyond, height + beyond))]


def drawn(polygons, width, height):
    return coco.decode(coco.merge(coco.frPyObjects(polygons, height, width)))


def uncompressed(pixels):
    """Run lengths column by column, as the instances files write crowd regions."""
    flat = pixels.flatten(order="F")
    edges = np.flatnonzero(np.diff(flat)) + 1
    runs = np.diff(np.concatenate([[0], edges, [flat.size]])).tolist()
    return ([0] if flat[0] else []) + runs


cases = []
for i in range(40):
    width, height = random.randint(1, 30), random.randint(1, 30)
    beyond = random.choice([0, 0, 3])
    polygons = [polygon(width, height, random.randint(3, 9), beyond) for _ in range(random.choice([1, 1, 2]))]
    if i % 8 == 0:
        polygons[0] += polygons[0][:4]  # corners that repeat
    pixels = drawn(polygons, width, height)
    packed = coco.encode(np.asfortranarray(pixels))["counts"].decode()
    cases.append({"width": width, "height": height, "polygons": polygons, "counts": uncompressed(pixels), "packed": packed})
# Runs long enough for several groups of bits, and counts that are smaller than the ones two before.
for width, height in [(640, 480), (333, 500)]:
    polygons = [polygon(width, height, 12, 0), polygon(width, height, 5, 0)]
    pixels = drawn(polygons, width, height)
    packed = coco.encode(np.asfortranarray(pixels))["counts"].decode()
    cases.append({"width": width, "height": height, "polygons": polygons, "packed": packed})

print("[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]")
