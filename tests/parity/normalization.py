"""Write the PyTorch parity goldens of normalisation: normalization.json.

    pip install torch numpy
    python tests/parity/normalization.py

The format is that of generate.py, whose draws are used here too.

A case of batch normalisation is run twice in training, on "x" and on
"x_again"; "buffers" are the running statistics after that. "inferred" is what
eval() gives for "x"; "dx_inferred" and "gradients_inferred" are the gradients
through eval(): those of a frozen layer.
"""

import torch
from torch import nn

from generate import SCALARS, Draw, layer_case, write


def batch_norm_case(name, scalar, dims, module, batch=4, spread=1.0):
    """A module of PyTorch with drawn parameters and running statistics."""
    draw = Draw(name, scalar)
    module = module.to(SCALARS[scalar])
    tensors = {k: v for k, v in module.state_dict().items() if k != "num_batches_tracked"}
    for key, value in tensors.items():
        low = 0.5 if key == "running_var" else -1.5
        value.copy_(draw.uniform(list(value.shape), low, 1.5))
    start = {k: v.clone() for k, v in tensors.items()}
    parameters = dict(module.named_parameters())
    # Values whose mean is not 0, as those behind a ReLU.
    x, again = (draw.uniform([batch, *dims], -1.0, 3.0) * spread for _ in range(2))
    dy = draw.uniform([batch, *dims])

    def run():
        leaf = x.clone().requires_grad_()
        for parameter in parameters.values():
            parameter.grad = None
        y = module(leaf)
        y.backward(dy)
        return y.detach(), leaf.grad, {k: p.grad.clone() for k, p in parameters.items()}

    module.train()
    y, dx, gradients = run()
    module(again)
    buffers = {k: v.clone() for k, v in tensors.items() if k not in parameters}
    module.eval()
    inferred, dx_inferred, gradients_inferred = run()
    return {
        "name": name,
        "scalar": scalar,
        "input": list(dims),
        "output": list(dims),
        "batch": batch,
        "x": x,
        "x_again": again,
        "parameters": {k: {"dims": list(v.shape), "values": v} for k, v in start.items()},
        "y": y,
        "dy": dy,
        "dx": dx,
        "gradients": gradients,
        "buffers": buffers,
        "inferred": inferred,
        "dx_inferred": dx_inferred,
        "gradients_inferred": gradients_inferred,
    }


def module(made):
    """A module without running statistics, with drawn parameters, as layer_case builds it."""

    def build(draw):
        parameters = {k: draw.uniform(list(p.shape), -1.5, 1.5) for k, p in made.named_parameters()}
        return parameters, lambda p, x: torch.func.functional_call(made, p, (x,))

    return build


def cases():
    for scalar in SCALARS:

        def case(name, dims, module, **options):
            return batch_norm_case(name, scalar, dims, module, **options)

        yield case("batch_norm1d", [5], nn.BatchNorm1d(5))
        yield case("batch_norm1d_pair", [3], nn.BatchNorm1d(3), batch=2)
        yield case("batch_norm1d_wide", [19], nn.BatchNorm1d(19), batch=3)
        yield case("batch_norm1d_sequence", [2, 11], nn.BatchNorm1d(2), batch=3)
        yield case("batch_norm1d_options", [5], nn.BatchNorm1d(5, eps=1e-3, momentum=0.3))
        yield case("batch_norm1d_plain", [5], nn.BatchNorm1d(5, affine=False))
        yield case("batch_norm1d_no_bias", [3, 4], nn.BatchNorm1d(3, bias=False))
        yield case("batch_norm2d", [3, 3, 4], nn.BatchNorm2d(3), batch=3)
        yield case("batch_norm2d_single", [2, 3, 3], nn.BatchNorm2d(2), batch=1)
        yield case("batch_norm2d_options", [2, 3, 3], nn.BatchNorm2d(2, eps=0.25, momentum=1.0, affine=False))
        yield case("batch_norm2d_small", [2, 3, 3], nn.BatchNorm2d(2), spread=1e-3)

        for name, dims, made in [
            ("layer_norm", [11], nn.LayerNorm(11)),
            ("layer_norm_rows", [3, 5], nn.LayerNorm(5)),
            ("layer_norm_shape", [2, 3, 4], nn.LayerNorm([3, 4])),
            ("layer_norm_no_bias", [5], nn.LayerNorm(5, bias=False)),
            ("layer_norm_plain", [3, 5], nn.LayerNorm(5, eps=1e-3, elementwise_affine=False)),
            ("rms_norm", [11], nn.RMSNorm(11)),
            ("rms_norm_eps", [3, 5], nn.RMSNorm(5, eps=0.1)),
            ("rms_norm_shape", [2, 3, 4], nn.RMSNorm([3, 4])),
            ("rms_norm_plain", [5], nn.RMSNorm(5, elementwise_affine=False)),
            ("group_norm", [4, 3, 3], nn.GroupNorm(2, 4)),
            ("group_norm_features", [6], nn.GroupNorm(2, 6)),
            ("group_norm_sequence", [6, 4], nn.GroupNorm(1, 6, eps=0.1)),
            ("group_norm_no_bias", [4, 3], nn.GroupNorm(2, 4, bias=False)),
            ("group_norm_plain", [4, 3], nn.GroupNorm(4, 4, affine=False)),
            ("instance_norm1d", [3, 5], nn.InstanceNorm1d(3)),
            ("instance_norm2d", [2, 3, 3], nn.InstanceNorm2d(2, eps=1e-3)),
            ("instance_norm2d_affine", [2, 3, 3], nn.InstanceNorm2d(2, affine=True)),
        ]:
            yield layer_case(name, scalar, dims, 3, module(made))


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    write("normalization.json", cases())
