"""pytorch-grad-cam. Its maps are scaled to [0, 1] and resized to the image; ours are brought there by its own function."""

import contextlib

import numpy as np
from pytorch_grad_cam import GradCAM, GuidedBackpropReLUModel
from pytorch_grad_cam.utils.image import scale_cam_image
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

from candidate import AS_USED, AT_BEST, Candidate, graph_from, plain

LIBRARY = "pytorch-grad-cam"
FUNCTIONAL = "GoogLeNet's rectifiers are functions, only modules are replaced: the plain gradient"
RELU6 = "only nn.ReLU is replaced, not ReLU6: the plain gradient"


def scaled(maps, size=(224, 224)):
    """What pytorch-grad-cam makes of raw maps: once per layer and once after averaging the layers."""
    return scale_cam_image(scale_cam_image(np.maximum(maps, 0), size))


@contextlib.contextmanager
def one_by_one(subject):
    with GradCAM(model=subject.module, target_layers=[subject.layer]) as cam:
        yield lambda classes: np.concatenate(
            [cam(input_tensor=subject.x, targets=[ClassifierOutputTarget(c)]) for c in classes]
        )


@contextlib.contextmanager
def frozen(subject):
    with graph_from(subject.layer), one_by_one(subject) as run:
        yield run


@contextlib.contextmanager
def batched(subject):
    with graph_from(subject.layer), GradCAM(model=subject.module, target_layers=[subject.layer]) as cam:
        images = subject.repeated
        yield lambda classes: cam(input_tensor=images, targets=[ClassifierOutputTarget(c) for c in classes])


def guided(subject):
    model = GuidedBackpropReLUModel(model=subject.module)

    def run(classes):
        subject.x.grad = None
        return np.abs(model(subject.x, target_category=classes[0])).max(2)[None]

    return run


QUIRKS = {"googlenet": FUNCTIONAL, "mobilenet-v2": RELU6}
CANDIDATES = [
    Candidate("grad-cam x5", LIBRARY, AS_USED, "one call per class", one_by_one, True, scaled),
    Candidate("grad-cam x5", LIBRARY, AT_BEST, "one call per class", frozen, True, scaled),
    Candidate("grad-cam x5", LIBRARY, AT_BEST, "five copies in a batch", batched, False, scaled),
    Candidate("guided-backprop x1", LIBRARY, AS_USED, "GuidedBackpropReLUModel", plain(guided), quirks=QUIRKS),
    Candidate("guided-backprop x1", LIBRARY, AT_BEST, "GuidedBackpropReLUModel", plain(guided), quirks=QUIRKS),
]
