"""Marginals of a dense CRF by pydensecrf, the wrapper of Krähenbühl's released code, on pictures that
test/golden/dense-crf.test.ts makes again.

    pip install -r requirements-crf.txt
    python dense_crf.py ../../test/golden/dense-crf.json

Kernels are normalised symmetrically, the released code's default. All its filters are permutohedral lattices.
"""

import json
import sys

import numpy as np
import pydensecrf.densecrf as dcrf

from seeded import values

# Name, width, height, labels, iterations, bilateral (weight, position, colour), gaussian (weight, position).
CASES = (
    ("small", 24, 18, 3, 10, (10, 8, 13), (3, 1.5)),
    ("weak", 24, 18, 3, 5, (1, 8, 13), (0.5, 1.5)),
    ("SEC in training", 41, 41, 4, 10, (10, 80 / 12, 13), (3, 3 / 12)),
    ("SEC at test", 120, 90, 3, 10, (10, 80, 13), (3, 3)),
)
EVERY = 3  # pixels, of those that are kept


def picture(name, width, height):
    """A bright disc on a dark slope, with noise. uint8 [height, width, 3]"""
    y, x = np.mgrid[0:height, 0:width]
    disc = (2 * x - width) ** 2 + (2 * y - height) ** 2 < 0.36 * height * height
    noise = np.floor(values(f"{name} noise", height * width * 3, 0, 24).astype(np.float64)).reshape(height, width, 3)
    base = np.where(disc, 190, np.floor(40 + 60 * x / width))[:, :, None] + np.array([0, 10, -20])
    return (base + noise).astype(np.uint8), disc


def unaries(name, labels, disc):
    """Energies, float32 [labels, height * width]: mostly noise, a little lower where the label is right."""
    noise = values(f"{name} unary", labels * disc.size, 0, 2).astype(np.float64).reshape(labels, -1)
    noise[1, disc.ravel()] -= 0.5
    noise[0, ~disc.ravel()] -= 0.5
    return noise.astype(np.float32)


def main(path):
    out = []
    for name, width, height, labels, iterations, bilateral, gaussian in CASES:
        image, disc = picture(name, width, height)
        crf = dcrf.DenseCRF2D(width, height, labels)
        crf.setUnaryEnergy(np.ascontiguousarray(unaries(name, labels, disc)))
        symmetric = {"kernel": dcrf.DIAG_KERNEL, "normalization": dcrf.NORMALIZE_SYMMETRIC}
        crf.addPairwiseBilateral(
            sxy=bilateral[1], srgb=bilateral[2], rgbim=np.ascontiguousarray(image), compat=bilateral[0], **symmetric
        )
        crf.addPairwiseGaussian(sxy=gaussian[1], compat=gaussian[0], **symmetric)
        q = np.array(crf.inference(iterations))
        out.append(
            {
                "name": name,
                **{"width": width, "height": height, "labels": labels, "iterations": iterations},
                "bilateral": dict(zip(("weight", "position", "color"), bilateral)),
                "gaussian": dict(zip(("weight", "position"), gaussian)),
                "every": EVERY,
                "best": "".join(str(v) for v in q.argmax(0)),
                "q": [[round(float(v), 5) for v in row[::EVERY]] for row in q[1:]],
            }
        )
    with open(path, "w") as file:
        file.write("[\n" + ",\n".join(json.dumps(case) for case in out) + "\n]\n")


main(sys.argv[1])
