"""Grad-CAM by TorchCAM: maps of [0, 1] at the layer's size."""

from common import best, images, network, save
from torchcam.methods import GradCAM

model = network()
with GradCAM(model, "features.12") as extractor:
    for name, x in images():
        scores = model(x.requires_grad_())
        classes = best(scores)
        save(name, [extractor(c, scores, retain_graph=True)[0][0] for c in classes], classes, scores)
