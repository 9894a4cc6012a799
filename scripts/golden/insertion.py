"""The images that RISE's insertion starts from, by the code published with it (evaluation.py and Evaluation.ipynb of
github.com/eclique/RISE, commit fac5d54): a kernel by scipy's gaussian_filter, then a convolution with zeros beyond the border.

    python insertion.py ../../test/golden/insertion.json

The convolution is PyTorch's conv2d in float32 where PyTorch is installed, as published, and NumPy's in float64 elsewhere;
they agree to 1e-6. Needs scipy.
"""

import json
import sys

import numpy as np
from scipy.ndimage import gaussian_filter

from seeded import values

KLEN, KSIG = 11, 5
# Height and width: the publication's, and others, down to less than the window.
SIZES = [(224, 224), (112, 112), (31, 40), (7, 9), (1, 3)]
SAMPLES = 400


def gkern(klen, nsig):
    inp = np.zeros((klen, klen))
    inp[klen // 2, klen // 2] = 1
    return gaussian_filter(inp, nsig)


def blur_numpy(image, kernel):
    padded = np.pad(image.astype(np.float64), ((0, 0), (KLEN // 2,) * 2, (KLEN // 2,) * 2))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (KLEN, KLEN), axis=(1, 2))
    return np.einsum("chwij,ij->chw", windows, kernel.astype(np.float32).astype(np.float64))


def blur_torch(image, kernel):
    import torch

    kern = np.zeros((3, 3, KLEN, KLEN))
    kern[0, 0] = kern[1, 1] = kern[2, 2] = kernel
    weight = torch.from_numpy(kern.astype("float32"))
    return torch.nn.functional.conv2d(torch.from_numpy(image)[None], weight, padding=KLEN // 2)[0].numpy()


def main():
    kernel = gkern(KLEN, KSIG)
    cases = []
    for height, width in SIZES:
        image = values(f"insertion {height} {width}", 3 * height * width, -2, 2).reshape(3, height, width)
        blurred = blur_numpy(image, kernel)
        try:
            difference = np.abs(blur_torch(image, kernel) - blurred).max()
            print(f"{height}x{width}: conv2d differs by {difference:.1e}")
            assert difference < 1e-5
        except ModuleNotFoundError:
            pass
        flat = blurred.reshape(-1)
        step = max(1, flat.size // SAMPLES)
        case = {"height": height, "width": width, "step": step, "values": [round(float(v), 8) for v in flat[::step]]}
        cases.append(case)
    golden = {"kernel": [[float(v) for v in row] for row in kernel], "cases": cases}
    with open(sys.argv[1], "w", encoding="utf-8", newline="\n") as file:
        json.dump(golden, file, separators=(",", ":"))
        file.write("\n")


main()
