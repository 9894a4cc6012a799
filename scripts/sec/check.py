"""Holds the losses and the CRF of training to values worked out by hand, and to a double loop: `python check.py`."""

from __future__ import annotations

import math

import torch

import losses
from crf import kernel, mean_field


def near(what: str, got: float, wanted: float, within: float = 1e-5) -> None:
    assert abs(got - wanted) <= within, f"{what}: {got}, not {wanted}"
    print(f"{what}: {wanted:.6f}")


def softmax() -> None:
    p = losses.probabilities(torch.tensor([[[[0.0]], [[math.log(3)]]]]))
    near("softmax + 1e-4, renormalised", p[0, 1, 0].item(), (0.75 + 1e-4) / (1 + 2e-4))


def seed() -> None:
    # Two images of two places. The first has cues at both (labels 0 and 1), the second one (label 1).
    p = torch.tensor([[[0.8, 0.4], [0.2, 0.6]], [[0.5, 0.9], [0.5, 0.1]]])
    cues = torch.tensor([[[1.0, 0.0], [0.0, 1.0]], [[0.0, 0.0], [0.0, 1.0]]])
    wanted = -((math.log(0.8) + math.log(0.6)) / 2 + math.log(0.1)) / 2
    near("seed", losses.seed_loss(p, cues).item(), wanted)


def expand() -> None:
    # One image of two places, a background and two classes, the first present. q^(1681 / 2) nearly vanishes at this size.
    p = torch.tensor([[[0.5, 0.3], [0.3, 0.6], [0.2, 0.1]]])
    q, b = 0.996 ** (1681 / 2), 0.999 ** (1681 / 2)
    present = (0.6 + q * 0.3) / (1 + q)
    ground = (0.5 + b * 0.3) / (1 + b)
    wanted = -(math.log(present) + math.log(1 - 0.2) + math.log(ground))
    near("expand", losses.expand_loss(p, torch.tensor([[1.0, 0.0]])).item(), wanted)
    # At SEC's own grid the weights are q^j.
    flat = torch.zeros(1681)
    flat[7] = 1
    near("rank pooling of a single place", losses.rank_mean(flat, 0.996).item(), 0.004 / (1 - 0.996**1681))
    near("of an even map", losses.rank_mean(torch.full((1681,), 0.3), 0.996).item(), 0.3)


def constrain() -> None:
    p = torch.tensor([[[0.5, 0.9], [0.5, 0.1]]], requires_grad=True)
    q = torch.tensor([[[0.75, 0.9], [0.25, 0.1]]], requires_grad=True)
    wanted = (0.75 * math.log(1.5) + 0.25 * math.log(0.5)) / 2
    loss = losses.constrain_loss(p, q)
    near("constrain", loss.item(), wanted)
    loss.backward()
    assert q.grad is None, "a gradient passes through the CRF"
    near("its gradient", p.grad[0, 0, 0].item(), -0.75 / 0.5 / 2)
    floored = losses.constrain_loss(torch.tensor([[[0.5], [0.5]]]), torch.tensor([[[1.0], [0.0]]])).item()
    low = 1e-4 / (1 + 1e-4)
    near("its floor", floored, (1 - low) * math.log(2 * (1 - low)) + low * math.log(2 * low))


def crf() -> None:
    torch.manual_seed(0)
    height, width, labels, scale = 4, 5, 3, 0.05
    picture = torch.randint(0, 60, (1, 3, height, width)).float()
    scores = torch.randn(1, labels, height * width)
    points = [(x, y) for y in range(height) for x in range(width)]
    places = range(len(points))

    def k(i: int, j: int, position: float, color: bool) -> float:
        d = sum((a - b) ** 2 for a, b in zip(points[i], points[j])) / (2 * position**2)
        flat = picture[0].flatten(1)
        return math.exp(-d - (((flat[:, i] - flat[:, j]) ** 2).sum().item() / (2 * 13**2) if color else 0))

    parts = [(10, 80 * scale, True), (3, 3 * scale, False)]
    sums = [[sum(k(i, j, position, color) for j in places) for i in places] for _, position, color in parts]
    q = [scores[0, :, i].softmax(0).tolist() for i in places]
    for _ in range(10):
        before = q
        q = []
        for i in places:
            score = scores[0, :, i].tolist()
            for (weight, position, color), total in zip(parts, sums):
                for j in places:
                    share = weight * k(i, j, position, color) / math.sqrt(total[i] * total[j])
                    score = [s + share * before[j][label] for label, s in enumerate(score)]
            q.append(torch.tensor(score, dtype=torch.float64).softmax(0).tolist())
    got = mean_field(scores, kernel(picture, scale))[0].T
    near("largest difference of the CRF from a double loop", (got - torch.tensor(q)).abs().max().item(), 0, 1e-4)


if __name__ == "__main__":
    for part in (softmax, seed, expand, constrain, crf):
        part()
