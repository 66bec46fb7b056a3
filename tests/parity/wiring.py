"""Write the PyTorch parity goldens of wired networks: wiring.json.

    pip install torch numpy
    python tests/parity/wiring.py

The form is that of generate.py, but "x" and "dx" are lists with one flat
array for each input, and the outputs of a sample lie one after the other in
"y" and "dy". Parameters have the names of the module's state_dict.
"""

import torch
import torch.nn.functional as F
from torch import nn

from generate import Draw, write


class Block(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x):
        h = F.relu(self.conv1(x))
        return F.relu(self.conv2(h) + x)


class Residual(nn.Module):
    """A residual network of two blocks and a mean over the picture."""

    inputs = [[2, 6, 6]]

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(2, 4, 3, padding=1)
        self.blocks = nn.ModuleList([Block(4), Block(4)])
        self.fc = nn.Linear(4, 3)

    def forward(self, x):
        h = F.relu(self.stem(x))
        for block in self.blocks:
            h = block(h)
        return self.fc(h.mean(dim=(2, 3)))


class Critic(nn.Module):
    """Two inputs: the value of an action in a state."""

    inputs = [[17], [6]]

    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(17, 8)
        self.fc2 = nn.Linear(14, 8)
        self.out = nn.Linear(8, 1)

    def forward(self, state, action):
        h = F.elu(self.fc1(state))
        h = torch.tanh(self.fc2(torch.cat([h, action], dim=1)))
        return self.out(h)


class Variational(nn.Module):
    """A variational autoencoder: noise is an input, and the parameters of the code are outputs."""

    inputs = [[8], [3]]

    def __init__(self):
        super().__init__()
        self.encoder = nn.Linear(8, 10)
        self.mean = nn.Linear(10, 3)
        self.spread = nn.Linear(10, 3)
        self.decoder1 = nn.Linear(3, 10)
        self.decoder2 = nn.Linear(10, 8)

    def forward(self, x, noise):
        h = torch.tanh(self.encoder(x))
        mean = self.mean(h)
        spread = F.softplus(self.spread(h))
        code = mean + spread * noise
        return self.decoder2(torch.tanh(self.decoder1(code))), mean, spread


class Operations(nn.Module):
    """A layer used twice, raw parameters that are broadcast, a split, a value that is detached, numbers."""

    inputs = [[2, 4]]

    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)
        self.scale = nn.Parameter(torch.zeros(2, 1))
        self.shift = nn.Parameter(torch.zeros(4))
        self.out = nn.Linear(6, 2)

    def forward(self, x):
        h = torch.tanh(self.fc(torch.tanh(self.fc(x)))) * self.scale - self.shift
        a, b = h.split([1, 1], dim=1)
        c = torch.cat([a.squeeze(1), b.squeeze(1)], dim=1)  # [8]
        d = (1.0 - c) * c.detach() * 0.5 + x.permute(0, 2, 1).reshape(-1, 8).mean(dim=1, keepdim=True)
        return self.out(torch.cat([d[:, :4], c.reshape(-1, 4, 2).mean(dim=1)], dim=1))


class Axes(nn.Module):
    """Every operation along other dimensions than the first one, over three of them."""

    inputs = [[2, 3, 4]]

    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)
        self.act = nn.PReLU(2)
        self.gain = nn.Parameter(torch.zeros(3, 1))
        self.shift = nn.Parameter(torch.zeros(2, 1, 1))

    def forward(self, x):
        h = self.act(self.fc(x)) * self.gain + self.shift
        a, b = h.split([1, 3], dim=-1)
        c = torch.cat([b, a], dim=3)
        d = F.glu(torch.cat([c, 2.0 * x - 1.0], dim=2), dim=2)
        e = d.permute(0, 3, 1, 2).mean(dim=2)  # [4, 3]
        f = F.mish(x) - e.permute(0, 2, 1).unsqueeze(1)  # [1, 3, 4] from [2, 3, 4]
        g, k = f.split(1, dim=1)
        return g.squeeze(1) * F.hardswish(k.squeeze(1)) + a.mean(dim=1)


class Masked(nn.Module):
    """Attention with a mask of keys, and an encoder with one of queries and keys; both are numbers with gradients."""

    inputs = [[4, 6], [4]]

    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(6, 3, batch_first=True)
        self.encoder = nn.TransformerEncoderLayer(6, 2, 8, dropout=0.0, batch_first=True)

    def forward(self, x, mask):
        pairs = mask[:, None, :] * mask[:, :, None]
        h, _ = self.attention(x, x, x, key_padding_mask=mask, need_weights=False)
        return self.encoder(h + x, src_mask=pairs.repeat_interleave(2, dim=0))


def case(name, module, scalar):
    draw = Draw(name, scalar)
    net = module().to(draw.dtype)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.copy_(draw.uniform(list(parameter.shape), -0.5, 0.5))
    batch = 3
    x = [draw.uniform([batch, *dims], -2.0, 2.0).requires_grad_() for dims in module.inputs]
    outputs = net(*x)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    y = torch.cat([output.reshape(batch, -1) for output in outputs], dim=1)
    dy = draw.uniform(list(y.shape))
    y.backward(dy)
    return {
        "name": name,
        "scalar": scalar,
        "batch": batch,
        "x": x,
        "parameters": {k: {"dims": list(p.shape), "values": p} for k, p in net.named_parameters()},
        "y": y,
        "dy": dy,
        "dx": [value.grad for value in x],
        "gradients": {k: p.grad for k, p in net.named_parameters()},
    }


def cases():
    modules = {"residual": Residual, "critic": Critic, "variational": Variational, "operations": Operations, "axes": Axes}
    modules["masked"] = Masked
    return [case(name, module, scalar) for name, module in modules.items() for scalar in ("f32", "f64")]


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    write("wiring.json", cases())
