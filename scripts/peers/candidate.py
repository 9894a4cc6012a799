"""What a peer is asked to do, and how it is used."""

import contextlib
import dataclasses

import numpy as np
import torch

AS_USED = "as used"
AT_BEST = "at best"
MEASURES = ("forward", "grad-cam x5", "backprop x1", "guided-backprop x1", "c-mwp x1")


@dataclasses.dataclass(frozen=True)
class Subject:
    """One network and one image, in the memory layout under test; `classes`: its five best, best first."""

    module: torch.nn.Module
    x: torch.Tensor
    classes: list[int]
    net: object

    @property
    def layer(self):
        return self.module.get_submodule(self.net.layer)

    @property
    def repeated(self):
        return self.x.repeat(len(self.classes), 1, 1, 1).contiguous(memory_format=self.layout)

    @property
    def layout(self):
        last = self.x.is_contiguous(memory_format=torch.channels_last) and not self.x.is_contiguous()
        return torch.channels_last if last else torch.contiguous_format


@dataclasses.dataclass(frozen=True)
class Candidate:
    measure: str
    library: str
    how: str
    note: str
    # Context manager: Subject → function of some classes that makes their maps, [k,h,w].
    open: object
    # The library is called once per class: one call is timed, and counts as many times as there are classes.
    per_class: bool = False
    # Our maps [k,h,w], not normalised → what this peer would have made of them.
    like: object = lambda maps: maps
    # Why the maps may differ on a network, in a few words.
    quirks: dict = dataclasses.field(default_factory=dict)


def plain(make):
    """A candidate that has nothing to clean up: Subject → function."""

    @contextlib.contextmanager
    def opened(subject):
        yield make(subject)

    return opened


@contextlib.contextmanager
def graph_from(layer):
    """Lets autograd's graph begin at this layer's output, so that with frozen weights nothing below it is recorded."""
    handle = layer.register_forward_hook(lambda module, inputs, output: output.requires_grad_(True))
    try:
        yield
    finally:
        handle.remove()


def largest_over_colours(gradient):
    """[k,3,H,W] → [k,H,W]: the saliency map of a signed gradient, as ours is."""
    return gradient.detach().abs().amax(1)


def array(maps):
    return np.asarray(maps.detach() if isinstance(maps, torch.Tensor) else maps, dtype=np.float64)
