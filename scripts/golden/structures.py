"""The published topologies at their true width; inputs are smaller where the structure allows it."""

import torch
import torch.nn.functional as F
import torchvision.models as tv
from torch import nn

import keras


class Lrn(torch.autograd.Function):
    """Exported as ONNX's LRN, which the exporter does not emit by itself."""

    @staticmethod
    def forward(ctx, x):
        return F.local_response_norm(x, 5, 1e-4, 0.75, 1.0)

    @staticmethod
    def symbolic(g, x):
        return g.op("LRN", x, size_i=5, alpha_f=1e-4, beta_f=0.75, bias_f=1.0)


class Norm(nn.Module):
    def forward(self, x):
        # Lrn has no gradient; outside of an export torch's own is the reference.
        return Lrn.apply(x) if torch.onnx.is_in_onnx_export() else F.local_response_norm(x, 5, 1e-4, 0.75, 1.0)


class Flatten(nn.Module):
    def forward(self, x):
        return torch.flatten(x, 1)


def conv(i, o, kernel, **rest):
    return [nn.Conv2d(i, o, kernel, **rest), nn.ReLU()]


def vgg(make):
    """torchvision's convolutions; the fully connected part takes the smaller map of a 64 pixel input."""
    head = [nn.Linear(512 * 4, 4096), nn.ReLU(), nn.Dropout(), nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(), nn.Linear(4096, 1000)]
    return nn.Sequential(make(weights=None).features, Flatten(), *head)


def alexnet(pool_first):
    """BVLC AlexNet (LRN before pooling) and CaffeNet (after), with groups and Caffe's rounding."""
    pool = lambda: nn.MaxPool2d(3, 2, ceil_mode=True)
    order = (lambda: [pool(), Norm()]) if pool_first else (lambda: [Norm(), pool()])
    return nn.Sequential(
        *conv(3, 96, 11, stride=4), *order(),
        *conv(96, 256, 5, padding=2, groups=2), *order(),
        *conv(256, 384, 3, padding=1), *conv(384, 384, 3, padding=1, groups=2), *conv(384, 256, 3, padding=1, groups=2), pool(),
        Flatten(), nn.Linear(256 * 4, 4096), nn.ReLU(), nn.Dropout(), nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(), nn.Linear(4096, 1000),
        nn.Softmax(1),
    )


class Inception(nn.Module):
    def __init__(self, i, a, b0, b, c0, c, d):
        super().__init__()
        self.a = nn.Sequential(*conv(i, a, 1))
        self.b = nn.Sequential(*conv(i, b0, 1), *conv(b0, b, 3, padding=1))
        self.c = nn.Sequential(*conv(i, c0, 1), *conv(c0, c, 5, padding=2))
        self.d = nn.Sequential(nn.MaxPool2d(3, 1, 1), *conv(i, d, 1))

    def forward(self, x):
        return torch.cat([self.a(x), self.b(x), self.c(x), self.d(x)], 1)


def googlenet():
    """BVLC GoogLeNet: LRN, overlapping pools with Caffe's rounding."""
    pool = lambda: nn.MaxPool2d(3, 2, ceil_mode=True)
    return nn.Sequential(
        *conv(3, 64, 7, stride=2, padding=3), pool(), Norm(), *conv(64, 64, 1), *conv(64, 192, 3, padding=1), Norm(), pool(),
        Inception(192, 64, 96, 128, 16, 32, 32), Inception(256, 128, 128, 192, 32, 96, 64), pool(),
        Inception(480, 192, 96, 208, 16, 48, 64), Inception(512, 160, 112, 224, 24, 64, 64), Inception(512, 128, 128, 256, 24, 64, 64),
        Inception(512, 112, 144, 288, 32, 64, 64), Inception(528, 256, 160, 320, 32, 128, 128), pool(),
        Inception(832, 256, 160, 320, 32, 128, 128), Inception(832, 384, 192, 384, 48, 128, 128),
        nn.AvgPool2d(3), nn.Dropout(), Flatten(), nn.Linear(1024, 1000),
    )


def mobilenet_v1():
    """Depthwise separable convolutions with ReLU6."""
    step = lambda i, o, s: [
        nn.Conv2d(i, i, 3, s, 1, groups=i, bias=False), nn.BatchNorm2d(i), nn.ReLU6(),
        nn.Conv2d(i, o, 1, bias=False), nn.BatchNorm2d(o), nn.ReLU6(),
    ]
    widths = [(32, 64, 1), (64, 128, 2), (128, 128, 1), (128, 256, 2), (256, 256, 1), (256, 512, 2), *[(512, 512, 1)] * 5, (512, 1024, 2), (1024, 1024, 1)]
    body = [layer for w in widths for layer in step(*w)]
    return nn.Sequential(
        nn.Conv2d(3, 32, 3, 2, 1, bias=False), nn.BatchNorm2d(32), nn.ReLU6(), *body,
        nn.AdaptiveAvgPool2d(1), Flatten(), nn.Linear(1024, 1000),
    )


