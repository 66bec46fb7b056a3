"""Write the PyTorch parity goldens of layers over sequences: sequences.json.

    pip install torch numpy
    python tests/parity/sequences.py

The format is that of generate.py, whose draws are used here too: a case is a
module of torch.nn with drawn parameters, forwards and backwards.
"""

import math

import torch
from torch import nn

from generate import SCALARS, Draw, layer_case, write


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


class Attention(nn.Module):
    """Self-attention."""

    def __init__(self, width, heads, causal=False, **options):
        super().__init__()
        self.causal = causal
        self.inner = nn.MultiheadAttention(width, heads, batch_first=True, **options)

    def forward(self, x):
        mask = None
        if self.causal:
            mask = nn.Transformer.generate_square_subsequent_mask(x.shape[1], dtype=x.dtype)
        return self.inner(x, x, x, need_weights=False, attn_mask=mask)[0]


def module(make):
    """A module whose parameters are drawn, under the names that `inner` has for them; `layer.` marks a name of several parts."""

    def build(draw):
        made = make().to(draw.dtype)
        parameters = {}
        for name, p in made.named_parameters():
            name = name.removeprefix("inner.")
            parameters[f"layer.{name}" if "." in name else name] = draw.uniform(list(p.shape), -0.6, 0.6)

        def forward(parameters, x):
            own = {f"inner.{name.removeprefix('layer.')}": p for name, p in parameters.items()}
            return torch.func.functional_call(made, own, (x,))

        return parameters, forward

    return build


def recurrent(*arguments, **options):
    return module(lambda: States(*arguments, **options))


def attention(*arguments, **options):
    return module(lambda: Attention(*arguments, **options))


def waves(steps, width):
    """The encoding of section 3.5 of "Attention Is All You Need"."""
    position = torch.arange(steps, dtype=torch.float64)[:, None]
    rate = torch.exp(torch.arange(0, width, 2, dtype=torch.float64) * (-math.log(10000.0) / width))
    encoding = torch.zeros(steps, width, dtype=torch.float64)
    encoding[:, 0::2] = torch.sin(position * rate)
    encoding[:, 1::2] = torch.cos(position * rate)[:, : width // 2]
    return encoding


def encoding(steps, width):
    return lambda draw: ({}, lambda _, x: x + waves(steps, width).to(draw.dtype))


def positions(count, width):
    def build(draw):
        return {"weight": draw.uniform([count, width])}, lambda p, x: x + p["weight"][: x.shape[1]]

    return build


class Encoder(nn.Module):
    """One layer of a transformer, without dropout."""

    def __init__(self, width, heads, wide, causal=False, **options):
        super().__init__()
        self.causal = causal
        self.inner = nn.TransformerEncoderLayer(width, heads, wide, dropout=0.0, batch_first=True, **options)

    def forward(self, x):
        mask = None
        if self.causal:
            mask = nn.Transformer.generate_square_subsequent_mask(x.shape[1], dtype=x.dtype)
        return self.inner(x, src_mask=mask)


def encoder(*arguments, **options):
    return module(lambda: Encoder(*arguments, **options))


class Classifier(nn.Module):
    """A small transformer: places, two layers, and the mean over all steps."""

    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(3, 8)
        self.encoder1 = nn.TransformerEncoderLayer(8, 2, 12, dropout=0.0, batch_first=True)
        self.encoder2 = nn.TransformerEncoderLayer(
            8, 4, 12, dropout=0.0, activation="gelu", norm_first=True, batch_first=True
        )
        self.norm = nn.LayerNorm(8)
        self.fc2 = nn.Linear(8, 3)

    def forward(self, x):
        x = self.fc1(x)
        x = x + waves(x.shape[1], 8).to(x.dtype)
        return self.fc2(self.norm(self.encoder2(self.encoder1(x))).mean(dim=1))


def classifier(draw):
    made = Classifier().to(draw.dtype)
    parameters = {name: draw.uniform(list(p.shape), -0.6, 0.6) for name, p in made.named_parameters()}
    return parameters, lambda p, x: torch.func.functional_call(made, p, (x,))


def embedding(name, scalar, tokens, count, width, **options):
    """Tokens, which have no gradient, to rows."""
    draw = Draw(name, scalar)
    weight = draw.uniform([count, width]).requires_grad_()
    x = torch.tensor(tokens)
    y = torch.nn.functional.embedding(x, weight, **options)
    dy = draw.uniform(list(y.shape))
    y.backward(dy)
    return {
        "name": name,
        "scalar": scalar,
        "input": list(x.shape[1:]),
        "output": list(y.shape[1:]),
        "batch": len(tokens),
        "tokens": [token for sample in tokens for token in sample],
        "parameters": {"weight": {"dims": [count, width], "values": weight}},
        "y": y,
        "dy": dy,
        "gradients": {"weight": weight.grad},
    }


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
        yield case("attention", [4, 6], attention(6, 2))
        yield case("attention_causal", [4, 6], attention(6, 3, causal=True))
        yield case("attention_no_bias", [3, 4], attention(4, 1, bias=False))
        yield case("attention_no_bias_causal", [3, 4], attention(4, 4, bias=False, causal=True))
        yield case("attention_wide", [9, 8], attention(8, 1))
        yield case("positional_encoding", [7, 5], encoding(7, 5))
        yield case("positional_embedding", [3, 4], positions(5, 4))
        yield case("encoder", [3, 4], encoder(4, 2, 6))
        yield case("encoder_gelu_first", [3, 4], encoder(4, 2, 6, activation="gelu", norm_first=True))
        yield case("encoder_causal", [3, 4], encoder(4, 1, 5, causal=True, layer_norm_eps=1e-3))
        yield case("classifier", [5, 3], classifier)
        yield embedding("embedding", scalar, [[0, 3, 3, 6], [6, 1, 0, 3]], 7, 2)
        yield embedding("embedding_padding", scalar, [[0, 3, 3, 6], [6, 1, 0, 3]], 7, 2, padding_idx=-4)


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    write("sequences.json", sequences())
