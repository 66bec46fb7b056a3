"""The workloads of fully connected layers by JAX: each step one function that is compiled: `python with_jax.py W2 W3`."""

import os

os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")

import jax
import jax.numpy as jnp

from workloads import GROWTH, checksum, labels, linear, measure, values, wanted


def mlp(parameters, x):
    for weight, bias in parameters[:-1]:
        x = jax.nn.relu(x @ weight + bias)
    weight, bias = parameters[-1]
    return x @ weight + bias


def mazur(parameters, x):
    for weight, bias in parameters:
        x = jax.nn.sigmoid(x @ weight.T + bias)
    return x


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


def train(name, k, net, parameters, x, targets, loss, optimizer):
    """The check is the loss of step number `k`."""
    if not wanted(name):
        return
    update, start = optimizer

    @jax.jit
    def step(p, state):
        value, g = jax.value_and_grad(lambda p: loss(net(p, x), targets))(p)
        p, state = update(p, g, state)
        return p, state, value

    p, state = parameters, start(parameters)
    for _ in range(k):
        p, state, value = step(p, state)
    now = [parameters, start(parameters)]

    def run(times):
        p, state = now
        for _ in range(times):
            p, state, _ = step(p, state)
        now[:] = jax.block_until_ready((p, state))

    measure(name, float(value), run)


def infer(name, parameters, x):
    if not wanted(name):
        return
    predict = jax.jit(mlp)

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
infer("W3_b1", layers, x[:1])
infer("W3_b64", layers, x[:64])
for name, (widths, samples) in {"W6": ([1024, 1024, 1024, 10], 256), **GROWTH}.items():
    if wanted(name):
        shapes = enumerate(zip(widths, widths[1:]))
        parameters = jax.tree.map(jnp.asarray, [linear(*shape, 32 + 2 * number) for number, shape in shapes])
        rows = jnp.asarray(values(samples * widths[0], 31, 1, 0.5).reshape(samples, widths[0]))
        train(name, 5, mlp, parameters, rows, jnp.array(labels(samples)), cross_entropy, descent(0.01))