class ChannelsLast(nn.Module):
    """A network whose input is [N,H,W,3], as Keras exports them."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, x):
        return torch.softmax(self.net(x.permute(0, 3, 1, 2)), 1)


SMALL = (3, 64, 64)

# name: (module or model, shape of one input, opset), and how it is exported: "script" (the default) with a dynamic
# batch, "fixed" for one image with the weights among the inputs, as the model zoo has them, "dynamo", PyTorch's present
# exporter, or "dynamo-fixed"; at last the range of batch norm's gains. Opsets vary so that the old and new forms of operators all occur.
TOPOLOGIES = {
    "vgg16": (lambda: vgg(tv.vgg16), SMALL, 7),
    "vgg16-bn": (lambda: vgg(tv.vgg16_bn), SMALL, 8),
    "vgg19": (lambda: vgg(tv.vgg19), SMALL, 11),
    "vgg19-bn": (lambda: vgg(tv.vgg19_bn), SMALL, 9),
    "alexnet-bvlc": (lambda: alexnet(False), (3, 99, 99), 11),
    "caffenet": (lambda: alexnet(True), (3, 99, 99), 12),
    "googlenet-bvlc": (googlenet, (3, 96, 96), 13),
    "inception-v3": (lambda: tv.inception_v3(weights=None, init_weights=False), (3, 139, 139), 11),
    "resnet18": (lambda: tv.resnet18(weights=None), SMALL, 9),
    "resnet18-dynamo": (lambda: tv.resnet18(weights=None), SMALL, 18, "dynamo"),
    "resnet50": (lambda: tv.resnet50(weights=None), SMALL, 12),
    "squeezenet1.0": (lambda: tv.squeezenet1_0(weights=None), SMALL, 11),
    "squeezenet1.1": (lambda: tv.squeezenet1_1(weights=None), SMALL, 17),
    "mobilenet-v1": (mobilenet_v1, SMALL, 10),
    "mobilenet-v2": (lambda: tv.mobilenet_v2(weights=None), SMALL, 10),
    "mobilenet-v2-nhwc": (lambda: ChannelsLast(tv.mobilenet_v2(weights=None)), (64, 64, 3), 15),
    "mobilenet-v3": (lambda: tv.mobilenet_v3_small(weights=None), SMALL, 14),
    "mobilenet-v3-old": (lambda: tv.mobilenet_v3_small(weights=None), SMALL, 11),
    # With gains around 1 its many gates magnify float32's rounding beyond what can be compared.
    "mobilenet-v3-large": (lambda: tv.mobilenet_v3_large(weights=None), SMALL, 16, "script", (0.25, 0.75)),
    "densenet121": (lambda: tv.densenet121(weights=None), SMALL, 9),
    "densenet121-dynamo": (lambda: tv.densenet121(weights=None), SMALL, 19, "dynamo"),
    "efficientnet-b0": (lambda: tv.efficientnet_b0(weights=None), SMALL, 13),
    "efficientnet-b0-dynamo": (lambda: tv.efficientnet_b0(weights=None), SMALL, 21, "dynamo"),
    "efficientnet-b0-keras": (lambda: keras.efficientnet_b0(64), (64, 64, 3), 15),
    "efficientnet-lite0": (lambda: keras.efficientnet_lite0(64), (64, 64, 3), 11),
    "shufflenet-v2": (lambda: tv.shufflenet_v2_x1_0(weights=None), SMALL, 13),
    "shufflenet-v2-zoo": (lambda: tv.shufflenet_v2_x1_0(weights=None), SMALL, 9, "fixed"),
    "convnext-tiny": (lambda: tv.convnext_tiny(weights=None), SMALL, 17),
    "convnext-tiny-old": (lambda: tv.convnext_tiny(weights=None), SMALL, 12),
    "convnext-tiny-dynamo": (lambda: tv.convnext_tiny(weights=None), SMALL, 20, "dynamo"),
    "convnext-tiny-fixed": (lambda: tv.convnext_tiny(weights=None), SMALL, 20, "dynamo-fixed"),
}
