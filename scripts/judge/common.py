"""The network and the pictures that all four scripts share: python SCRIPT MODEL.onnx IMAGES.txt PICTURES OUT."""

import pathlib
import sys

import numpy as np
import onnx
import torch
import torchvision
from PIL import Image

torch.set_num_threads(1)
MODEL, LIST, PICTURES, OUT = map(pathlib.Path, sys.argv[1:5])
RELU = "relu" in sys.argv[5:]
MEAN, STD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])


def network():
    """torchvision's SqueezeNet 1.1 with the weights of the ONNX file: both have 26 convolutions in one order."""
    model = torchvision.models.squeezenet1_1(weights=None).eval()
    weights = [onnx.numpy_helper.to_array(one) for one in onnx.load(str(MODEL)).graph.initializer]
    names = list(model.state_dict())
    assert len(names) == len(weights)
    model.load_state_dict({name: torch.tensor(one) for name, one in zip(names, weights)})
    return model.requires_grad_(False)


def images():
    """Each picture's id and its input: the whole picture warped to 224 x 224, [1, 3, 224, 224]."""
    OUT.mkdir(parents=True, exist_ok=True)
    for name in LIST.read_text().split():
        picture = Image.open(PICTURES / f"{name}.JPEG").convert("RGB").resize((224, 224), Image.Resampling.BILINEAR)
        pixels = (np.asarray(picture) / 255 - MEAN) / STD
        yield name, torch.tensor(pixels.transpose(2, 0, 1)[None], dtype=torch.float32)


def best(scores, k=5):
    """The best k classes, best first."""
    return scores[0].argsort(descending=True, stable=True)[:k].tolist()


def save(name, maps, classes, scores):
    maps = np.stack([np.asarray(one, dtype=np.float32) for one in maps])
    scores = scores[0, classes].detach().numpy()
    np.savez_compressed(OUT / f"{name}.npz", maps=maps, classes=np.array(classes), scores=scores)
