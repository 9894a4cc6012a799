"""What Pillow's bilinear resize makes of a pattern, as one line of test/golden/resize.jsonl: run with Pillow 12.3.0, then 13.0.0.

    pip install pillow==12.3.0 && python scripts/golden/resize.py > test/golden/resize.jsonl
    pip install pillow==13.0.0 && python scripts/golden/resize.py >> test/golden/resize.jsonl
"""

import hashlib
import json

from PIL import Image


class Random:
    """A small generator of numbers that no release of anything changes."""

    def __init__(self, seed):
        self.state = seed

    def between(self, low, high):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return low + (self.state >> 33) % (high - low + 1)


def pattern(width, height):
    """That of test/images/pattern.ts."""
    return Image.frombytes("RGB", (width, height), bytes((i * i * 31 + i * 17) % 251 for i in range(width * height * 3)))


random = Random(5)
sizes = [(333, 500, 224, 224), (300, 500, 224, 224), (375, 500, 224, 224), (240, 640, 227, 227), (100, 480, 112, 112)]
for _ in range(35):
    sizes.append((random.between(1, 90), random.between(1, 200), random.between(1, 90), random.between(1, 90)))
sizes += [(60, 150, 60, 40), (60, 150, 20, 150), (60, 40, 60, 150), (1, 200, 1, 7)]

cases = []
for width, height, to_width, to_height in sizes:
    resized = pattern(width, height).resize((to_width, to_height), Image.Resampling.BILINEAR)
    cases.append([width, height, to_width, to_height, hashlib.sha256(resized.tobytes()).hexdigest()[:16]])
print(json.dumps({"pillow": Image.__version__, "cases": cases}, separators=(",", ":")))
