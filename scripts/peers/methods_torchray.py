"""TorchRay 1.0.0.2, run as it is."""

import torch
from torchray.attribution.deconvnet import deconvnet
from torchray.attribution.excitation_backprop import contrastive_excitation_backprop, excitation_backprop
from torchray.attribution.grad_cam import grad_cam
from torchray.attribution.gradient import gradient
from torchray.attribution.guided_backprop import guided_backprop
from torchray.attribution.rise import rise

LIBRARY = "TorchRay"


def at_input(method, module="guidable"):
    return lambda net, c: method(getattr(net, module), net.x.clone().requires_grad_(True), c)[0, 0].detach()


def cam(net, c):
    return grad_cam(net.module, net.x.clone(), c, saliency_layer=net.layer_name)[0, 0].detach()


def mwp(net, c):
    m = excitation_backprop(net.excitable, net.x.clone(), c, saliency_layer=net.excitation_layer)
    # It clamps the contrastive map only, we both.
    return m[0, 0].detach().clamp(min=0)


def c_mwp(net, c):
    contrast, classifier = net.contrast
    return contrastive_excitation_backprop(
        net.excitable, net.x.clone(), c, net.excitation_layer, contrast_layer=contrast, classifier_layer=classifier
    )[0, 0].detach()


class Odds(torch.nn.Module):
    """log p / (1 − p) of the softmax: TorchRay's sigmoid of it is p."""

    def __init__(self, module):
        super().__init__()
        self.module = module

    def forward(self, x):
        return torch.softmax(self.module(x), 1).logit()


def all_classes(module, x, masks):
    """[classes,H,W], with our masks."""
    return rise(Odds(module), x, num_masks=len(masks), filter_masks=masks, batch_size=20)[0]


def random_masks(net, c):
    """It divides by the number of masks, we also by the share that stays."""
    if net.masks is None:
        return None
    return 2 * net.random_masks[c]


METHODS = [
    ("backprop", "gradient", at_input(gradient, "module"), ""),
    ("guided-backprop", "guided_backprop", at_input(guided_backprop), ""),
    ("deconvnet", "deconvnet", at_input(deconvnet, "transparent"), ""),
    ("grad-cam", "grad_cam", cam, ""),
    ("mwp", "excitation_backprop", mwp, ""),
    ("c-mwp", "contrastive_excitation_backprop", c_mwp, ""),
    ("rise", "rise", random_masks, ""),
]
