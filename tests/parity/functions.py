"""Write the PyTorch parity goldens of differentiable functions: functions.json.

    pip install torch numpy
    python tests/parity/functions.py

The draws are those of generate.py. A case has the operands "x", the result "y", its gradient "dy", and "dx", the gradients
of all operands. "s" is the sum of dy times sin y, "g" its gradients, and "hv" the product of its Hessian and "v".
"""

import torch
import torch.nn.functional as F

from generate import SCALARS, Draw, write

ANY, UNIT, POSITIVE = (-2.0, 2.0), (0.05, 0.95), (0.2, 3.0)


def function(name, scalar, operands, compute):
    draw = Draw(name, scalar)
    x = [draw.uniform(dims, low, high, kinks).requires_grad_() for dims, (low, high), kinks in operands]
    y = compute(*x)
    dy = draw.uniform(list(y.shape)) if y.dim() else draw.uniform([1]).reshape([])
    y.backward(dy)
    dx = [torch.zeros_like(value) if value.grad is None else value.grad for value in x]
    v = [draw.uniform(dims) if dims else draw.uniform([1]).reshape([]) for dims, _, _ in operands]
    curved = lambda *x: (dy * compute(*x).sin()).sum()
    x = [value.detach() for value in x]
    _, g = torch.autograd.functional.vjp(curved, tuple(x))
    s, hv = torch.autograd.functional.hvp(curved, tuple(x), tuple(v))
    return {
        "name": name,
        "scalar": scalar,
        "x": [value.detach() for value in x],
        "y": y.detach(),
        "dy": dy,
        "dx": dx,
        "v": v,
        "s": s,
        "g": g,
        "hv": hv,
    }


def of(dims, bounds=ANY, kinks=()):
    return (dims, bounds, kinks)


