"""Write files of weights by PyTorch and safetensors, and check the one that dnn writes.

    pip install torch safetensors numpy
    python tests/weights/generate.py

* net_f32.safetensors, net_f64.safetensors: the state_dict of a network, as
  safetensors.torch.save_file writes it.
* body.safetensors, head.safetensors: the layers of the former in two files.
* blocks.safetensors: twelve layers in a list, of which the format sorts
  "blocks.10" before "blocks.2".
* nested.safetensors: a network whose first layer is one.
* wired.safetensors: repeated blocks with a way around each, and a parameter of
  the network itself.
* norm.safetensors: a normalisation after a step of training, whose
  "num_batches_tracked" dnn passes over.
* outputs.json: what PyTorch computes with these weights.
* dnn.safetensors is written by `UPDATE_EXPECT=1 cargo test --test weights`, and
  read here: names, shapes, types and values.
"""

import json
import pathlib

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import nn

HERE = pathlib.Path(__file__).resolve().parent
SCALARS = {"f32": torch.float32, "f64": torch.float64}
SHAPES = {"fc1.weight": [4, 6], "fc1.bias": [4], "fc2.weight": [3, 4], "fc3.weight": [2, 3], "fc3.bias": [1]}


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(6, 4)
        self.fc2 = nn.Linear(4, 3, bias=False)
        self.fc3 = nn.Linear(3, 2)
        self.fc3.bias = nn.Parameter(torch.randn(1))  # one element for all outputs

    def forward(self, x):
        return self.fc3(torch.tanh(self.fc2(torch.relu(self.fc1(x.flatten(1))))))


class Blocks(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList(nn.Linear(2, 2) for _ in range(12))
        self.scale = nn.Parameter(torch.randn(()))

    def forward(self, x):
        for block in self.blocks:
            x = x + torch.tanh(block(x))
        return self.scale * x


class Nested(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = Net()
        self.head = nn.Linear(2, 3)

    def forward(self, x):
        return self.head(torch.sigmoid(self.body(x)))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(6, 6)

    def forward(self, x):
        return x + torch.tanh(self.fc(x))


class Wired(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList(Block() for _ in range(12))
        self.scale = nn.Parameter(torch.randn(6))

    def forward(self, x):
        x = x.flatten(1)
        for block in self.blocks:
            x = block(x)
        return self.scale * x


class Normed(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(6, 2)
        self.norm = nn.BatchNorm1d(2)

    def forward(self, x):
        return self.norm(self.fc(x.flatten(1)))


def flat(tensor):
    return [float(number) for number in tensor.detach().reshape(-1)]


def main():
    torch.manual_seed(1)
    outputs = {}
    x = (torch.randn(3, 2, 3) * 8).round() / 8
    for name, scalar in SCALARS.items():
        net = Net().to(scalar)
        save_file(net.state_dict(), HERE / f"net_{name}.safetensors", metadata={"format": "pt"})
        outputs[name] = flat(net(x.to(scalar)))
        if name == "f32":
            tensors = net.state_dict()
            for part, layers in {"body": ["fc1"], "head": ["fc2", "fc3"]}.items():
                own = {key: value for key, value in tensors.items() if key.split(".")[0] in layers}
                save_file(own, HERE / f"{part}.safetensors")
    blocks = Blocks()
    save_file(blocks.state_dict(), HERE / "blocks.safetensors")
    outputs["blocks"] = flat(blocks(torch.tensor([[0.5, -0.25]])))
    nested = Nested()
    save_file(nested.state_dict(), HERE / "nested.safetensors")
    outputs["nested"] = flat(nested(x))
    normed = Normed()
    normed(x)
    save_file(normed.state_dict(), HERE / "norm.safetensors")
    outputs["norm"] = flat(normed.eval()(x))
    wired = Wired()
    save_file(wired.state_dict(), HERE / "wired.safetensors")
    outputs["wired"] = flat(wired(x))
    outputs["inputs"] = flat(x)
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in outputs.items())
    (HERE / "outputs.json").write_text("{\n" + lines + "\n}\n")

    ours = HERE / "dnn.safetensors"
    with safe_open(ours, framework="pt") as file:
        assert file.metadata() == {"format": "pt"}, file.metadata()
    tensors = load_file(ours)
    assert {name: list(tensor.shape) for name, tensor in tensors.items()} == SHAPES, tensors
    assert all(tensor.dtype == torch.float32 for tensor in tensors.values()), tensors
    values = torch.cat([tensors[name].reshape(-1) for name in SHAPES])
    assert torch.equal(values, torch.arange(len(values)) / 8 - 1), values
    Net().load_state_dict(tensors)
    print(f"{ours.name}: {len(tensors)} tensors, as dnn wrote them")


if __name__ == "__main__":
    main()
