"""Golden maps of every method that networks.py does not cover, from independent implementations.

    python scripts/golden/methods.py --models models/quickstart --data "$BENCH_TEST_DATA"

writes test/golden/methods.jsonl, one line per network, float64. The CAM family is computed by pytorch-grad-cam's own
functions from PyTorch's activations and gradients, excitation backprop by excitation.py (TorchRay's definition),
integrated gradients and occlusion by captum, the rest with PyTorch (Score-CAM too: pytorch-grad-cam takes other weights). Inputs and classes are those of networks.jsonl: run networks.py first.
"""

import argparse
import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from captum.attr import IntegratedGradients, Occlusion
from pytorch_grad_cam import GradCAMPlusPlus, HiResCAM, LayerCAM, XGradCAM

from excitation import excitation_maps, folded
from executor import execute
from networks import TARGET as NETWORKS
from networks import Network, digest, grad, probe_input
from rounding import dump

TARGET = NETWORKS.with_name("methods.jsonl")
K = 2
# Where MWP and c-MWP are read: the protocol's layers for the paper's networks, the input of the last stage elsewhere.
EXCITATION_LAYER = {
    "vgg16": "pool4",
    "vgg16-gap": "pool4",
    "googlenet": "pool2/3x3_s2",
    "resnet": "layer3",
    "alexnet": "pool2",
    "squeezenet1.1": "pool3",
    "mobilenet_v1_0.75": "conv_pw_11_relu",
}
# The rest would only make the test slow.
MANY_PASSES = {"squeezenet1.1", "mobilenet_v1_0.75", "vgg16"}
# A pass for each channel: 512 and 96 of them.
SCORE_CAM = {"squeezenet1.1", "vgg16"}
AT_INPUT = {"input-x-gradient", "deconvnet", "integrated-gradients", "occlusion"}
# pytorch-grad-cam adds 1e-6 to Grad-CAM++'s denominator, which is not small beside squared gradients. The map does
# not change when A is divided and g multiplied by one factor, but for that constant.
LIFT = 1e6


def cam_family(activation, gradient):
    A, g = activation.detach().numpy(), gradient.numpy()
    weighted = lambda weights: (weights[:, :, None, None] * A).sum(1)
    image = lambda method: method.get_cam_image(None, None, None, None, A, g, False)
    return {
        "counterfactual-grad-cam": weighted(-g.mean((2, 3))),
        "grad-cam++": weighted(GradCAMPlusPlus.get_cam_weights(None, None, None, None, A / LIFT, g * LIFT) / LIFT),
        "xgrad-cam": weighted(XGradCAM.get_cam_weights(None, None, None, None, A, g)),
        "layer-cam": image(LayerCAM),
        "hires-cam": image(HiResCAM),
    }


def eigen_cam(activation):
    """σ₁v₁ of A [C, H·W]; A ≥ 0, so v₁ can be taken positive."""
    A = activation[0].detach().flatten(1)
    _, sigma, v = torch.linalg.svd(A, full_matrices=False)
    print(f"  eigen-cam: σ₂/σ₁ = {float(sigma[1] / sigma[0]):.2f}")
    return (sigma[0] * v[0].abs()).reshape(activation.shape[2:]).numpy()


def score_cam(network, x, activation, classes):
    """ReLU(Σ_c α_c A_c), α_c = p(x ⊙ s(Up(A_c))) − p(0), p after softmax over the classes."""
    A, image = activation.detach()[0], torch.from_numpy(x).double()

    def probabilities(masked):
        with torch.no_grad():
            logits = execute(network.model, {network.input.name: masked}, masked.dtype)[network.logits]
        return torch.softmax(logits[0], 0)[classes]

    up = F.interpolate(A[None], (network.height, network.width), mode="bilinear", align_corners=False)[0]
    low, high = up.amin((1, 2), keepdim=True), up.amax((1, 2), keepdim=True)
    light = torch.nan_to_num((up - low) / (high - low))
    dark = probabilities(torch.zeros_like(image))
    alpha = torch.stack([probabilities(image * mask) - dark for mask in light])
    print(f"  score-cam: {len(A)} channels, {int((high == low).sum())} of them dead")
    return torch.relu(torch.einsum("ck,chw->khw", alpha, A)).numpy()


