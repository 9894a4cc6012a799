"""TorchRay 1.0.0.2, the definition of c-MWP in PyTorch. It freezes the weights by itself; its maps are not normalised."""

import torch
import torchvision
from torchray.attribution.excitation_backprop import contrastive_excitation_backprop, update_resnet
from torchray.attribution.grad_cam import grad_cam
from torchray.attribution.gradient import gradient
from torchray.attribution.guided_backprop import guided_backprop

from candidate import AS_USED, AT_BEST, Candidate, plain

LIBRARY = "TorchRay"
RELU6 = "only torch.relu is replaced, not ReLU6: the plain gradient"


def image_of(subject, x=None):
    """Its functions differentiate with respect to the image they are given."""
    return (subject.x if x is None else x).detach().clone(memory_format=torch.preserve_format)


def one_by_one(subject):
    x, layer = image_of(subject), subject.net.layer
    return lambda classes: torch.cat([grad_cam(subject.module, x, c, saliency_layer=layer) for c in classes])[:, 0]


def batched(subject):
    images = image_of(subject, subject.repeated)
    return lambda classes: grad_cam(subject.module, images, classes, saliency_layer=subject.net.layer)[:, 0]


def at_input(method):
    def make(subject):
        x = image_of(subject).requires_grad_(True)
        return lambda classes: method(subject.module, x, classes[0])[:, 0]

    return make


def contrastive(subject):
    where, x = subject.net.excitation, image_of(subject)
    if isinstance(subject.module, torchvision.models.ResNet):
        update_resnet(subject.module)
    return lambda classes: contrastive_excitation_backprop(
        subject.module,
        x,
        classes[0],
        saliency_layer=where.saliency,
        contrast_layer=where.contrast,
        classifier_layer=where.classifier,
    )[:, 0]


CANDIDATES = [
    Candidate("grad-cam x5", LIBRARY, AS_USED, "one call per class", plain(one_by_one), True),
    Candidate("grad-cam x5", LIBRARY, AT_BEST, "one call per class", plain(one_by_one), True),
    Candidate("grad-cam x5", LIBRARY, AT_BEST, "five copies in a batch", plain(batched)),
    Candidate("backprop x1", LIBRARY, AS_USED, "gradient", plain(at_input(gradient))),
    Candidate("backprop x1", LIBRARY, AT_BEST, "gradient", plain(at_input(gradient))),
    Candidate(
        "guided-backprop x1", LIBRARY, AS_USED, "guided_backprop", plain(at_input(guided_backprop)),
        quirks={"mobilenet-v2": RELU6},
    ),
    Candidate(
        "guided-backprop x1", LIBRARY, AT_BEST, "guided_backprop", plain(at_input(guided_backprop)),
        quirks={"mobilenet-v2": RELU6},
    ),
    Candidate("c-mwp x1", LIBRARY, AS_USED, "contrastive_excitation_backprop", plain(contrastive)),
    Candidate("c-mwp x1", LIBRARY, AT_BEST, "contrastive_excitation_backprop", plain(contrastive)),
]
