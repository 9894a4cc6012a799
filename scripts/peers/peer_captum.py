"""Captum: LayerGradCam, Saliency, GuidedBackprop. Its maps are not normalised."""

import torch
from captum.attr import GuidedBackprop, LayerGradCam, Saliency

from candidate import AS_USED, AT_BEST, Candidate, largest_over_colours, plain

LIBRARY = "Captum"
FUNCTIONAL = "GoogLeNet's rectifiers are functions, only modules get hooks: the plain gradient"
RELU6 = "only nn.ReLU gets a hook, not ReLU6: the plain gradient"


def one_by_one(subject):
    method = LayerGradCam(subject.module, subject.layer)

    def run(classes):
        maps = [method.attribute(subject.x, target=c, relu_attributions=True) for c in classes]
        return torch.cat(maps)[:, 0]

    return run


def batched(subject):
    method, images = LayerGradCam(subject.module, subject.layer), subject.repeated
    return lambda classes: method.attribute(images, target=classes, relu_attributions=True)[:, 0]


def saliency(subject):
    method = Saliency(subject.module)
    return lambda classes: largest_over_colours(method.attribute(subject.x, target=classes[0]))


def guided(subject):
    # Captum's hooks and rectifiers that overwrite their input exclude each other.
    for module in subject.module.modules():
        if isinstance(module, torch.nn.ReLU):
            module.inplace = False
    method = GuidedBackprop(subject.module)
    return lambda classes: largest_over_colours(method.attribute(subject.x, target=classes[0]))


QUIRKS = {"googlenet": FUNCTIONAL, "mobilenet-v2": RELU6}
CANDIDATES = [
    Candidate("grad-cam x5", LIBRARY, AS_USED, "one call per class", plain(one_by_one), True),
    Candidate("grad-cam x5", LIBRARY, AT_BEST, "one call per class", plain(one_by_one), True),
    Candidate("grad-cam x5", LIBRARY, AT_BEST, "five copies in a batch", plain(batched)),
    Candidate("backprop x1", LIBRARY, AS_USED, "Saliency", plain(saliency)),
    Candidate("backprop x1", LIBRARY, AT_BEST, "Saliency", plain(saliency)),
    Candidate("guided-backprop x1", LIBRARY, AS_USED, "GuidedBackprop", plain(guided), quirks=QUIRKS),
    Candidate("guided-backprop x1", LIBRARY, AT_BEST, "GuidedBackprop", plain(guided), quirks=QUIRKS),
]