def cases():
    v, m, pair = [of([5])], [of([3, 4])], [of([5]), of([5])]
    tensor = [of([2, 3, 4])]
    yield "add", [of([3, 4]), of([4])], lambda a, b: a + b
    yield "subtract", [of([3, 1]), of([4])], lambda a, b: a - b
    yield "multiply", [of([2, 3, 4]), of([3, 1])], lambda a, b: a * b
    yield "divide", [of([3, 4]), of([4], POSITIVE)], lambda a, b: a / b
    yield "negate", v, lambda a: -a
    yield "scaled", [of([3, 4]), of([])], lambda a, s: a * s + s
    yield "abs", [of([5], ANY, (0.0,))], lambda a: a.abs()
    yield "ceil", [of([5], ANY, (-1.0, 0.0, 1.0))], lambda a: a.ceil() * a
    yield "clamp", [of([9], ANY, (-0.5, 1.0))], lambda a: a.clamp(-0.5, 1.0)
    yield "cos", [of([5], (-9.0, 9.0))], lambda a: a.cos()
    yield "elu", [of([7], ANY, (0.0,))], lambda a: F.elu(a)
    yield "elu_alpha", [of([5], ANY, (0.0,)), of([5])], lambda a, b: F.elu(a, 0.5) * torch.where(a > 0, a, b * a.expm1())
    yield "erf", v, lambda a: a.erf()
    yield "exp", v, lambda a: a.exp()
    yield "exp_m1", v, lambda a: a.expm1()
    yield "floor", [of([5], ANY, (-1.0, 0.0, 1.0))], lambda a: a.floor() * a
    yield "gelu", v, lambda a: F.gelu(a)
    yield "gelu_tanh", v, lambda a: F.gelu(a, approximate="tanh")
    yield "leaky_relu", [of([7], ANY, (0.0,))], lambda a: F.leaky_relu(a)
    yield "leaky_relu_slope", [of([5], ANY, (0.0,)), of([5])], lambda a, b: F.leaky_relu(a, 0.2) * torch.where(a > 0, a, b * a)
    yield "ln", [of([5], POSITIVE)], lambda a: a.log()
    yield "ln_1p", [of([5], UNIT)], lambda a: a.log1p()
    yield "maximum", pair, lambda a, b: torch.maximum(a, b)
    yield "minimum", pair, lambda a, b: torch.minimum(a, b)
    yield "pow", [of([5], POSITIVE), of([5])], lambda a, b: a.pow(b)
    yield "power_of_two", v, lambda a: a.pow(2.0)
    yield "power_of_three", v, lambda a: a.pow(3.0)
    yield "recip", [of([5], POSITIVE)], lambda a: a.reciprocal()
    yield "relu", [of([7], ANY, (0.0,))], lambda a: a.relu()
    yield "round", [of([5], ANY, (-1.5, -0.5, 0.5, 1.5))], lambda a: a.round() * a
    yield "rsqrt", [of([5], POSITIVE)], lambda a: a.rsqrt()
    yield "sigmoid", v, lambda a: a.sigmoid()
    yield "sign", [of([5], ANY, (0.0,))], lambda a: a.sign() * a
    yield "silu", v, lambda a: F.silu(a)
    yield "sin", [of([5], (-9.0, 9.0))], lambda a: a.sin()
    yield "softplus", v, lambda a: F.softplus(a)
    yield "sqrt", [of([5], POSITIVE)], lambda a: a.sqrt()
    yield "square", v, lambda a: a.square()
    yield "tan", [of([5], (-1.2, 1.2))], lambda a: a.tan()
    yield "tanh", v, lambda a: a.tanh()
    yield "chosen", [of([5], ANY, (0.0,)), of([5])], lambda a, b: torch.where(a > 0, a * b, b)
    yield "detached", v, lambda a: a.detach() * a
    yield "matmul", [of([3, 4]), of([4, 2])], lambda a, b: a @ b
    yield "matmul_vector", [of([3, 4]), of([4])], lambda a, b: a @ b
    yield "matmul_of_matrices", [of([2, 3, 4]), of([2, 4, 2])], lambda a, b: a @ b
    yield "matmul_of_rows", [of([2, 1, 3, 4]), of([4, 2])], lambda a, b: a @ b
    yield "matmul_broadcast", [of([2, 1, 3, 4]), of([3, 4, 2])], lambda a, b: a @ b
    yield "matmul_repeated", [of([3, 4]), of([2, 4, 2])], lambda a, b: a @ b
    yield "matmul_of_a_vector", [of([4]), of([3, 4, 2])], lambda a, b: a @ b
    yield "matmul_by_a_vector", [of([2, 3, 4]), of([4])], lambda a, b: a @ b
    yield "vector_matmul", [of([3]), of([3, 4])], lambda a, b: a @ b
    yield "dot", pair, lambda a, b: torch.dot(a, b)
    yield "outer", [of([3]), of([4])], lambda a, b: torch.outer(a, b)
    yield "transpose", tensor, lambda a: a.transpose(1, 2)
    yield "linear", [of([3, 4]), of([2, 4]), of([2])], F.linear
    yield "linear_vector", [of([4]), of([2, 4])], F.linear
    yield "conv1d", [of([4, 9]), of([6, 2, 3]), of([6])], lambda x, w, b: F.conv1d(
        x, w, b, stride=2, padding=1, dilation=2, groups=2
    )
    yield "conv1d_plain", [of([2, 7]), of([3, 2, 3])], F.conv1d
    yield "conv2d", [of([4, 6, 5]), of([2, 2, 3, 2]), of([2])], lambda x, w, b: F.conv2d(
        x, w, b, stride=(2, 1), padding=(1, 0), dilation=(1, 2), groups=2
    )
    yield "conv2d_plain", [of([2, 5, 4]), of([3, 2, 3, 3])], F.conv2d
    yield "sum", m, lambda a: a.sum()
    yield "sum_axis", tensor, lambda a: a.sum(1)
    yield "sum_keepdim", tensor, lambda a: a.sum(1, keepdim=True)
    yield "mean", m, lambda a: a.mean()
    yield "mean_axis", m, lambda a: a.mean(0)
    yield "mean_last", m, lambda a: a.mean(-1)
    yield "variance", m, lambda a: a.var()
    yield "variance_axis", m, lambda a: a.var(1, correction=0)
    yield "std", m, lambda a: a.std()
    yield "std_axis", m, lambda a: a.std(0, correction=0, keepdim=True)
    yield "norm", m, lambda a: a.norm()
    yield "norm_axis", m, lambda a: torch.linalg.vector_norm(a, dim=-1)
    yield "prod", v, lambda a: a.prod()
    yield "prod_axis", tensor, lambda a: a.prod(1)
    yield "cumsum", m, lambda a: a.cumsum(0)
    yield "cumsum_last", m, lambda a: a.cumsum(-1)
    yield "max", v, lambda a: a.max()
    yield "max_axis", m, lambda a: a.amax(1)
    yield "min", v, lambda a: a.min()
    yield "min_axis", m, lambda a: a.amin(0)
    yield "logsumexp", m, lambda a: a.logsumexp((0, 1))
    yield "logsumexp_axis", m, lambda a: a.logsumexp(0)
    yield "softmax", m, lambda a: a.softmax(-1)
    yield "softmax_axis", tensor, lambda a: a.softmax(1)
    yield "log_softmax", m, lambda a: a.log_softmax(-1)
    yield "log_softmax_axis", m, lambda a: a.log_softmax(0)
    yield "concat", [of([2, 3]), of([1, 3]), of([2, 3])], lambda a, b, c: torch.cat([a, b, c])
    yield "concat_axis", [of([2, 3]), of([2, 1])], lambda a, b: torch.cat([a, b], 1)
    yield "slice", [of([6, 2])], lambda a: a[1:4]
    yield "slice_axis", m, lambda a: a[:, 1:3]
    yield "part", m, lambda a: a[1] * a[2][3]
    yield "stack", pair, lambda a, b: torch.stack([a, b, a])
    yield "stack_axis", [of([2, 3]), of([2, 3])], lambda a, b: torch.stack([a, b], -1)
    yield "permute", tensor, lambda a: a.permute(2, 0, 1)
    yield "permute_back", tensor, lambda a: a.permute(1, -1, -3)
    yield "tril", m, lambda a: a.tril()
    yield "triu", tensor, lambda a: a.triu(-1)
    yield "flatten", tensor, lambda a: a.flatten()
    yield "reshape", tensor, lambda a: a.reshape(4, -1)
    yield "expand", [of([3, 1])], lambda a: a.expand(2, 3, 4)
    yield "squeeze", [of([3, 1, 2])], lambda a: a.squeeze(1)
    yield "unsqueeze", m, lambda a: a.unsqueeze(1)
    yield "mse_loss", pair, F.mse_loss
    yield "l1_loss", pair, F.l1_loss
    yield "huber_loss", pair, lambda a, b: F.huber_loss(a, b, delta=0.5)
    yield "smooth_l1_loss", pair, lambda a, b: F.smooth_l1_loss(a, b, beta=0.5)
    yield "binary_cross_entropy", [of([5], UNIT), of([5], UNIT)], F.binary_cross_entropy
    yield "binary_cross_entropy_with_logits", [of([5]), of([5], UNIT)], F.binary_cross_entropy_with_logits
    yield "kl_div", [of([5]), of([5], UNIT)], lambda a, b: F.kl_div(a, b, reduction="mean")
    yield "kl_div_logarithms", pair, lambda a, b: F.kl_div(a, b, reduction="mean", log_target=True)
    yield "cross_entropy", v, lambda a: F.cross_entropy(a, torch.tensor(3))
    yield "cross_entropy_probabilities", [of([5]), of([5], UNIT)], F.cross_entropy
    yield "nll_loss", v, lambda a: F.nll_loss(a, torch.tensor(1))


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    write("functions.json", [function(name, scalar, *rest) for name, *rest in cases() for scalar in SCALARS])
