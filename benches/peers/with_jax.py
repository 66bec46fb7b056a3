"""The workloads by JAX, each step one function that is compiled: `python with_jax.py W2 W3`.

With `--loop` all steps of training are a loop inside one function.
"""

import os
import sys

os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")

import jax
import jax.numpy as jnp

from workloads import GROWTH, checksum, labels, linear, measure, scale, values, wanted


def mlp(parameters, x):
    for weight, bias in parameters[:-1]:
        x = jax.nn.relu(x @ weight + bias)
    weight, bias = parameters[-1]
    return x @ weight + bias


def mazur(parameters, x):
    for weight, bias in parameters:
        x = jax.nn.sigmoid(x @ weight.T + bias)
    return x


def convolution(x, weight, bias, padding):
    y = jax.lax.conv(jnp.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding))), weight, (1, 1), "VALID")
    return jax.nn.relu(y + bias[:, None, None])


def largest_of_four(x):
    return jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")


def lenet(parameters, x):
    for (weight, bias), padding in zip(parameters[:2], (2, 0)):
        x = largest_of_four(convolution(x, weight, bias, padding))
    return mlp(parameters[2:], x.reshape(len(x), -1))


def gru(parameters, x):
    of_input, of_state, bias_input, bias_state = parameters

    def step(h, gates):
        r, z, n = jnp.split(gates, 3)
        hr, hz, hn = jnp.split(of_state @ h + bias_state, 3)
        r, z = jax.nn.sigmoid(r + hr), jax.nn.sigmoid(z + hz)
        n = jnp.tanh(n + r * hn)
        return (1 - z) * n + z * h, None

    return jax.lax.scan(step, jnp.zeros(32), x @ of_input.T + bias_input)[0]


def cross_entropy(y, label):
    return -jnp.take_along_axis(jax.nn.log_softmax(y), label[:, None], axis=1).mean()


def squares(y, target):
    return ((y - target) ** 2).mean()


def descent(rate, momentum=0.0):
    def update(p, g, state):
        if not momentum:
            return jax.tree.map(lambda p, g: p - rate * g, p, g), state
        state = jax.tree.map(lambda v, g: momentum * v + g, state, g)
        return jax.tree.map(lambda p, v: p - rate * v, p, state), state

    return update, lambda p: jax.tree.map(jnp.zeros_like, p) if momentum else ()


def adam(rate):
    def update(p, g, state):
        k, m, v = state
        k += 1
        m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
        v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
        step, correction = rate / (1 - 0.9**k), 1 / jnp.sqrt(1 - 0.999**k)
        p = jax.tree.map(lambda p, m, v: p - step * m / (jnp.sqrt(v) * correction + 1e-8), p, m, v)
        return p, (k, m, v)

    return update, lambda p: (jnp.float32(0), jax.tree.map(jnp.zeros_like, p), jax.tree.map(jnp.zeros_like, p))


def train(name, k, net, parameters, x, targets, loss, optimizer, check=None):
    """The check is the loss of step number `k`, or what `check` says of the parameters then."""
    if not wanted(name):
        return
    update, start = optimizer

    def step(_, now):
        p, state, _ = now
        value, g = jax.value_and_grad(lambda p: loss(net(p, x), targets))(p)
        return *update(p, g, state), value

    if "--loop" in sys.argv:
        steps = jax.jit(lambda times, now: jax.lax.fori_loop(0, times, step, now))
    else:
        one = jax.jit(step)

        def steps(times, now):
            for _ in range(times):
                now = one(0, now)
            return now

    first = (parameters, start(parameters), jnp.float32(0))
    p, _, value = steps(k, first)
    now = [first]

    def run(times):
        now[0] = jax.block_until_ready(steps(times, now[0]))

    measure(name, check(p) if check else float(value), run)


def infer(name, net, parameters, x):
    if not wanted(name):
        return
    predict = jax.jit(net)

    def run(times):
        for _ in range(times):
            predict(parameters, x).block_until_ready()

    measure(name, checksum(predict(parameters, x)), run)


start = [
    (jnp.array([[0.15, 0.20], [0.25, 0.30]]), jnp.array([0.35, 0.35])),
    (jnp.array([[0.40, 0.45], [0.50, 0.55]]), jnp.array([0.60, 0.60])),
]
layers = jax.tree.map(jnp.asarray, [linear(784, 128, 2), linear(128, 10, 4)])
x = jnp.asarray(values(256 * 784, 1, 1, 0.5).reshape(256, 784))
classes = jnp.asarray(labels(256))

train("W1", 1000, mazur, start, jnp.array([[0.05, 0.10]]), jnp.array([[0.01, 0.99]]), squares, descent(0.5))
train("W2_sgd", 20, mlp, layers, x[:64], classes[:64], cross_entropy, descent(0.01, 0.9))
train("W2_adam", 20, mlp, layers, x[:64], classes[:64], cross_entropy, adam(1e-3))
train("W2_wide_batch", 20, mlp, layers, x, classes, cross_entropy, descent(0.01, 0.9))
infer("W3_b1", mlp, layers, x[:1])
infer("W3_b64", mlp, layers, x[:64])
kernels = [(1, 6, 12), (6, 16, 14)]
parameters = [
    *((values(o * i * 25, seed, scale(i * 25)).reshape(o, i, 5, 5), values(o, seed + 1, scale(i * 25))) for i, o, seed in kernels),
    *(linear(i, o, seed) for i, o, seed in [(400, 120, 16), (120, 84, 18), (84, 10, 20)]),
]
parameters = jax.tree.map(jnp.asarray, parameters)
images = jnp.asarray(values(32 * 784, 11, 1, 0.5).reshape(32, 1, 28, 28))
train("W4", 10, lenet, parameters, images, classes[:32], cross_entropy, descent(0.01))
infer("W5", lenet, parameters, images[:1])
points = jnp.array([[1.0], [2.0], [3.0], [4.0]])
train("W8", 10, lambda w, x: x @ w, jnp.zeros((1, 1)), points, 2 * points, squares, descent(0.01), lambda w: w.item())
tensors = values(768, 41, scale(32)).reshape(96, 8), values(3072, 42, scale(32)).reshape(96, 32)
infer("W9", gru, tuple(map(jnp.asarray, (*tensors, values(96, 43, scale(32)), values(96, 44, scale(32))))), jnp.asarray(values(128, 45, 2).reshape(16, 8)))
for name, (widths, samples) in {"W6": ([1024, 1024, 1024, 10], 256), **GROWTH}.items():
    if wanted(name):
        shapes = enumerate(zip(widths, widths[1:]))
        parameters = jax.tree.map(jnp.asarray, [linear(*shape, 32 + 2 * number) for number, shape in shapes])
        rows = jnp.asarray(values(samples * widths[0], 31, 1, 0.5).reshape(samples, widths[0]))
        train(name, 5, mlp, parameters, rows, jnp.array(labels(samples)), cross_entropy, descent(0.01))
