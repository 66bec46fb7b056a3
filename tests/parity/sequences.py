"""Write the PyTorch parity goldens of layers over sequences: sequences.json.

    pip install torch numpy
    python tests/parity/sequences.py

The format is that of generate.py, whose draws are used here too: a case is a
module of torch.nn with drawn parameters, forwards and backwards.
"""

import torch
from torch import nn

from generate import SCALARS, layer_case, write


class States(nn.Module):
    """A recurrent module that gives all states, or the last ones of its uppermost layer side by side."""

    def __init__(self, kind, inputs, units, last=False, **options):
        super().__init__()
        self.last = last
        self.inner = kind(inputs, units, batch_first=True, **options)

    def forward(self, x):
        y, states = self.inner(x)
        if not self.last:
            return y
        h = states[0] if isinstance(states, tuple) else states
        directions = 2 if self.inner.bidirectional else 1
        return torch.cat(list(h[-directions:]), dim=1)


def recurrent(kind, inputs, units, last=False, **options):
    def run(made, parameters, x):
        return torch.func.functional_call(made, {f"inner.{k}": p for k, p in parameters.items()}, (x,))

    def build(draw):
        made = States(kind, inputs, units, last, **options).to(draw.dtype)
        names = [(name.removeprefix("inner."), list(p.shape)) for name, p in made.named_parameters()]
        return {name: draw.uniform(dims, -0.6, 0.6) for name, dims in names}, lambda p, x: run(made, p, x)

    return build


def sequences():
    for scalar in SCALARS:

        def case(name, dims, build, batch=2):
            return layer_case(name, scalar, dims, batch, build, low=-2.0, high=2.0)

        for name, kind in [("rnn", nn.RNN), ("gru", nn.GRU), ("lstm", nn.LSTM)]:
            yield case(name, [5, 3], recurrent(kind, 3, 4))
            yield case(f"{name}_last", [4, 2], recurrent(kind, 2, 3, last=True))
            yield case(f"{name}_no_bias", [3, 2], recurrent(kind, 2, 3, bias=False))
            yield case(f"{name}_both", [4, 2], recurrent(kind, 2, 3, bidirectional=True))
            yield case(f"{name}_deep", [4, 3], recurrent(kind, 3, 2, num_layers=3))
            options = dict(num_layers=2, bidirectional=True, bias=False)
            yield case(f"{name}_all", [3, 2], recurrent(kind, 2, 2, last=True, **options))
        yield case("rnn_relu", [4, 3], recurrent(nn.RNN, 3, 4, nonlinearity="relu", num_layers=2))
        yield case("gru_wide", [3, 9], recurrent(nn.GRU, 9, 8), batch=3)


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    write("sequences.json", sequences())
