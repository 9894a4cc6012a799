"""Golden values for the Caffe converter: the networks of test/caffe/nets.ts built in PyTorch, layer by layer.

Weights come from their names (`fill`), so nothing but the digests is stored: for every layer its shape, the mean of
its values' magnitudes and up to sixteen of the values. Run: python scripts/golden/caffe.py > test/golden/caffe.json
"""

import json
import math

import torch
import torch.nn.functional as F

SAMPLES = 16


def fill(name, shape, scale):
    seed = sum(ord(char) * (at + 1) for at, char in enumerate(name))
    count = math.prod(shape)
    values = [(((i * i * 31 + i * 7919 + seed * 613) % 2003) / 1001 - 1) * scale for i in range(count)]
    return torch.tensor(values, dtype=torch.float64).float().reshape(shape)


class Recorder:
    """Runs layers and keeps what each of them gives."""

    def __init__(self, height, width):
        self.input = fill("data", (2, 3, height, width), 1.0)
        self.layers = []

    def keep(self, name, x):
        flat = x.flatten()
        step = max(1, len(flat) // SAMPLES)
        picked = flat[::step][:SAMPLES]
        self.layers.append(
            {
                "name": name,
                "shape": list(x.shape),
                "magnitude": float(f"{flat.abs().mean().item():.7g}"),
                "step": step,
                "values": [float(f"{value:.7g}") for value in picked.tolist()],
            }
        )
        return x

    def conv(self, name, x, to, kernel, bias=True, groups=1, **more):
        shape = (to, x.shape[1] // groups, kernel, kernel)
        weight = fill(f"{name}.weight", shape, math.sqrt(6 / math.prod(shape[1:])))
        biases = fill(f"{name}.bias", (to,), 0.1) if bias else None
        return self.keep(name, F.conv2d(x, weight, biases, groups=groups, **more))

    def fc(self, name, x, to):
        x = x.flatten(1)
        weight = fill(f"{name}.weight", (to, x.shape[1]), math.sqrt(6 / x.shape[1]))
        return self.keep(name, F.linear(x, weight, fill(f"{name}.bias", (to,), 0.1)))

    def relu(self, name, x):
        return self.keep(name, F.relu(x))

    def max_pool(self, name, x, kernel, stride, pad=0):
        return self.keep(name, F.max_pool2d(x, kernel, stride, pad, ceil_mode=True))

    def average_pool(self, name, x, kernel, stride, pad=0):
        return self.keep(name, F.avg_pool2d(x, kernel, stride, pad, ceil_mode=True, count_include_pad=True))

    def lrn(self, name, x, size, alpha, beta, k):
        return self.keep(name, F.local_response_norm(x, size, alpha, beta, k))

    def normed(self, name, x, to, kernel, **more):
        x = self.conv(name, x, to, kernel, bias=False, **more)
        mean = fill(f"bn_{name}.mean", (to,), 0.3)
        variance = fill(f"bn_{name}.variance", (to,), 0.5) + 1
        x = self.keep(f"bn_{name}", F.batch_norm(x, mean, variance, eps=1e-3))
        gamma = fill(f"scale_{name}.gamma", (to,), 0.5) + 1
        beta = fill(f"scale_{name}.beta", (to,), 0.2)
        return self.keep(f"scale_{name}", x * gamma[None, :, None, None] + beta[None, :, None, None])

    def softmax(self, x):
        return self.keep("prob", x.softmax(1))

    def done(self):
        return {"input": list(self.input.shape), "layers": self.layers}


def alexnet():
    r = Recorder(39, 39)
    x = r.relu("relu1", r.conv("conv1", r.input, 8, 5, stride=2))
    x = r.max_pool("pool1", r.lrn("norm1", x, 5, 0.5, 0.75, 1.0), 3, 2)
    x = r.relu("relu2", r.conv("conv2", x, 12, 5, groups=2, padding=2))
    x = r.max_pool("pool2", r.lrn("norm2", x, 3, 2.0, 0.5, 2.0), 3, 2)
    x = r.relu("relu3", r.conv("conv3", x, 8, 3, groups=2, padding=1))
    x = r.max_pool("pool5", x, 2, 3)
    x = r.keep("drop6", r.relu("relu6", r.fc("fc6", x, 10)))
    r.softmax(r.fc("fc8", x, 7))
    return r.done()


def inception():
    r = Recorder(17, 16)
    x = r.relu("conv1/relu", r.conv("conv1/3x3", r.input, 6, 3, padding=1))
    x = r.max_pool("pool1/3x3_s2", x, 3, 2)
    one = r.relu("3a/relu_1x1", r.conv("3a/1x1", x, 4, 1))
    three = r.relu("3a/relu_3x3_reduce", r.conv("3a/3x3_reduce", x, 4, 1))
    three = r.relu("3a/relu_3x3", r.conv("3a/3x3", three, 6, 3, padding=1))
    pooled = r.conv("3a/pool_proj", r.max_pool("3a/pool", x, 3, 1, 1), 3, 1)
    x = r.keep("3a/output", torch.cat([one, three, r.relu("3a/relu_pool_proj", pooled)], 1))
    x = r.average_pool("pool3/ave", x, 3, 2, 1)
    x = r.average_pool("pool4/ave", x, 2, 2)
    x = r.relu("CAM_relu", r.conv("CAM_conv", x, 8, 3, padding=1))
    x = r.average_pool("pool5", x, 3, 1)
    r.softmax(r.fc("classifier", x, 6))
    return r.done()


def residual():
    r = Recorder(20, 20)
    x = r.relu("conv1_relu", r.normed("conv1", r.input, 8, 7, padding=3, stride=2))
    x = r.max_pool("pool1", x, 3, 2)
    left = r.normed("branch1", x, 12, 1)
    right = r.relu("branch2a_relu", r.normed("branch2a", x, 6, 1))
    right = r.normed("branch2b", right, 12, 3, padding=2, dilation=2)
    x = r.relu("res2a_relu", r.keep("res2a", left + right))
    x = r.relu("res2b_relu", r.keep("res2b", x - 0.5 * r.normed("branch3", x, 12, 3, padding=1)))
    x = r.keep("pool5", x.mean((2, 3), keepdim=True))
    r.softmax(r.fc("fc", x, 5))
    return r.done()


def vgg():
    r = Recorder(16, 16)
    x = r.relu("relu1_1", r.conv("conv1_1", r.input, 6, 3, padding=1))
    x = r.max_pool("pool1", x, 2, 2)
    x = r.relu("relu5_3", r.conv("conv5_3", x, 8, 3, padding=1))
    x = r.max_pool("pool5", x, 2, 2)
    x = r.keep("drop6", r.relu("relu6", r.fc("fc6", x, 12)))
    x = r.keep("drop7", r.relu("relu7", r.fc("fc7", x, 12)))
    r.softmax(r.fc("fc8", x, 6))
    return r.done()


if __name__ == "__main__":
    torch.set_num_threads(1)
    nets = {"alexnet": alexnet(), "inception": inception(), "residual": residual(), "vgg": vgg()}
    lines = [f"{json.dumps(name)}: {json.dumps(net)}" for name, net in nets.items()]
    print("{\n" + ",\n".join(lines) + "\n}")
