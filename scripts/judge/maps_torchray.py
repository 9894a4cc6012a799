"""Grad-CAM by TorchRay: maps at the layer's size."""

from common import best, images, network, save
from torchray.attribution.grad_cam import grad_cam

model = network()
for name, x in images():
    scores = model(x)
    classes = best(scores)
    maps = [grad_cam(model, x, c, saliency_layer="features.12")[0, 0].detach() for c in classes]
    save(name, maps, classes, scores)
