"""Why a network of balanced training can be better where the attribute is the usual one.

    python gap.py --scenes <folder> --test <folder> --trunk <checkpoint> [--attributes car,train] [--seeds 10]

Logistic probes on the trunk's averaged features, trained on balanced sets of several sizes. Of each: the gap (accuracy with
the usual minus with the other attribute) on the test scenes, whose drawings are new, and on training scenes that the probe
has not seen, whose drawings are known. The lean is how much the attribute alone moves the score: mean with the first
attribute minus mean with the second, the same for both classes, in deviations of the score. Below, the lean of the mean
probe is held against the spread between the attributes' drawings.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from features import CLASSES, Features, Tail, rows, test_scenes, training_scenes, trunk

SIZES, DECAY = (150, 300, 460, 600), 1e-2


@torch.no_grad()
def averaged(tail: Tail, x: Features) -> torch.Tensor:
    """[N,384]: what the dense layer of the untouched network reads."""
    parts = (x[torch.arange(at, min(at + 100, len(x)))] for at in range(0, len(x), 100))
    return torch.cat([F.relu(p.shortcut.float() + tail.norm(tail.conv(p.last.float()))).mean((2, 3)) for p in parts])


def probe(x: torch.Tensor, labels: torch.Tensor):
    """Logistic regression on standardised features; returns the score's function, above 0 for the second class."""
    mean, deviation = x.mean(0), x.std(0) + 1e-6
    x, sign = (x - mean) / deviation, 2.0 * labels - 1
    w = torch.zeros(x.shape[1] + 1, requires_grad=True)
    optimiser = torch.optim.LBFGS([w], max_iter=60, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        value = F.softplus(-sign * (x @ w[:-1] + w[-1])).mean() + DECAY * (w[:-1] ** 2).sum()
        value.backward()
        return value

    optimiser.step(loss)
    fixed = w.detach()
    return lambda z: ((z - mean) / deviation) @ fixed[:-1] + fixed[-1]


def gap_and_lean(scores: dict[tuple[int, int], torch.Tensor]) -> tuple[float, float, float]:
    """Of scores by class and attribute: the accuracies with the usual and the other attribute in %, and the lean."""
    right = {(k, a): 100 * ((s > 0) == bool(k)).float().mean().item() for (k, a), s in scores.items()}
    usual, other = (right[0, 0] + right[1, 1]) / 2, (right[0, 1] + right[1, 0]) / 2
    mean = {at: s.mean().item() for at, s in scores.items()}
    lean = (mean[0, 0] + mean[1, 0] - mean[0, 1] - mean[1, 1]) / 2
    return usual, other, lean / torch.cat(list(scores.values())).std().item()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenes", type=Path, required=True)
    parser.add_argument("--test", type=Path, required=True)
    parser.add_argument("--trunk", type=Path, required=True)
    parser.add_argument("--attributes", default="umbrella,bottle")
    parser.add_argument("--seeds", type=int, default=10)
    args = parser.parse_args()
    torch.set_num_threads(1)
    attributes = tuple(args.attributes.split(","))
    net = trunk(args.trunk)
    tail = Tail(net, 0).eval()
    pool = training_scenes(args.scenes, net, attributes)
    known = {(k, a): averaged(tail, pool[c, b][0]) for k, c in enumerate(CLASSES) for a, b in enumerate(attributes)}
    new, listed = test_scenes(args.test, net)
    new = averaged(tail, new)
    where = {
        (k, a): torch.tensor([i for i, row in enumerate(listed) if (row["class"], row["attribute"]) == (c, b)])
        for k, c in enumerate(CLASSES)
        for a, b in enumerate(attributes)
    }
    for title, table in (("training", rows(args.scenes / "scenes.csv")), ("test", listed)):
        for c in CLASSES:
            for b in attributes:
                own = [row for row in table if (row["class"], row["attribute"]) == (c, b)]
                part = [np.mean([float(row[f"{what}_share"]) for row in own]) for what in ("object", "attribute")]
                drawn = [len({row[f"{what}_drawing"] for row in own}) for what in ("object", "attribute")]
                print(f"{title} {c} with {b}: {len(own)} scenes, {drawn[0]} and {drawn[1]} drawings, {100 * part[0]:.1f} and {100 * part[1]:.1f} % of the pixels")
    for size in SIZES:
        found = []
        for seed in range(1, args.seeds + 1):
            rng = np.random.default_rng(seed)
            order = {at: torch.from_numpy(rng.permutation(len(x))) for at, x in known.items()}
            seen = {at: known[at][order[at][: size // 2]] for at in known}
            labels = torch.cat([torch.full((len(x),), float(k)) for (k, _), x in seen.items()])
            score = probe(torch.cat(list(seen.values())), labels)
            on_test = {at: score(new[where[at]]) for at in where}
            on_known = {at: score(known[at][order[at][size // 2 :]]) for at in known}
            found.append([*gap_and_lean(on_test), *gap_and_lean(on_known)])
        u, o, lean, known_u, known_o, known_lean = np.mean(found, 0)
        gaps = np.array(found)
        spread = [np.std(gaps[:, i] - gaps[:, i + 1], ddof=1) for i in (0, 3)]
        print(f"{2 * size} scenes, {args.seeds} seeds: new drawings {u:.1f} usual, {o:.1f} other, gap {u - o:+.1f} (deviation over seeds {spread[0]:.1f}), lean {lean:+.2f};"
              f" known drawings {known_u:.1f}, {known_o:.1f}, gap {known_u - known_o:+.1f} (deviation {spread[1]:.1f}), lean {known_lean:+.2f}", flush=True)
    # One probe on everything: how far do the attributes' new drawings lie apart?
    labels = torch.cat([torch.full((len(x),), float(k)) for (k, _), x in known.items()])
    score = probe(torch.cat(list(known.values())), labels)
    values = score(new)
    values = values / values.std()
    means = []
    for b in attributes:
        drawings = sorted({row["attribute_drawing"] for row in listed if row["attribute"] == b})
        per = [values[[i for i, row in enumerate(listed) if row["attribute_drawing"] == d]].mean().item() for d in drawings]
        means.append((np.mean(per), np.std(per, ddof=1) / len(per) ** 0.5, len(per), np.std(per, ddof=1)))
        print(f"{b}: {len(per)} new drawings, mean {means[-1][0]:+.2f}, deviation between drawings {means[-1][3]:.2f}")
    difference, error = means[0][0] - means[1][0], np.hypot(means[0][1], means[1][1])
    print(f"lean by drawings {difference:+.2f}, standard error from the drawings {error:.2f}")




if __name__ == "__main__":
    main()
