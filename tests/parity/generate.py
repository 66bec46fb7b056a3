"""Write the PyTorch parity goldens: layers.json, planes.json, losses.json, optimizers.json.

    pip install torch numpy
    python tests/parity/generate.py

Every number a test compares with is what PyTorch computes here; nothing is
worked out by hand. The versions used are in the "made_with" field.

* Each file is {"made_with": "...", "cases": [...]}, one case per line.
* Each case is given in f32 and in f64 (field "scalar") from the same draws:
  decimals of three places, rounded to the scalar type. Each case has a random
  stream of its own, seeded from its name, so that adding one moves no other.
* Arrays are flat, row-major, batch first. Floats are the shortest decimals
  which read back as the same f32 or f64.
* No drawn value lies within 1e-2 of a kink (relu at 0, huber at |d| = delta,
  softplus at its threshold, ...): the gradients are those of a smooth point.
* Optimizer "state" holds PyTorch's state entries after the last step; "step"
  is a list of one number.
* For "clip_norm" and "clip_value" each entry of "gradients" is one backward
  pass of its own: six values divided over two parameters, [2, 2] and [2].
  "norms" holds the total norm before clipping, one for each entry.

The vector units of a processor change the last digit of some functions, so
PyTorch's portable kernels are asked for; even so, expect another machine or
another version to differ in last digits.
"""

import json
import os
import pathlib
import platform
import zlib

os.environ.setdefault("ATEN_CPU_CAPABILITY", "default")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

HERE = pathlib.Path(__file__).resolve().parent
SCALARS = {"f32": torch.float32, "f64": torch.float64}
KINK = 1e-2


# ---------------------------------------------------------------- writing


