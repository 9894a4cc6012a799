"""Is a difference of two maps at the input due to activations on a kink? Masks and winners of ours and of PyTorch, counted.

    python scripts/peers/kinks.py --network vgg16 --images 10

A rectifier's input near 0, or two nearly equal candidates of a max pool, fall on either side in float32. For every image this
prints how many masks and winners differ from PyTorch in float64, for PyTorch in float32 (channels first, channels last) and for
ours, and how far the maps are from float64's: as they are, and once more from float64's along the same masks and winners. What the
second leaves is rounding, what it takes away were kinks. Needs what run.sh installs, and a build.
"""

import argparse
import json
import pathlib
import subprocess
import tempfile
import warnings

import numpy as np
import torch
from torchray.attribution.excitation_backprop import contrastive_excitation_backprop, excitation_backprop
from torchray.attribution.gradient import gradient
from torchray.attribution.guided_backprop import guided_backprop

import nets

METHODS = ("backprop", "guided-backprop", "c-mwp")
# Networks whose rectifiers and pools are modules.
KNOWN = ("vgg16", "alexnet", "squeezenet1.1")


class Passed(torch.autograd.Function):
    """x where the mask says so; the gradient too, where it is positive in guided backprop."""

    @staticmethod
    def forward(ctx, x, mask, guided):
        ctx.save_for_backward(mask)
        ctx.guided = guided
        return x * mask

    @staticmethod
    def backward(ctx, g):
        (mask,) = ctx.saved_tensors
        return (g.clamp(min=0) if ctx.guided else g) * mask, None, None


class Mask(torch.nn.Module):
    def __init__(self, mask):
        super().__init__()
        self.mask, self.guided = mask, False

    def forward(self, x):
        return Passed.apply(x, self.mask.to(x.dtype), self.guided)


class Winners(torch.nn.Module):
    def __init__(self, winners):
        super().__init__()
        self.winners = winners

    def forward(self, x):
        return x.flatten(2).gather(2, self.winners.flatten(2)).reshape(self.winners.shape)


def modules_of(module, kind):
    return [(name, one) for name, one in module.named_modules() if isinstance(one, kind)]


def routes(module, x):
    """(masks, winners), each in the order of the network, with a batch axis."""
    masks, winners, handles = [], [], []

    def see(one, inputs, output):
        if isinstance(one, torch.nn.ReLU):
            masks.append(output > 0)
        else:
            winners.append(
                torch.nn.functional.max_pool2d(
                    inputs[0], one.kernel_size, one.stride, one.padding, one.dilation, one.ceil_mode, return_indices=True
                )[1]
            )

    for _, one in modules_of(module, (torch.nn.ReLU, torch.nn.MaxPool2d)):
        handles.append(one.register_forward_hook(see))
    with torch.no_grad():
        module(x)
    for handle in handles:
        handle.remove()
    return masks, winners


def along(module, masks, winners):
    """A copy whose rectifiers and pools do not decide: they follow these. Without masks the rectifiers still do."""
    made = nets.sharing(module)
    for (name, _), mask in zip(modules_of(module, torch.nn.ReLU), masks):
        made.set_submodule(name, Mask(mask))
    for (name, _), some in zip(modules_of(module, torch.nn.MaxPool2d), winners):
        made.set_submodule(name, Winners(some))
    return made


def fresh(x):
    return x.detach().clone(memory_format=torch.preserve_format).requires_grad_(True)


def at_input(module, x, c):
    return {"backprop": gradient(module, fresh(x), c), "guided-backprop": guided_backprop(module, fresh(x), c)}


def at_input_along(module, x, c, taken):
    made, found = along(module, *taken), {}
    for method in ("backprop", "guided-backprop"):
        for _, one in modules_of(made, Mask):
            one.guided = method != "backprop"
        found[method] = gradient(made, fresh(x), c)
    return found


def contrastive(net, module, x, c):
    where = net.excitation
    layers = {"saliency_layer": where.saliency, "contrast_layer": where.contrast, "classifier_layer": where.classifier}
    return {"c-mwp": contrastive_excitation_backprop(module, fresh(x), c, **layers)}


def arrays(found):
    """Maps [1,h,w] by method."""
    return {method: some.detach()[:, 0].double().numpy() for method, some in found.items()}


def maps(net, module, x, c):
    """TorchRay's."""
    return arrays(at_input(module, x, c) | contrastive(net, module, x, c))


