"""Grad-CAM by pytorch-grad-cam: maps of [0, 1], resized to the input by the library."""

from common import best, images, network, save
from pytorch_grad_cam import GradCAM
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

model = network()
with GradCAM(model=model, target_layers=[model.features[12]]) as cam:
    for name, x in images():
        scores = model(x.requires_grad_())
        classes = best(scores)
        save(name, [cam(x, [ClassifierOutputTarget(c)])[0] for c in classes], classes, scores)
