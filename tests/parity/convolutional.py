"""Write the PyTorch parity goldens of convolutional models: lenet.json, resnet.json, ds_cnn.json, mobilenet.json, and the
weights of LeNet-5 as a file of PyTorch, tests/weights/lenet.safetensors.

    pip install torch numpy safetensors
    python tests/parity/convolutional.py

The models are those of examples/models. Weights, images and dL/dy are made on
both sides by one formula, `numbers`, so that no file of weights is needed: a
tensor's numbers depend on the checksum of its name alone. LeNet-5 is loaded
from the file of weights as well.

Each file has one case in f64, of "batch" samples, with
* "parameters": names and shapes of all tensors of the state_dict;
* "trained", a pass with the statistics of the batch, dropout and gradients of
  everything, and "inferred", the same through eval(): "y", and of "dx" and
  each of "gradients" the norm and one element in "step"; "buffers" are the
  running statistics behind the first pass.

The masks of dropout are functions of seed, step, layer and number of the
element, in dnn and here.
"""

import pathlib
import zlib

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

from generate import write

HERE = pathlib.Path(__file__).resolve().parent
NORM = dict(eps=1e-3, momentum=0.01)  # as in TensorFlow, where momentum is 0.99


# ---------------------------------------------------------------- shared numbers


def numbers(name, count):
    """Numbers from -1 to 1 in units of 2^-23: the hash "lowbias32" of C. Wellons of place and name."""
    key = np.uint32(zlib.crc32(name.encode()))
    h = np.arange(count, dtype=np.uint32) * np.uint32(0x9E3779B9) + key
    h ^= h >> np.uint32(16)
    h *= np.uint32(0x7FEB352D)
    h ^= h >> np.uint32(15)
    h *= np.uint32(0x846CA68B)
    h ^= h >> np.uint32(16)
    return (h >> np.uint32(8)).astype(np.float64) / 2.0**23 - 1.0


def tensor(name, shape):
    return torch.from_numpy(numbers(name, int(np.prod(shape)))).reshape(*shape)


def fill(net):
    """Weights as large as keep the activations' size; other tensors about what they begin with. All are f32."""
    for name, value in net.state_dict().items():
        if name.endswith("num_batches_tracked"):
            continue
        v = tensor(name, value.shape)
        if value.dim() > 1:
            v = v * (6.0 / value[0].numel()) ** 0.5
        elif name.endswith("running_var") or "norm" in name and name.endswith("weight"):
            v = 1.0 + 0.25 * v
        else:
            v = 0.25 * v
        value.copy_(v.float())


def split_mix(x):
    """The generator SplitMix64, its first output from the state x."""
    x = (x + np.uint64(0x9E3779B97F4A7C15)).astype(np.uint64)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


class Dropout(nn.Module):
    """Dropout with the mask of dnn: seed 0, step 0."""

    def __init__(self, p, layer):
        super().__init__()
        self.keep, self.layer = 1.0 - p, layer

    def forward(self, x):
        if not self.training:
            return x
        one = np.zeros(1, dtype=np.uint64)
        key = split_mix(split_mix(split_mix(one)) + np.uint64(self.layer))
        places = np.arange(x.numel(), dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        kept = (split_mix(key + places) >> np.uint64(32)) < np.uint64(int(self.keep * 2.0**32))
        return torch.where(torch.from_numpy(kept).reshape(x.shape), x / self.keep, 0.0)


# ---------------------------------------------------------------- models


class LeNet(nn.Module):
    SAMPLE = [1, 28, 28]

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(400, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc3(F.relu(self.fc2(F.relu(self.fc1(x.flatten(1))))))


class Block(nn.Module):
    """Of ResNet; from `i` to `o` channels, on half of the rows and columns where these differ."""

    def __init__(self, i, o):
        super().__init__()
        self.halves = i != o
        self.conv1 = nn.Conv2d(i, o, 3, stride=2) if self.halves else nn.Conv2d(i, o, 3, padding=1)
        self.norm1 = nn.BatchNorm2d(o, **NORM)
        self.conv2 = nn.Conv2d(o, o, 3, padding=1)
        self.norm2 = nn.BatchNorm2d(o, **NORM)
        if self.halves:
            self.around = nn.Conv2d(i, o, 1, stride=2)

    def forward(self, x):
        h = F.relu(self.norm1(self.conv1(F.pad(x, (0, 1, 0, 1)) if self.halves else x)))
        return F.relu(self.norm2(self.conv2(h)) + (self.around(x) if self.halves else x))


class ResNet8(nn.Module):
    SAMPLE = [3, 32, 32]

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 16, 3, padding=1)
        self.norm = nn.BatchNorm2d(16, **NORM)
        self.block1, self.block2, self.block3 = Block(16, 16), Block(16, 32), Block(32, 64)
        self.fc = nn.Linear(64, 10)

    def forward(self, x):
        x = self.block3(self.block2(self.block1(F.relu(self.norm(self.conv(x))))))
        return self.fc(F.avg_pool2d(x, 8).flatten(1))


class Separable(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.depthwise = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)
        self.norm1 = nn.BatchNorm2d(channels, **NORM)
        self.pointwise = nn.Conv2d(channels, channels, 1)
        self.norm2 = nn.BatchNorm2d(channels, **NORM)

    def forward(self, x):
        return F.relu(self.norm2(self.pointwise(F.relu(self.norm1(self.depthwise(x))))))


class DsCnn(nn.Module):
    SAMPLE = [1, 49, 10]

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 64, (10, 4), stride=2)
        self.norm = nn.BatchNorm2d(64, **NORM)
        self.drop1 = Dropout(0.2, layer=4)
        self.blocks = nn.Sequential(*(Separable(64) for _ in range(4)))
        self.drop2 = Dropout(0.4, layer=6)
        self.fc = nn.Linear(64, 12)

    def forward(self, x):
        x = self.drop1(F.relu(self.norm(self.conv(F.pad(x, (1, 1, 4, 5))))))
        return self.fc(F.avg_pool2d(self.drop2(self.blocks(x)), (24, 5)).flatten(1))