def maps_along(net, module, x, c, taken, free, exact):
    """The same along these masks and winners; `free` where they are `exact`."""
    changed = [any(not torch.equal(p, q) for p, q in zip(some, others)) for some, others in zip(taken, exact)]
    found = at_input_along(module, x, c, taken) if any(changed) else {}
    # Excitation backprop asks no rectifier.
    found |= contrastive(net, along(module, [], taken[1]), x, c) if changed[1] else {}
    return free | arrays(found)


def ours(name, module, images):
    """For every image ((masks, winners), maps by method)."""
    net = nets.NETS[name]
    requests = [{"method": method} for method in METHODS]
    requests[-1]["layer"] = net.excitation.ours
    with tempfile.TemporaryDirectory() as folder:
        model, given, out = (pathlib.Path(folder) / file for file in ("model.onnx", "images.f32", "out.bin"))
        nets.export(module, model)
        np.concatenate(images).tofile(given)
        script = pathlib.Path(__file__).with_name("routes.mjs")
        command = ["node", str(script), str(model), str(given), str(nets.SIZE), json.dumps(requests), str(out)]
        sizes = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
        with open(out, "rb") as file:

            def read(dtype, shape):
                return np.fromfile(file, dtype=dtype, count=int(np.prod(shape))).reshape(shape)

            for image in images:
                like = routes(module, torch.from_numpy(image))
                if [len(some) for some in like] != [sizes["masks"], sizes["winners"]]:
                    raise SystemExit("kinks: the two sides do not have the same rectifiers and pools")
                masks = [torch.from_numpy(read(np.uint8, some.shape)).bool() for some in like[0]]
                winners = [torch.from_numpy(read(np.int32, some.shape)).long() for some in like[1]]
                yield (masks, winners), {method: read(np.float32, [1, *size]) for method, size in zip(METHODS, sizes["maps"])}


def different(a, b):
    """How many masks and how many winners differ."""
    masks = sum(int((p != q).sum()) for p, q in zip(a[0], b[0], strict=True))
    winners = sum(int((p != q).sum()) for p, q in zip(a[1], b[1], strict=True))
    return masks, winners


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--network", choices=KNOWN, default="vgg16")
    parser.add_argument("--images", type=int, default=10, help="probe images of phases from the network's own on")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(options.threads)
    net = nets.NETS[options.network]
    module = nets.build(options.network).requires_grad_(False)
    for _, one in modules_of(module, torch.nn.ReLU):
        one.inplace = False
    images = [nets.probe_input(nets.SIZE, nets.SIZE, net.phase + i) for i in range(options.images)]
    double = nets.sharing(module).double()
    last = nets.tuned(module, torch.channels_last)
    for i, (image, (our_routes, our_maps)) in enumerate(zip(images, ours(options.network, module, images))):
        x = torch.from_numpy(image)
        exact = routes(double, x.double())
        c = int(double(x.double())[0].argmax())
        right = maps(net, double, x.double(), c)
        mwp = excitation_backprop(double, fresh(x.double()), c, saliency_layer=net.excitation.saliency)
        share = right["c-mwp"].max() / float(mwp.max())
        count = sum(mask.numel() for mask in exact[0]), sum(some.numel() for some in exact[1])
        print(
            f"{options.network}, phase {net.phase + i:g}, class {c}: {count[0]} masks, {count[1]} windows; "
            f"c-MWP's largest value is {share:.1e} of MWP's",
            flush=True,
        )
        y = x.contiguous(memory_format=torch.channels_last)
        sides = {
            "ours": lambda: (our_routes, our_maps),
            "channels first": lambda: (routes(module, x), maps(net, module, x, c)),
            "channels last": lambda: (routes(last, y), maps(net, last, y, c)),
        }
        for side, make in sides.items():
            taken, found = make()
            masks, windows = different(taken, exact)
            followed = maps_along(net, double, x.double(), c, taken, right, exact)
            from_right, from_followed = ([nets.relative(found[m], some[m]) for m in METHODS] for some in (right, followed))
            text = ", ".join(f"{m} {p:.1e} ({q:.1e} along them)" for m, p, q in zip(METHODS, from_right, from_followed))
            print(f"  {side}: {masks} masks, {windows} winners differ; {text}", flush=True)
            if side != "ours":
                masks, windows = different(our_routes, taken)
                text = ", ".join(f"{m} {nets.relative(our_maps[m], found[m]):.1e}" for m in METHODS)
                print(f"  ours to {side}: {masks} masks, {windows} winners differ; {text}", flush=True)


if __name__ == "__main__":
    main()
