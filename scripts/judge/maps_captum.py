"""Grad-CAM by Captum: signed maps at the layer's size, unless the fifth word is `relu`."""

from common import RELU, best, images, network, save
from captum.attr import LayerGradCam

model = network()
cam = LayerGradCam(model, model.features[12])
for name, x in images():
    scores = model(x.requires_grad_())
    classes = best(scores)
    maps = [cam.attribute(x, target=c, relu_attributions=RELU)[0, 0].detach() for c in classes]
    save(name, maps, classes, scores)