class MobileNet(nn.Module):
    SAMPLE = [3, 96, 96]
    # Channels before and behind each pair of convolutions, and the stride of the first one.
    BEFORE = [(8, 16, 1), (16, 32, 2), (32, 32, 1), (32, 64, 2), (64, 64, 1), (64, 128, 2)]
    BEHIND = [(128, 256, 2), (256, 256, 1)]

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, stride=2)
        self.norm = nn.BatchNorm2d(8, **NORM)
        self.blocks = nn.Sequential(*(Separable(128) for _ in range(5)))
        for number, (i, o, stride) in enumerate(self.BEFORE + self.BEHIND, start=1):
            padding = 1 if stride == 1 else 0
            depthwise = nn.Conv2d(i, i, 3, stride=stride, padding=padding, groups=i)
            self.add_module(f"depthwise{number}", depthwise)
            self.add_module(f"norm{number}a", nn.BatchNorm2d(i, **NORM))
            self.add_module(f"pointwise{number}", nn.Conv2d(i, o, 1))
            self.add_module(f"norm{number}b", nn.BatchNorm2d(o, **NORM))
        self.fc = nn.Linear(256, 2)

    def pair(self, number, x):
        of = dict(self.named_children())
        if of[f"depthwise{number}"].stride == (2, 2):
            x = F.pad(x, (0, 1, 0, 1))
        x = F.relu(of[f"norm{number}a"](of[f"depthwise{number}"](x)))
        return F.relu(of[f"norm{number}b"](of[f"pointwise{number}"](x)))

    def forward(self, x):
        x = F.relu(self.norm(self.conv(F.pad(x, (0, 1, 0, 1)))))
        for number in range(1, 7):
            x = self.pair(number, x)
        x = self.blocks(x)
        for number in range(7, 9):
            x = self.pair(number, x)
        return self.fc(F.avg_pool2d(x, 3).flatten(1))


# ---------------------------------------------------------------- goldens


def sparse(value, kept=12):
    """The norm, and about so many elements at equal distances."""
    flat = value.reshape(-1)
    step = max(1, flat.numel() // kept)
    return {"norm": float(flat.norm()), "step": step, "values": flat[::step]}


def run(net, batch):
    x = tensor("x", [batch, *net.SAMPLE]).requires_grad_()
    net.zero_grad()
    y = net(x)
    y.backward(tensor("dy", y.shape))
    return {
        "y": y.detach(),
        "dx": sparse(x.grad, 60),
        "gradients": {name: sparse(parameter.grad) for name, parameter in net.named_parameters()},
    }


def golden(name, net, batch=2):
    net = net.double()
    fill(net)
    tensors = {k: v for k, v in net.state_dict().items() if not k.endswith("num_batches_tracked")}
    if name == "lenet":
        save_file({k: v.float() for k, v in tensors.items()}, HERE.parent / "weights" / "lenet.safetensors")
    net.eval()
    inferred = run(net, batch)
    net.train()
    trained = run(net, batch)
    buffers = {k: sparse(v) for k, v in tensors.items() if "running" in k}
    parameters = {k: list(v.shape) for k, v in tensors.items()}
    case = {"name": name, "scalar": "f64", "batch": batch, "parameters": parameters, "inferred": inferred, "trained": trained}
    write(f"{name}.json", [{**case, "buffers": buffers}])


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    golden("lenet", LeNet())
    golden("resnet", ResNet8())
    golden("ds_cnn", DsCnn())
    golden("mobilenet", MobileNet())
