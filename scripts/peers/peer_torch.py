"""PyTorch itself: the plain forward pass, without any explanation."""

import torch

from candidate import AS_USED, AT_BEST, Candidate, plain


def forward(subject):
    def run(_):
        with torch.inference_mode():
            return subject.module(subject.x)

    return run


CANDIDATES = [
    Candidate("forward", "PyTorch", AS_USED, "inference_mode", plain(forward)),
    Candidate("forward", "PyTorch", AT_BEST, "inference_mode", plain(forward)),
]
