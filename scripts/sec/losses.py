"""The three losses of SEC (Kolesnikov and Lampert, "Seed, Expand and Constrain", ECCV 2016, section 3), as its released code has them.

Probabilities p are [N, C, P] over P places of the grid; label 0 is the background.
"""

from __future__ import annotations

import torch

FLOOR = 1e-4
PRESENT, BACKGROUND = 0.996, 0.999  # decay of the rank's weight, for the released grid
GRID = 41 * 41


def probabilities(scores: torch.Tensor) -> torch.Tensor:
    """Softmax over the labels plus 1e-4, brought back to a sum of 1."""
    p = scores.flatten(2).softmax(1) + FLOOR
    return p / p.sum(1, keepdim=True)


def seed_loss(p: torch.Tensor, cues: torch.Tensor) -> torch.Tensor:
    """−mean over images of Σ log p over the cues ÷ number of cues. `cues` is 0 or 1, [N, C, P]; no cue, no loss."""
    count = cues.sum((1, 2)).clamp(min=1)
    return -((cues * p.log()).sum((1, 2)) / count).mean()


def rank_mean(p: torch.Tensor, decay: float) -> torch.Tensor:
    """G = Σ_j q^j p_(j) ÷ Σ_j q^j over p sorted, the largest first. [..., P] → [...]

    q is that of 41 × 41 places. On another grid q^(1681 / P) gives the same share of the places the same weight.
    """
    places = p.shape[-1]
    weights = torch.pow(torch.tensor(decay ** (GRID / places), dtype=torch.float64), torch.arange(places))
    weights = (weights / weights.sum()).to(p.dtype)
    return (p.sort(-1, descending=True).values * weights).sum(-1)


def expand_loss(p: torch.Tensor, present: torch.Tensor) -> torch.Tensor:
    """−mean over present classes of log G_c − mean over absent ones of log(1 − max p_c) − log G_background; mean over images.

    `present` is 0 or 1, [N, C − 1].
    """
    objects = p[:, 1:]
    found = (present * rank_mean(objects, PRESENT).log()).sum(1) / present.sum(1).clamp(min=1)
    absent = 1 - present
    quiet = (absent * (1 - objects.amax(-1)).log()).sum(1) / absent.sum(1).clamp(min=1)
    return -(found + quiet + rank_mean(p[:, 0], BACKGROUND).log()).mean()


def constrain_loss(p: torch.Tensor, crf: torch.Tensor) -> torch.Tensor:
    """Mean over images and places of KL(CRF ‖ p). No gradient passes through `crf`, [N, C, P], which has a floor of 1e-4."""
    q = crf.detach().clamp(min=FLOOR)
    q = q / q.sum(1, keepdim=True)
    return (q * (q.log() - p.log())).sum(1).mean()
