"""Write the PyTorch parity goldens of further activations: activations.json.

    pip install torch numpy
    python tests/parity/activations.py

The format is that of generate.py, whose draws are used here too.
"""

import torch
from torch import nn
from torch.nn import functional as F

from generate import SCALARS, layer_case, plain, write


def prelu(slopes):
    return lambda draw: ({"weight": draw.uniform([slopes])}, lambda p, x: F.prelu(x, p["weight"]))


def cases():
    far = [(0, 0, 30.0), (1, 3, -30.0)]
    for scalar in SCALARS:

        def case(name, dims, build, low=-5.0, high=5.0, kinks=(), places=far):
            return layer_case(name, scalar, dims, 3, build, low, high, kinks, places)

        yield case("hardsigmoid", [7], plain(nn.Hardsigmoid()), kinks=(-3.0, 3.0))
        yield case("hardswish", [7], plain(nn.Hardswish()), kinks=(-3.0, 3.0))
        yield case("hardtanh", [7], plain(nn.Hardtanh()), kinks=(-1.0, 1.0))
        yield case("hardtanh_limits", [7], plain(nn.Hardtanh(-2.0, 0.5)), kinks=(-2.0, 0.5))
        yield case("relu6", [7], plain(nn.ReLU6()), -4.0, 10.0, kinks=(0.0, 6.0))
        yield case("mish", [7], plain(nn.Mish()))
        yield case("softsign", [7], plain(nn.Softsign()))
        yield case("selu", [7], plain(nn.SELU()), kinks=(0.0,))
        yield case("celu", [7], plain(nn.CELU()))
        yield case("celu_05", [7], plain(nn.CELU(0.5)))
        yield case("glu", [8], plain(nn.GLU()))
        yield case("glu_rows", [3, 4], plain(nn.GLU()))
        yield case("glu_dim0", [4, 3], plain(nn.GLU(1)))
        yield case("p_relu", [3, 4], prelu(1), kinks=(0.0,))
        yield case("p_relu_features", [6], prelu(6), kinks=(0.0,))
        yield case("p_relu_channels", [3, 2, 3], prelu(3), kinks=(0.0,))


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    write("activations.json", cases())