def text(value):
    """JSON text; tensors become flat lists of shortest round-trip decimals."""
    if isinstance(value, torch.Tensor):
        flat = value.detach().reshape(-1).numpy()
        assert np.isfinite(flat).all(), flat
        return "[" + ", ".join(str(number) for number in flat) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)}: {text(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(text(v) for v in value) + "]"
    return json.dumps(value, allow_nan=False)


def scalar_text(value):
    """A tensor of one element as a bare number."""
    return Raw(text(value)[1:-1])


class Raw(float):
    """A number with its own spelling."""

    def __new__(cls, spelling):
        number = super().__new__(cls, spelling)
        number.spelling = spelling
        return number


def write(name, cases):
    made_with = f"torch {torch.__version__.split('+')[0]}, numpy {np.__version__}, Python {platform.python_version()}"
    lines = []
    for case in cases:
        fields = []
        for key, value in case.items():
            fields.append(f"{json.dumps(key)}: {value.spelling if isinstance(value, Raw) else text(value)}")
        lines.append("{" + ", ".join(fields) + "}")
    body = '{"made_with": ' + json.dumps(made_with) + ', "cases": [\n' + ",\n".join(lines) + "\n]}\n"
    json.loads(body)
    path = HERE / name
    path.write_text(body, encoding="utf-8", newline="\n")
    print(f"{name}: {len(lines)} cases, {len(body)} bytes")


# ---------------------------------------------------------------- drawing


class Draw:
    """Random values for one case: the same decimals for f32 and for f64."""

    def __init__(self, name, scalar):
        self.random = np.random.RandomState(zlib.crc32(name.encode()))
        self.dtype = SCALARS[scalar]

    def tensor(self, values):
        return torch.tensor(np.asarray(values, dtype=np.float64), dtype=self.dtype)

    def uniform(self, dims, low=-1.0, high=1.0, kinks=()):
        """Uniform over low..high, three decimals, none within 2 * KINK of a kink."""
        count = int(np.prod(dims))
        values = []
        while len(values) < count:
            value = round(float(self.random.uniform(low, high)), 3)
            if all(abs(value - kink) >= 2 * KINK for kink in kinks):
                values.append(value)
        return self.tensor(np.reshape(values, dims))

    def labels(self, count, classes):
        """Distinct labels, so that most class weights are met."""
        return torch.tensor(self.random.permutation(classes)[:count], dtype=torch.int64)

    def probabilities(self, dims):
        """Rows which sum to one; the last entry takes what is left."""
        rows = self.random.dirichlet(np.ones(dims[-1]), size=int(np.prod(dims[:-1]))).round(3)
        rows[:, -1] = (1.0 - rows[:, :-1].sum(axis=1)).round(3)
        assert (rows >= 0).all()
        return self.tensor(rows.reshape(dims))


# ---------------------------------------------------------------- layers


def layer_case(name, scalar, input_dims, batch, build, low=-3.0, high=3.0, kinks=(), places=()):
    """One layer or network, forwards and backwards.

    build(draw) gives (parameters, forward); places are (row, column, value)
    written over the drawn input, for the large magnitudes.
    """
    draw = Draw(name, scalar)
    x = draw.uniform([batch, *input_dims], low, high, kinks)
    for row, column, value in places:
        x[row].view(-1)[column] = value
    x.requires_grad_()
    parameters, forward = build(draw)
    for parameter in parameters.values():
        parameter.requires_grad_()
    y = forward(parameters, x)
    dy = draw.uniform(list(y.shape))
    y.backward(dy)
    return {
        "name": name,
        "scalar": scalar,
        "input": list(input_dims),
        "output": list(y.shape[1:]),
        "batch": batch,
        "x": x,
        "parameters": {k: {"dims": list(p.shape), "values": p} for k, p in parameters.items()},
        "y": y,
        "dy": dy,
        "dx": x.grad,
        "gradients": {k: p.grad for k, p in parameters.items()},
    }


def linear(inputs, outputs, bias=True):
    def build(draw):
        parameters = {"weight": draw.uniform([outputs, inputs])}
        if bias is True:
            parameters["bias"] = draw.uniform([outputs])
        elif bias == "one":
            parameters["bias"] = draw.uniform([1])

        def forward(p, x):
            if bias == "one":
                # F.linear asks for a bias of the full size.
                return F.linear(x, p["weight"]) + p["bias"]
            return F.linear(x, p["weight"], p.get("bias"))

        return parameters, forward

    return build


def plain(function):
    return lambda draw: ({}, lambda _, x: function(x))


def network(widths, activations):
    """Linear layers fc1, fc2, ... with an activation between each two."""

    def build(draw):
        parameters = {}
        for i, (inputs, outputs) in enumerate(zip(widths, widths[1:]), start=1):
            parameters[f"fc{i}.weight"] = draw.uniform([outputs, inputs])
            parameters[f"fc{i}.bias"] = draw.uniform([outputs])

        def forward(p, x):
            for i in range(1, len(widths)):
                x = F.linear(x, p[f"fc{i}.weight"], p[f"fc{i}.bias"])
                if i < len(widths) - 1:
                    activation = activations[i - 1]
                    if isinstance(activation, nn.ELU):
                        assert x.abs().min() > KINK, "an ELU input lies at the kink"
                    x = activation(x)
            return x

        return parameters, forward

    return build


def layers():
    far = [(0, 0, 30.0), (1, 3, -30.0)]
    softplus_places = [(0, 0, 25.5), (0, 3, -25.5), (1, 1, 20.25), (1, 2, 19.75), (2, 5, 60.0), (2, 6, -60.0)]
    softplus_beta_places = [(0, 0, 12.0), (0, 3, -12.0), (1, 1, 5.125), (1, 2, 4.875), (2, 5, 40.0), (2, 6, -40.0)]
    zero = dict(kinks=(0.0,))
    for scalar in SCALARS:

        def case(name, dims, build, batch=3, **options):
            return layer_case(name, scalar, dims, batch, build, **options)

        yield case("linear", [5], linear(5, 3))
        yield case("linear_no_bias", [5], linear(5, 3, bias=False))
        yield case("linear_one_bias", [5], linear(5, 3, bias="one"))
        yield case("linear_last_axis", [4, 5], linear(5, 3))
        yield case("linear_wide", [37], linear(37, 21), batch=5)
        yield case("flatten", [2, 3, 4], plain(nn.Flatten()))
        yield case("reshape", [2, 6], plain(lambda x: x.reshape(-1, 3, 4)))
        yield case("relu", [7], plain(nn.ReLU()), places=far, **zero)
        yield case("leaky_relu", [7], plain(nn.LeakyReLU()), places=far, **zero)
        yield case("leaky_relu_02", [7], plain(nn.LeakyReLU(0.2)), places=far, **zero)
        yield case("elu", [7], plain(nn.ELU()), places=far, **zero)
        yield case("elu_05", [7], plain(nn.ELU(0.5)), places=far, **zero)
        yield case("gelu", [7], plain(nn.GELU()), places=far)
        yield case("gelu_tanh", [7], plain(nn.GELU(approximate="tanh")), places=far)
        yield case("silu", [7], plain(nn.SiLU()), places=far)
        yield case("sigmoid", [7], plain(nn.Sigmoid()), places=far)
        yield case("tanh", [7], plain(nn.Tanh()), places=far)
        yield case("softplus", [7], plain(nn.Softplus()), places=softplus_places)
        yield case("softplus_beta", [7], plain(nn.Softplus(2.0, 10.0)), places=softplus_beta_places)
        yield case("softmax", [7], plain(nn.Softmax(-1)), places=far)
        yield case("softmax_dim0", [4, 3], plain(nn.Softmax(1)), places=far)
        yield case("softmax_last", [4, 3], plain(nn.Softmax(-1)), places=far)
        yield case("log_softmax", [7], plain(nn.LogSoftmax(-1)), places=far)
        yield case("log_softmax_dim0", [4, 3], plain(nn.LogSoftmax(1)), places=far)
        yield case("mlp_sigmoid", [4], network([4, 6, 3], [nn.Sigmoid()]))
        yield case("mlp_deep", [3], network([3, 8, 8, 8, 2], [nn.GELU(), nn.SiLU(), nn.ELU()]))


# ---------------------------------------------------------------- planes


def convolution(function, inputs, outputs, kernel, bias=True, transposed=False, **options):
    """A weight of [O, I / groups, ...], or of [I, O / groups, ...] where it is transposed."""
    groups = options.get("groups", 1)
    channels = [inputs, outputs // groups] if transposed else [outputs, inputs // groups]

    def build(draw):
        parameters = {"weight": draw.uniform([*channels, *kernel])}
        if bias:
            parameters["bias"] = draw.uniform([outputs])
        return parameters, lambda p, x: function(x, p["weight"], p.get("bias"), **options)

    return build


def transposed2d(inputs, outputs, kernel, **options):
    return convolution(F.conv_transpose2d, inputs, outputs, kernel, transposed=True, **options)


def transposed1d(inputs, outputs, kernel, **options):
    return convolution(F.conv_transpose1d, inputs, outputs, kernel, transposed=True, **options)


def planes():
    conv1d, conv2d = F.conv1d, F.conv2d
    for scalar in SCALARS:

        def case(name, dims, build, batch=2, **options):
            return layer_case(name, scalar, dims, batch, build, low=-1.0, high=1.0, **options)

        many = dict(stride=(2, 3), padding=(1, 2), dilation=(1, 2))
        back = dict(stride=(2, 3), padding=(1, 0), output_padding=(1, 2), dilation=(2, 1), groups=2)
        line = dict(stride=3, padding=2, output_padding=1, dilation=2, groups=2)
        yield case("conv2d", [2, 5, 6], convolution(conv2d, 2, 3, [3, 3]))
        yield case("conv2d_options", [3, 6, 7], convolution(conv2d, 3, 2, [3, 2], **many))
        yield case("conv2d_same", [2, 5, 6], convolution(conv2d, 2, 3, [2, 4], padding="same"))
        yield case("conv2d_valid", [2, 4, 5], convolution(conv2d, 2, 3, [3, 2], padding="valid"))
        yield case("conv2d_same_apart", [1, 6, 6], convolution(conv2d, 1, 2, [3, 2], padding="same", dilation=(2, 3)))
        yield case("conv2d_groups", [4, 4, 4], convolution(conv2d, 4, 6, [3, 3], bias=False, groups=2, padding=1))
        yield case("conv2d_depthwise", [4, 5, 5], convolution(conv2d, 4, 8, [3, 3], groups=4, stride=2, padding=1))
        yield case("conv2d_pointwise", [5, 3, 2], convolution(conv2d, 5, 4, [1, 1]))
        yield case("conv2d_small", [1, 3, 3], convolution(conv2d, 1, 2, [2, 2]))
        yield case("conv1d", [3, 9], convolution(conv1d, 3, 4, [3]))
        yield case("conv1d_options", [2, 14], convolution(conv1d, 2, 3, [4], stride=2, padding=3, dilation=2))
        yield case("conv1d_same", [2, 9], convolution(conv1d, 2, 4, [6], padding="same", groups=2, bias=False))
        yield case("conv_transpose2d", [3, 4, 3], transposed2d(3, 2, [3, 2]))
        yield case("conv_transpose2d_options", [2, 3, 4], transposed2d(2, 4, [3, 2], **back))
        yield case("conv_transpose2d_no_bias", [2, 2, 2], transposed2d(2, 1, [2, 2], bias=False, stride=2))
        yield case("conv_transpose1d", [3, 5], transposed1d(3, 2, [4]))
        yield case("conv_transpose1d_options", [4, 5], transposed1d(4, 2, [3], **line))
        yield case("max_pool2d", [2, 5, 6], plain(nn.MaxPool2d(2)))
        yield case("max_pool2d_options", [2, 6, 7], plain(nn.MaxPool2d((3, 2), (1, 2), (1, 0), (2, 1))))
        yield case("max_pool2d_ceil", [1, 6, 8], plain(nn.MaxPool2d((3, 3), (2, 4), 1, ceil_mode=True)))
        yield case("max_pool1d", [3, 7], plain(nn.MaxPool1d(3, 2, 1)))
        yield case("max_pool1d_ceil", [2, 9], plain(nn.MaxPool1d(3, ceil_mode=True, dilation=2)))
        yield case("avg_pool2d", [2, 5, 6], plain(nn.AvgPool2d(2)))
        yield case("avg_pool2d_options", [2, 6, 7], plain(nn.AvgPool2d((3, 2), (1, 2), (1, 1))))
        yield case("avg_pool2d_within", [2, 5, 5], plain(nn.AvgPool2d(3, 2, 1, count_include_pad=False)))
        ceil = dict(kernel_size=(3, 3), stride=(2, 4), padding=1, ceil_mode=True)
        yield case("avg_pool2d_ceil", [1, 6, 8], plain(nn.AvgPool2d(**ceil)))
        yield case("avg_pool2d_ceil_within", [1, 6, 8], plain(nn.AvgPool2d(**ceil, count_include_pad=False)))
        yield case("avg_pool2d_divisor", [2, 5, 5], plain(nn.AvgPool2d(3, 2, 1, divisor_override=5)))
        yield case("avg_pool1d", [3, 7], plain(nn.AvgPool1d(3, 2, 1)))
        yield case("avg_pool1d_ceil", [2, 8], plain(nn.AvgPool1d(3, ceil_mode=True)))
        yield case("adaptive_avg_pool2d", [2, 5, 7], plain(nn.AdaptiveAvgPool2d((3, 2))))
        yield case("adaptive_avg_pool2d_longer", [1, 2, 3], plain(nn.AdaptiveAvgPool2d((3, 5))))
        yield case("adaptive_avg_pool1d", [3, 8], plain(nn.AdaptiveAvgPool1d(3)))
        yield case("adaptive_max_pool2d", [2, 5, 7], plain(nn.AdaptiveMaxPool2d((3, 2))))
        yield case("adaptive_max_pool1d", [3, 8], plain(nn.AdaptiveMaxPool1d(3)))
        yield case("global_avg_pool", [3, 4, 5], plain(nn.AdaptiveAvgPool2d(1)))
        yield case("global_avg_pool_line", [3, 5], plain(nn.AdaptiveAvgPool1d(1)))
        yield case("global_max_pool", [3, 4, 5], plain(nn.AdaptiveMaxPool2d(1)))
        yield case("zero_pad2d", [2, 2, 3], plain(nn.ZeroPad2d((1, 2, 0, 3))))
        yield case("zero_pad2d_all", [1, 2, 2], plain(nn.ZeroPad2d(1)))
        yield case("zero_pad1d", [2, 3], plain(nn.ZeroPad1d((2, 1))))
        yield case("upsample_nearest", [2, 2, 3], plain(nn.Upsample(scale_factor=(2, 3))))
        yield case("upsample_nearest_size", [2, 3, 5], plain(nn.Upsample(size=(5, 3))))
        yield case("upsample_nearest_line", [2, 4], plain(nn.Upsample(scale_factor=2)))
        yield case("upsample_bilinear", [2, 3, 2], plain(nn.Upsample(scale_factor=2, mode="bilinear")))
        yield case("upsample_bilinear_size", [1, 3, 5], plain(nn.Upsample(size=(7, 4), mode="bilinear")))
        corners = dict(mode="bilinear", align_corners=True)
        yield case("upsample_bilinear_corners", [1, 3, 5], plain(nn.Upsample(size=(7, 4), **corners)))
        yield case("upsample_linear", [2, 4], plain(nn.Upsample(scale_factor=3, mode="linear")))
        yield case("upsample_linear_corners", [2, 4], plain(nn.Upsample(size=9, mode="linear", align_corners=True)))


# ---------------------------------------------------------------- losses


def loss_case(name, scalar, y, function, options, target=None, labels=None):
    """function(y, target or labels, reduction)"""
    against = labels if labels is not None else target
    case = {"name": name, "scalar": scalar, "batch": y.shape[0], "output": list(y.shape[1:]), "y": y}
    if labels is not None:
        case["labels"] = labels
    else:
        case["target"] = target
    case["options"] = options
    for reduction in ("mean", "sum"):
        leaf = y.clone().requires_grad_()
        loss = function(leaf, against, reduction)
        loss.backward()
        case[reduction] = scalar_text(loss)
        case[reduction + "_dy"] = leaf.grad
    return case


def losses():
    for scalar in SCALARS:
        # y against a target of the same shape, by the difference
        for name, function, options, kinks in [
            ("mse", F.mse_loss, {}, ()),
            ("l1", F.l1_loss, {}, (0.0,)),
            ("huber", F.huber_loss, {"delta": 1.0}, (-1.0, 0.0, 1.0)),
            ("huber_05", F.huber_loss, {"delta": 0.5}, (-0.5, 0.0, 0.5)),
        ]:
            draw = Draw(name, scalar)
            target = draw.uniform([3, 4], -2.0, 2.0)
            difference = draw.uniform([3, 4], -2.0, 2.0, kinks)
            y = ((target.double() + difference.double()).mul(1000).round() / 1000).to(draw.dtype)
            yield loss_case(
                name, scalar, y, lambda y, t, r: function(y, t, reduction=r, **options), options, target=target
            )

        draw = Draw("bce", scalar)
        y = draw.uniform([4, 3], 0.02, 0.98)
        target = draw.uniform([4, 3], 0.0, 1.0)
        for index, (probability, wanted) in enumerate(
            [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0), (0.0, 0.25), (1.0, 0.25)]
        ):
            y.view(-1)[index] = probability
            target.view(-1)[index] = wanted
        yield loss_case(
            "bce", scalar, y, lambda y, t, r: F.binary_cross_entropy(y, t, reduction=r), {}, target=target
        )

        draw = Draw("bce_with_logits", scalar)
        y = draw.uniform([4, 3], -4.0, 4.0)
        target = draw.uniform([4, 3], 0.0, 1.0)
        for index, (logit, wanted) in enumerate(
            [(40.0, 1.0), (40.0, 0.0), (-40.0, 1.0), (-40.0, 0.0), (40.0, 0.25), (-40.0, 0.25)]
        ):
            y.view(-1)[index] = logit
            target.view(-1)[index] = wanted
        yield loss_case(
            "bce_with_logits",
            scalar,
            y,
            lambda y, t, r: F.binary_cross_entropy_with_logits(y, t, reduction=r),
            {},
            target=target,
        )

        weights = [0.5, 2.0, 1.0, 0.25, 1.75]
        smoothing = {"label_smoothing": 0.1}
        for name, options, probabilities, reach in [
            ("cross_entropy", {}, False, 4.0),
            ("cross_entropy_smoothing", smoothing, False, 4.0),
            ("cross_entropy_weights", {"weights": weights}, False, 4.0),
            ("cross_entropy_weights_smoothing", {"weights": weights, **smoothing}, False, 4.0),
            ("cross_entropy_probabilities", {}, True, 4.0),
            ("cross_entropy_probabilities_weights", {"weights": weights}, True, 4.0),
            ("cross_entropy_probabilities_smoothing", smoothing, True, 4.0),
            ("cross_entropy_large", {}, False, 1e4),
        ]:
            draw = Draw(name, scalar)
            y = draw.uniform([4, 5], -reach, reach)
            if name == "cross_entropy_large":
                y[0, 0], y[0, 1], y[1, 2] = 1e4, -1e4, 1e4
                y[3] = draw.tensor([9999.0, 9998.5, 10000.0, -10000.0, 9997.0])
            keywords = {"label_smoothing": options.get("label_smoothing", 0.0)}
            if "weights" in options:
                keywords["weight"] = draw.tensor(weights)
            against = (
                {"target": draw.probabilities([4, 5])} if probabilities else {"labels": draw.labels(4, 5)}
            )
            yield loss_case(
                name,
                scalar,
                y,
                lambda y, t, r: F.cross_entropy(y, t, reduction=r, **keywords),
                options,
                **against,
            )

        for name, options in [("nll", {}), ("nll_weights", {"weights": weights})]:
            draw = Draw(name, scalar)
            y = draw.tensor(np.log(draw.random.dirichlet(np.ones(5), size=4)).round(3))
            weight = draw.tensor(weights) if options else None
            yield loss_case(
                name,
                scalar,
                y,
                lambda y, t, r: F.nll_loss(y, t, weight=weight, reduction=r),
                options,
                labels=draw.labels(4, 5),
            )


# ---------------------------------------------------------------- optimizers

SWITCHES = ("foreach", "fused", "capturable", "differentiable")
STEPS = 10


def optimizer_case(name, scalar, kind, options):
    # All optimizers start from the same values and see the same gradients.
    draw = Draw("optimizers", scalar)
    start = draw.uniform([6], -2.0, 2.0)
    gradients = []
    for step in range(STEPS):
        gradient = draw.random.uniform(-1.0, 1.0, size=6)
        gradient[0] = 4.0 if step == 0 else gradient[0] / 4  # a maximum which is then left behind
        gradient[1] *= 100
        gradient[2] /= 1000
        if step < 3:
            gradient[5] = 0.0
        gradients.append(draw.tensor(gradient.round(6)))
    parameter = nn.Parameter(start.clone())
    optimizer = kind([parameter], foreach=False, **options)
    values = []
    for gradient in gradients:
        parameter.grad = gradient.clone()
        optimizer.step()
        values.append(parameter.detach().clone())
    return {
        "name": name,
        "scalar": scalar,
        "options": {k: v for k, v in optimizer.defaults.items() if k not in SWITCHES},
        "start": start,
        "gradients": gradients,
        "values": values,
        "state": {k: v for k, v in optimizer.state[parameter].items() if v is not None},
    }


def clip_case(name, scalar, options, clip):
    draw = Draw("clip", scalar)
    gradients = [draw.uniform([6], -reach, reach, kinks=(-0.5, 0.5)) for reach in (2.0, 0.2, 100.0, 1.0)]
    gradients.append(draw.tensor(np.zeros(6)))
    clipped, norms = [], []
    for gradient in gradients:
        first, second = nn.Parameter(torch.zeros(2, 2, dtype=draw.dtype)), nn.Parameter(torch.zeros(2, dtype=draw.dtype))
        first.grad, second.grad = gradient[:4].clone().reshape(2, 2), gradient[4:].clone()
        norm = clip([first, second], foreach=False, **options)
        clipped.append(torch.cat([first.grad.reshape(-1), second.grad]))
        norms.append(norm)
    case = {"name": name, "scalar": scalar, "options": options, "gradients": gradients, "clipped": clipped}
    if norms[0] is not None:
        case["norms"] = torch.stack(norms)
    return case


def optimizers():
    optim = torch.optim
    for scalar in SCALARS:
        for name, kind, options in [
            ("sgd", optim.SGD, dict(lr=0.1)),
            ("sgd_momentum", optim.SGD, dict(lr=0.1, momentum=0.9)),
            ("sgd_dampening", optim.SGD, dict(lr=0.1, momentum=0.9, dampening=0.3)),
            ("sgd_nesterov", optim.SGD, dict(lr=0.1, momentum=0.9, nesterov=True)),
            ("sgd_weight_decay", optim.SGD, dict(lr=0.1, weight_decay=0.01)),
            ("sgd_all", optim.SGD, dict(lr=0.1, momentum=0.9, weight_decay=0.01)),
            ("adam", optim.Adam, dict()),
            ("adam_options", optim.Adam, dict(lr=0.05, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.01)),
            ("adam_amsgrad", optim.Adam, dict(lr=0.01, betas=(0.9, 0.95), amsgrad=True)),
            ("adamw", optim.AdamW, dict()),
            ("adamw_options", optim.AdamW, dict(lr=0.05, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.1)),
            ("rmsprop", optim.RMSprop, dict()),
            ("rmsprop_options", optim.RMSprop, dict(alpha=0.9, eps=1e-6, momentum=0.9, weight_decay=0.01)),
            ("rmsprop_centered", optim.RMSprop, dict(momentum=0.9, centered=True)),
            ("adagrad", optim.Adagrad, dict()),
            (
                "adagrad_options",
                optim.Adagrad,
                dict(lr=0.05, lr_decay=0.1, weight_decay=0.01, initial_accumulator_value=0.1, eps=1e-8),
            ),
        ]:
            yield optimizer_case(name, scalar, kind, options)
        yield clip_case("clip_norm", scalar, {"max_norm": 1.0}, nn.utils.clip_grad_norm_)
        yield clip_case("clip_value", scalar, {"clip_value": 0.5}, nn.utils.clip_grad_value_)


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    write("layers.json", layers())
    write("planes.json", planes())
    write("losses.json", losses())
    write("optimizers.json", optimizers())