def many_passes(network, x, class_id):
    forward = lambda images: execute(network.model, {network.input.name: images}, images.dtype)[network.logits]
    integrate = lambda image: IntegratedGradients(forward).attribute(
        image, target=class_id, n_steps=32, method="riemann_middle", internal_batch_size=1
    )
    image = torch.from_numpy(x).double()
    integrated, single = integrate(image), integrate(torch.from_numpy(x))
    # 32 images a map: some activation always stands so near a kink that float32 falls on its other side.
    print(f"  integrated-gradients in float32: {float((single - integrated).abs().max() / integrated.abs().max()):.1e} apart")
    side = [round(size / 5) for size in (network.height, network.width)]
    drops = Occlusion(forward).attribute(
        image, (3, *side), strides=(3, *(size // 2 for size in side)), target=class_id
    )
    # captum gives every channel of a pixel the same drop.
    return {
        "integrated-gradients": integrated.abs().amax(1)[0].detach().numpy(),
        "occlusion": torch.relu(drops[0, 0]).detach().numpy(),
    }


def at_input(network, x, values, guided, layer, class_id):
    largest = lambda t: t.abs().amax(1)[0].detach().numpy()
    plain = grad(network, values, network.input.name, class_id)
    rectified = grad(network, guided, network.input.name, class_id)
    alpha = grad(network, values, layer, class_id).mean((2, 3), keepdim=True)
    coarse = torch.relu((alpha * values[layer]).sum(1, keepdim=True))
    mask = F.interpolate(coarse, (network.height, network.width), mode="bilinear", align_corners=False)
    return {"input-x-gradient": largest(plain * torch.from_numpy(x)), "guided-grad-cam": largest(rectified * mask)}


def golden(path, known):
    print(path.name)
    network = Network(path)
    x = probe_input(network.height, network.width, float(known["phase"]))
    values, guided = network.run(x, torch.float64), network.run(x, torch.float64, "guided")
    deconvnet = network.run(x, torch.float64, "deconvnet")
    layer, below = known["gradCam"]["layer"], EXCITATION_LAYER[path.stem]
    model = folded(network.model)
    feeds = {network.input.name: torch.from_numpy(x).double().requires_grad_(True)}
    maps = {}
    eigen = eigen_cam(values[layer])
    scored = score_cam(network, x, values[layer], known["top"][:K]) if path.stem in SCORE_CAM else None
    for rank, class_id in enumerate(known["top"][:K]):
        found = {name: np.maximum(0, m[0]) for name, m in cam_family(values[layer], grad(network, values, layer, class_id)).items()}
        found |= at_input(network, x, values, guided, layer, class_id) | {"eigen-cam": eigen}
        if path.stem in MANY_PASSES:
            found |= many_passes(network, x, class_id)
        if scored is not None:
            found["score-cam"] = scored[rank]
        found["deconvnet"] = grad(network, deconvnet, network.input.name, class_id).abs().amax(1)[0].numpy()
        found["mwp"], found["c-mwp"] = excitation_maps(model, feeds, network.logits, below, class_id, torch.float64)
        bare = excitation_maps(network.model, feeds, network.logits, below, class_id, torch.float64)
        for name, m in zip(("mwp", "c-mwp"), bare):
            print(f"  {name} with batch normalisation not folded: {np.abs(m - found[name]).max() / found[name].max():.1e} apart")
        for name, m in found.items():
            maps.setdefault(name, []).append(digest(m))
    layers = {"mwp": below, "c-mwp": below}
    layers |= {name: layer for name in maps if name not in (*layers, *AT_INPUT)}
    return {"name": path.stem, "source": known["source"], "sha256": known["sha256"], "layers": layers, "maps": maps}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", type=pathlib.Path, required=True, help="folder of the quickstart's networks")
    parser.add_argument("--data", type=pathlib.Path, required=True, help="folder of the test data, with models/ in it")
    options = parser.parse_args()
    torch.set_num_threads(1)
    folders = {"quickstart": options.models, "data": options.data / "models"}
    known = [json.loads(line) for line in NETWORKS.read_text().splitlines()]
    dump(TARGET, [golden(folders[entry["source"]] / entry["file"], entry) for entry in known])
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
