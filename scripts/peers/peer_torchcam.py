"""TorchCAM: one forward pass, then the extractor once per class. Its maps are scaled to [0, 1]."""

import contextlib

import numpy as np
import torch
from torchcam.methods import GradCAM

from candidate import AS_USED, AT_BEST, Candidate, graph_from

LIBRARY = "TorchCAM"


def scaled(maps):
    return GradCAM._normalize(torch.from_numpy(np.array(maps)).clone()).numpy()


@contextlib.contextmanager
def per_class(subject):
    with GradCAM(subject.module, subject.net.layer) as extractor:

        def run(classes):
            scores = subject.module(subject.x)
            return torch.cat([extractor(c, scores, retain_graph=True)[0] for c in classes])

        yield run


@contextlib.contextmanager
def frozen(subject):
    with graph_from(subject.layer), per_class(subject) as run:
        yield run


@contextlib.contextmanager
def batched(subject):
    images = subject.repeated
    with graph_from(subject.layer), GradCAM(subject.module, subject.net.layer) as extractor:
        yield lambda classes: extractor(classes, subject.module(images))[0]


CANDIDATES = [
    Candidate("grad-cam x5", LIBRARY, AS_USED, "one forward pass, then one call per class", per_class, like=scaled),
    Candidate("grad-cam x5", LIBRARY, AT_BEST, "one forward pass, then one call per class", frozen, like=scaled),
    Candidate("grad-cam x5", LIBRARY, AT_BEST, "five copies in a batch", batched, like=scaled),
]
