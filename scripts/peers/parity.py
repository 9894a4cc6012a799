"""Every method that a known library has, run by that library (in float64, methods of many images in float32) on trained networks, against our map."""

import dataclasses
import functools
import sys

import numpy as np
import torch

import methods_cams
import methods_captum
import methods_torchray
import nets
import trained

K = 2
ALL = [
    *(("pytorch-grad-cam", entry, methods_cams.scaled) for entry in methods_cams.GRAD_CAM),
    *(("TorchCAM", entry, methods_cams.between_0_and_1) for entry in methods_cams.TORCHCAM),
    *((methods_captum.LIBRARY, entry, None) for entry in methods_captum.METHODS),
    *((methods_torchray.LIBRARY, entry, None) for entry in methods_torchray.METHODS),
]
# A thousand masks of a large image: only the smallest network.
MASKS = {"vgg16"}
# Below this no remark is needed.
EQUAL = 1e-4


@dataclasses.dataclass
class Trained:
    """A network in the forms that the libraries need; every form computes the same scores."""

    name: str
    path: object
    x: torch.Tensor  # [1,3,H,W], float64
    layer_name: str
    excitation_layer: str
    contrast: tuple
    last_linear: str | None
    noisy: np.ndarray = None
    masks: np.ndarray = None

    @functools.cached_property
    def module(self):
        return trained.module(self.path)

    @functools.cached_property
    def single(self):
        """float32, for methods of many images."""
        return trained.module(self.path).float()

    @property
    def layer(self):
        return self.module.get_submodule(self.layer_name)

    @functools.cached_property
    def guidable(self):
        """Every rectifier an nn.ReLU."""
        return trained.without_relu6(trained.module(self.path))

    @functools.cached_property
    def transparent(self):
        """The same, but at the upper bound of a ReLU6 the gradient passes: so deconvnet and excitation backprop here."""
        return trained.without_relu6(trained.module(self.path), trained.CappedThrough)

    @functools.cached_property
    def recording(self):
        """With weights that ask for gradients, without which two libraries find none at a layer."""
        return trained.module(self.path).requires_grad_(True)

    @functools.cached_property
    def excitable(self):
        """Normalisations folded as well."""
        return nets.folded(self.transparent)

    @functools.cached_property
    def random_masks(self):
        return methods_torchray.all_classes(self.single, self.x.float(), torch.from_numpy(self.masks))


def load(name, data, ours):
    golden, layers = trained.known("networks.jsonl")[name], trained.known("methods.jsonl")[name]["layers"]
    path = trained.path_of(golden, data)
    if path is None:
        return None
    size = golden["input"]
    image = nets.probe_input(size["height"], size["width"], float(golden["phase"]))
    net = Trained(
        name,
        path,
        torch.from_numpy(image).double(),
        golden["gradCam"]["layer"],
        layers["c-mwp"],
        trained.CONTRAST[name],
        trained.CONTRAST[name][1] if golden["cam"] else None,
    )
    methods = [m for m in dict.fromkeys(entry[0] for _, entry, _ in ALL) if net.last_linear or m != "cam"]
    methods = [m for m in methods if m != "rise" or name in MASKS]
    at = {**layers, "grad-cam": net.layer_name}
    requests = [{"method": m, "layer": at[m]} if m in at else {"method": m} for m in methods]
    ours.load(path, image, requests, K)
    net.noisy = ours.copies("smooth-grad", image.shape[1:])
    if name in MASKS:
        net.masks = ours.copies("rise", image.shape[1:], ones=True)[:, :1].copy()
    classes, _, maps = ours.maps()
    return net, classes, dict(zip(methods, maps))


def rows(data, ours):
    """One row per network, method and library: { network, method, library, function, difference, note? }."""
    for name in trained.NAMES:
        found = load(name, data, ours)
        if found is None:
            print(f"peers: {name} is test data, BENCH_TEST_DATA is not set: left out", file=sys.stderr)
            continue
        net, classes, maps = found
        for library, (method, function, run, note), like in ALL:
            theirs = [run(net, c) for c in classes] if method in maps else [None]
            if theirs[0] is None:
                continue
            mine = [like(net, m) if like else m for m in maps[method]]
            difference = nets.relative(np.stack(mine), np.stack([np.asarray(m) for m in theirs]))
            row = {"network": name, "method": method, "library": library, "function": function, "difference": difference}
            if note and difference > EQUAL:
                row["note"] = note
            print(f"peers: {name} {library} {function}: {difference:.1e}", file=sys.stderr, flush=True)
            yield row
