"""Mean field in a dense CRF over all pairs of places (src/eval/crf has the equations): exact, for the small grids of training."""

from __future__ import annotations

import torch


def kernel(pictures: torch.Tensor, scale: float, color: float = 13.0) -> torch.Tensor:
    """Both kernels, weighted and each normalised symmetrically, added up.

    pictures: 0…255, [N, 3, h, w], as large as the grid. scale: SEC's positions 80 and 3 times this. → [N, P, P]
    """
    n, _, height, width = pictures.shape
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    places = torch.stack([x.flatten(), y.flatten()], 1).float()
    apart = torch.cdist(places, places).square()[None]
    colors = pictures.flatten(2).transpose(1, 2) / color
    unlike = torch.cdist(colors, colors, compute_mode="donot_use_mm_for_euclid_dist").square()
    bilateral = torch.exp(-apart / (2 * (80 * scale) ** 2) - unlike / 2)
    gaussian = torch.exp(-apart / (2 * (3 * scale) ** 2)).expand(n, -1, -1)
    return 10 * normalised(bilateral) + 3 * normalised(gaussian)


def normalised(k: torch.Tensor) -> torch.Tensor:
    factor = k.sum(-1).rsqrt()
    return k * factor[:, :, None] * factor[:, None, :]


@torch.no_grad()
def mean_field(scores: torch.Tensor, both: torch.Tensor, iterations: int = 10) -> torch.Tensor:
    """Q after so many iterations; the energies are the negative scores. [N, C, P] and [N, P, P] → [N, C, P]"""
    q = scores.softmax(1)
    for _ in range(iterations):
        q = (scores + torch.bmm(q, both)).softmax(1)
    return q
