"""MaxBoxAcc and PxAP by their published evaluator, on maps that test/golden/wsol.test.ts makes again.

    git clone https://github.com/clovaai/wsolevaluation   # commit 96f4b88
    python wsol.py wsolevaluation ../../test/golden/wsol.json

The evaluator runs as it is; only numpy's old alias for float is put back. Needs opencv-python-headless and munch.
"""

import json
import os
import sys
import tempfile

import cv2
import numpy as np

from seeded import values

IMAGES = 12
SIDE = 224
STEP = 0.001


def whole(name, low, high, count=1):
    """Whole numbers from low to high, high left out."""
    return [int(v) for v in np.floor(values(name, count, low, high).astype(np.float64))]


def make_map(i):
    """Bumps, then with noise, then in blocks: few and many contours, with holes and with ties."""
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float64)
    grid = np.zeros((SIDE, SIDE))
    step = 32 if i % 3 == 2 else 1
    x, y = np.floor(x / step) * step, np.floor(y / step) * step
    for b in range(3):
        cx, cy = whole(f"centre {i} {b}", 20, 204, 2)
        spread = whole(f"spread {i} {b}", 200, 3000)[0]
        sign = -1.0 if b == 2 and i % 2 == 1 else 1.0
        grid = grid + sign / (1 + ((x - cx) * (x - cx) + (y - cy) * (y - cy)) / spread)
    if i % 3 == 1:
        grid = grid + values(f"noise {i}", SIDE * SIDE, 0, 0.3).astype(np.float64).reshape(SIDE, SIDE)
    return grid.astype(np.float32)


def make_boxes(i):
    """Image size, and boxes round the bumps in its pixels."""
    width, height = whole(f"size {i}", 150, 500, 2)
    boxes = []
    for b in range(1 + i % 2):
        cx, cy = whole(f"centre {i} {b}", 20, 204, 2)
        half = whole(f"half {i} {b}", 10, 60)[0]
        x0, x1 = max(0, cx - half) * width // SIDE, min(SIDE - 1, cx + half) * width // SIDE
        y0, y1 = max(0, cy - half) * height // SIDE, min(SIDE - 1, cy + half) * height // SIDE
        boxes.append((x0, y0, x1, y1))
    return (width, height), boxes


def make_masks(i):
    """A disc round the first bump, and a square to ignore."""
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    cx, cy = whole(f"centre {i} 0", 20, 204, 2)
    radius = whole(f"half {i} 0", 10, 60)[0]
    left, top = whole(f"ignore {i}", 0, 160, 2)
    disc = (x - cx) ** 2 + (y - cy) ** 2 <= radius**2
    ignore = (x >= left) & (x < left + 50) & (y >= top) & (y < top + 50)
    return disc.astype(np.uint8) * 255, ignore.astype(np.uint8) * 255


def normalised(grid):
    grid = grid.astype(np.float64)
    grid = grid - grid.min()
    return grid / grid.max()


def lines(path, rows):
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(",".join(map(str, row)) + "\n" for row in rows)


def write_metadata(folder):
    lines(f"{folder}/image_ids.txt", [[i] for i in range(IMAGES)])
    sized = {i: make_boxes(i) for i in range(IMAGES)}
    lines(f"{folder}/image_sizes.txt", [[i, *sized[i][0]] for i in range(IMAGES)])
    lines(f"{folder}/localization.txt", [[i, *box] for i in range(IMAGES) for box in sized[i][1]])
    masks = f"{folder}/masks"
    os.mkdir(masks)
    for i in range(IMAGES):
        for kind, mask in zip(("mask", "ignore"), make_masks(i)):
            cv2.imwrite(f"{masks}/{kind}{i}.png", mask)
    lines(f"{masks}/image_ids.txt", [[i] for i in range(IMAGES)])
    lines(f"{masks}/localization.txt", [[i, f"mask{i}.png", f"ignore{i}.png"] for i in range(IMAGES)])


def main():
    np.float = float
    sys.path.insert(0, sys.argv[1])
    import evaluation
    from data_loaders import configure_metadata

    thresholds = list(np.arange(0, 1, STEP))
    level = [int(t * 255) for t in thresholds]
    maps = [normalised(make_map(i)) for i in range(IMAGES)]
    result = {}
    with tempfile.TemporaryDirectory() as folder:
        write_metadata(folder)
        shared = dict(split="val", cam_threshold_list=thresholds, iou_threshold_list=[30, 50, 70])
        for name, multi in (("largest", False), ("any", True)):
            evaluator = evaluation.BoxEvaluator(
                metadata=configure_metadata(folder), dataset_name="ILSVRC", mask_root="", multi_contour_eval=multi, **shared
            )
            for i, grid in enumerate(maps):
                evaluator.accumulate(grid, str(i))
            right = [[0] * 255 for _ in range(3)]
            for d, iou in enumerate((30, 50, 70)):
                for at, count in zip(level, evaluator.num_correct[iou]):
                    right[d][at] = int(count)
            result[name] = {"maxBoxAcc": [float(v) for v in evaluator.compute()], "right": right}
        result["v1"] = result["largest"]["maxBoxAcc"][1]
        result["v2"] = float(np.average(result["any"]["maxBoxAcc"]))

        def pxap(images):
            evaluator = evaluation.MaskEvaluator(
                metadata=configure_metadata(f"{folder}/masks"), dataset_name="OpenImages", mask_root=f"{folder}/masks",
                multi_contour_eval=False, **shared,
            )
            for i in images:
                evaluator.accumulate(maps[i], str(i))
            return float(evaluator.compute())

        result["pxap"] = {"all": pxap(range(IMAGES)), "each": [pxap([i]) for i in range(IMAGES)]}
    with open(sys.argv[2], "w", encoding="utf-8", newline="\n") as file:
        json.dump(result, file, separators=(",", ":"))
        file.write("\n")


main()
