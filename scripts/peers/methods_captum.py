"""Captum's methods, run as they are: (our method, its name there, function of network and class → map, remark)."""

import unittest.mock

import torch
from captum import attr

LIBRARY = "Captum"


def largest(signed):
    return signed.detach().abs().amax(1)[0]


def integrated(net, c):
    method = attr.IntegratedGradients(net.single)
    return largest(method.attribute(net.x.float(), target=c, n_steps=32, method="riemann_middle", internal_batch_size=1))


def smooth(net, c):
    """NoiseTunnel with our noise in place of its own."""
    x = net.x.float()
    noise = torch.from_numpy(net.noisy) - x
    tunnel = attr.NoiseTunnel(attr.Saliency(net.single))
    with unittest.mock.patch("torch.normal", lambda *_: noise):
        return largest(tunnel.attribute(x, nt_samples=len(noise), stdevs=1.0, target=c, abs=False))


def occlusion(net, c):
    side = [round(size / 5) for size in net.x.shape[2:]]
    strides = (3, *(size // 2 for size in side))
    drops = attr.Occlusion(net.single).attribute(net.x.float(), (3, *side), strides=strides, target=c)
    return torch.relu(drops[0, 0]).detach()


def layer_grad_cam(net, c):
    return attr.LayerGradCam(net.module, net.layer).attribute(net.x, target=c, relu_attributions=True)[0, 0].detach()


def guided_grad_cam(net, c):
    method = attr.GuidedGradCam(net.guidable, net.guidable.get_submodule(net.layer_name))
    return largest(method.attribute(net.x, target=c, interpolate_mode="bilinear"))


KINKS = "of its many images some always stands on a kink, where float32 may fall on either side"
METHODS = [
    ("backprop", "Saliency", lambda net, c: largest(attr.Saliency(net.module).attribute(net.x, target=c)), ""),
    ("guided-backprop", "GuidedBackprop", lambda net, c: largest(attr.GuidedBackprop(net.guidable).attribute(net.x, target=c)), ""),
    ("deconvnet", "Deconvolution", lambda net, c: largest(attr.Deconvolution(net.transparent).attribute(net.x, target=c)), ""),
    ("input-x-gradient", "InputXGradient", lambda net, c: largest(attr.InputXGradient(net.module).attribute(net.x, target=c)), ""),
    ("integrated-gradients", "IntegratedGradients", integrated, KINKS),
    ("smooth-grad", "NoiseTunnel(Saliency)", smooth, KINKS),
    ("grad-cam", "LayerGradCam", layer_grad_cam, ""),
    ("guided-grad-cam", "GuidedGradCam", guided_grad_cam, ""),
    ("occlusion", "Occlusion", occlusion, ""),
]
