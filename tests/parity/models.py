"""Write the PyTorch parity goldens of models without convolutions: autoencoder.json, and with weights as PyTorch saves
them reader.json, reader.safetensors, variational.json, variational.safetensors.

    pip install torch safetensors numpy
    python tests/parity/models.py

autoencoder.json has the form that convolutional.py says. Of every tensor of the
others the file holds one element in "step", and the Euclidean norm of all.
"""

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn

from convolutional import NORM, golden
from generate import HERE, write
from sequences import waves


def sampled(tensor):
    """One element in some: the step is odd, so that it meets all columns."""
    flat = tensor.detach().reshape(-1)
    step = 1 if flat.numel() <= 64 else flat.numel() // 40 | 1
    return {"dims": list(tensor.shape), "step": step, "norm": float(flat.double().norm()), "values": flat[::step]}


class Autoencoder(nn.Module):
    """The autoencoder of MLPerf Tiny."""

    SAMPLE = [640]

    def __init__(self):
        super().__init__()
        widths = [640, 128, 128, 128, 128, 8, 128, 128, 128, 128]
        for number, (inputs, outputs) in enumerate(zip(widths, widths[1:]), start=1):
            self.add_module(f"fc{number}", nn.Linear(inputs, outputs))
            self.add_module(f"norm{number}", nn.BatchNorm1d(outputs, **NORM))
        self.fc10 = nn.Linear(128, 640)

    def forward(self, x):
        for number in range(1, 10):
            x = F.relu(getattr(self, f"norm{number}")(getattr(self, f"fc{number}")(x)))
        return self.fc10(x)


class Reader(nn.Module):
    """A small transformer over tokens, with PyTorch's own encoder."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(20, 16, padding_idx=0)
        layer = nn.TransformerEncoderLayer(16, 4, 32, dropout=0.0, activation="gelu", norm_first=True, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, norm=nn.LayerNorm(16), enable_nested_tensor=False)
        self.fc = nn.Linear(16, 4)

    def forward(self, tokens):
        x = self.embedding(tokens)
        return self.fc(self.encoder(x + waves(x.shape[1], 16).to(x.dtype)).mean(dim=1))


def reader_case():
    """The weights, as a program in PyTorch saves them, the gradients of a loss, and the losses of five steps."""
    torch.manual_seed(1)
    net = Reader()
    save_file(net.state_dict(), HERE / "reader.safetensors", metadata={"format": "pt"})
    tokens, targets = torch.randint(20, (6, 12)), torch.tensor([0, 1, 2, 3, 1, 2])
    y = net(tokens)
    F.cross_entropy(y, targets).backward()
    case = {"tokens": tokens.reshape(-1), "targets": targets, "y": sampled(y)}
    case["gradients"] = {own: sampled(parameter.grad) for own, parameter in net.named_parameters()}
    optimizer, losses = torch.optim.SGD(net.parameters(), lr=0.1), []
    for _ in range(5):
        optimizer.zero_grad()
        loss = F.cross_entropy(net(tokens), targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return case | {"losses": losses}


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(8, 64)
        self.fc2 = nn.Linear(64, 64)

    def forward(self, code):
        return self.fc2(F.relu(self.fc1(code)))


class Variational(nn.Module):
    """The variational autoencoder of examples/variational.rs."""

    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(64, 64)
        self.mean = nn.Linear(64, 8)
        self.deviation = nn.Linear(64, 8)
        self.decoder = Decoder()

    def forward(self, x, noise):
        h = F.relu(self.fc1(x))
        mean, deviation = self.mean(h), F.softplus(self.deviation(h))
        return self.decoder(mean + deviation * noise), mean, deviation


def variational_case():
    """The weights, the gradients of the evidence lower bound per pixel, and the losses of five steps."""
    torch.manual_seed(2)
    net = Variational()
    save_file(net.state_dict(), HERE / "variational.safetensors", metadata={"format": "pt"})
    x, noise = torch.randint(17, (5, 64)) / 16, torch.randn(5, 8)

    def bound():
        y, mean, deviation = net(x, noise)
        divergence = (mean**2 + deviation**2 - 1) / 2 - torch.log(deviation)
        return F.binary_cross_entropy_with_logits(y, x) + divergence.sum() / x.numel()

    bound().backward()
    case = {"x": x, "noise": noise, "y": sampled(torch.cat(net(x, noise), dim=1))}
    case["gradients"] = {own: sampled(parameter.grad) for own, parameter in net.named_parameters()}
    optimizer, losses = torch.optim.Adam(net.parameters(), lr=0.003), []
    for _ in range(5):
        optimizer.zero_grad()
        loss = bound()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return case | {"losses": losses}


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    golden("autoencoder", Autoencoder(), batch=4)
    write("reader.json", [reader_case()])
    write("variational.json", [variational_case()])
