"""pytorch-grad-cam and TorchCAM, run as they are."""

import numpy as np
import pytorch_grad_cam
import torch
from pytorch_grad_cam.utils.image import scale_cam_image
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from torchcam import methods as torchcam


def grad_cam(name):
    def run(net, c):
        module = net.recording
        with getattr(pytorch_grad_cam, name)(model=module, target_layers=[module.get_submodule(net.layer_name)]) as cam:
            return cam(input_tensor=net.x, targets=[ClassifierOutputTarget(c)])[0]

    return run


def scaled(net, m):
    """What pytorch-grad-cam makes of a raw map: to [0, 1] and to the image's size, for the layer and for the mean."""
    height, width = net.x.shape[2:]
    return scale_cam_image(scale_cam_image(np.maximum(m[None], 0), (width, height)))[0]


def between_0_and_1(net, m):
    """What TorchCAM makes of a raw map."""
    return torchcam.GradCAM._normalize(torch.from_numpy(m[None]).clone())[0]


def cam(name):
    def run(net, c):
        module = net.recording
        with getattr(torchcam, name)(module, net.layer_name) as extractor:
            return extractor(c, module(net.x))[0][0]

    return run


def class_activation(net, c):
    if net.last_linear is None:
        return None
    with torchcam.CAM(net.module, net.layer_name, net.last_linear) as extractor:
        net.module(net.x)
        return extractor(c)[0][0]


EPSILON = "it adds 1e-6 to the denominator of α, as large as the squared gradients behind a global average pool"
CENTRED = "it centres the activations first, and its sign is that of the decomposition"
LOST = "its weights are Σ g²·ReLU(g), exactly: the division by α's denominator is done on a copy and lost"
GRAD_CAM = [
    ("grad-cam", "GradCAM", grad_cam("GradCAM"), ""),
    ("grad-cam++", "GradCAMPlusPlus", grad_cam("GradCAMPlusPlus"), EPSILON),
    ("xgrad-cam", "XGradCAM", grad_cam("XGradCAM"), ""),
    ("layer-cam", "LayerCAM", grad_cam("LayerCAM"), ""),
    ("hires-cam", "HiResCAM", grad_cam("HiResCAM"), ""),
    ("eigen-cam", "EigenCAM", grad_cam("EigenCAM"), CENTRED),
]
TORCHCAM = [
    ("cam", "CAM", class_activation, "it leaves out the ReLU and stretches the negative part as well"),
    ("grad-cam", "GradCAM", cam("GradCAM"), ""),
    ("grad-cam++", "GradCAMpp", cam("GradCAMpp"), LOST),
    ("xgrad-cam", "XGradCAM", cam("XGradCAM"), ""),
    ("layer-cam", "LayerCAM", cam("LayerCAM"), ""),
]
