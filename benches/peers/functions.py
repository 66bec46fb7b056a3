"""The gradients of `cargo bench --bench functions` by PyTorch or JAX, on one thread: `python functions.py torch`, `.. jax`.

A line for each: its name, the nanoseconds of the fastest block, and the value of the function, which has to be the same.
"""

import os
import sys
import time

os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
PEER = sys.argv[1]
if PEER == "torch":
    import torch

    torch.set_num_threads(1)
else:
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)

MASK = 0xFFFFFFFF


def number(i, seed):
    """Number `i` of stream `seed`, from -0.5 to 0.5."""
    h = (i * 2_654_435_761 + seed * 2_246_822_519) & MASK
    h = ((h ^ h >> 15) * 0x2C1B3C6D) & MASK
    h = ((h ^ h >> 12) * 0x297A2D39) & MASK
    return ((h ^ h >> 15) >> 8) / 16_777_216 - 0.5


def row(length, seed, scale):
    return [number(i, seed) * scale for i in range(length)]


def rows(length, count, seed, scale):
    return [[number(r * length + i, seed) * scale for i in range(length)] for r in range(count)]


def rosenbrock(x):
    a = x[1:] - x[:99] * x[:99]
    b = 1.0 - x[:99]
    return (100.0 * a * a + b * b).sum()


def perceptron(tanh):
    def loss(x, target, w1, b1, w2, b2, w3, b3):
        h1 = tanh(x @ w1.T + b1)
        h2 = tanh(h1 @ w2.T + b2)
        d = h2 @ w3.T + b3 - target
        return (d * d).mean()

    return loss


def fastest(run):
    """Blocks of about two milliseconds for two seconds."""
    for _ in range(50):
        run()
    start = time.perf_counter()
    for _ in range(50):
        run()
    repeats = max(1, int(2e-3 * 50 / (time.perf_counter() - start)))
    best = float("inf")
    end = time.perf_counter() + 2.0
    while time.perf_counter() < end:
        start = time.perf_counter()
        for _ in range(repeats):
            run()
        best = min(best, (time.perf_counter() - start) / repeats)
    return best * 1e9


def measure(name, scalar, given, wanted, function):
    """The value and the gradients with respect to `wanted`, the last arguments."""
    if PEER == "torch":
        dtype = getattr(torch, scalar)
        given = [torch.tensor(v, dtype=dtype) for v in given]
        wanted = [torch.tensor(v, dtype=dtype, requires_grad=True) for v in wanted]

        def run():
            value = function(*given, *wanted)
            torch.autograd.grad(value, wanted)
            return value

    else:
        given = [jnp.array(v, dtype=scalar) for v in given]
        wanted = [jnp.array(v, dtype=scalar) for v in wanted]
        places = tuple(range(len(given), len(given) + len(wanted)))
        compiled = jax.jit(jax.value_and_grad(function, argnums=places))

        def run():
            value, gradients = compiled(*given, *wanted)
            gradients[0].block_until_ready()
            return value

    print(f"{name:<24} {fastest(run):>12.1f}  {run().item():.6f}", flush=True)


def main():
    for scalar, short in [("float32", "f32"), ("float64", "f64")]:
        measure(f"rosenbrock_100_{short}", scalar, [], [row(100, 1, 2.0)], rosenbrock)
        net = [
            rows(16, 32, 2, 0.5),
            row(32, 3, 0.5),
            rows(32, 32, 4, 0.35),
            row(32, 5, 0.35),
            rows(32, 4, 6, 0.35),
            row(4, 7, 0.35),
        ]
        loss = perceptron(torch.tanh if PEER == "torch" else jnp.tanh)
        for samples in [1, 64]:
            x, target = rows(16, samples, 8, 2.0), rows(4, samples, 9, 2.0)
            if samples == 1:
                x, target = x[0], target[0]
            measure(f"perceptron_{samples}_{short}", scalar, [x, target], net, loss)


main()
