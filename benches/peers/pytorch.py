"""The workloads by PyTorch, eager: `python pytorch.py W2 W3`. `THREADS=2` gives it two threads, one is the default."""

import os

import torch
import torch.nn.functional as F
from torch import nn

from workloads import GROWTH, checksum, labels, linear, measure, scale, values, wanted

torch.set_num_threads(int(os.environ.get("THREADS", "1")))


def tensor(array, *shape):
    return torch.from_numpy(array.reshape(shape).copy())


def fully_connected(inputs, outputs, seed):
    layer = nn.Linear(inputs, outputs)
    weight, bias = linear(inputs, outputs, seed)
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(weight).t())
        layer.bias.copy_(torch.from_numpy(bias))
    return layer


def convolution(inputs, outputs, seed, padding):
    layer = nn.Conv2d(inputs, outputs, 5, padding=padding)
    terms = inputs * 25
    with torch.no_grad():
        layer.weight.copy_(tensor(values(outputs * terms, seed, scale(terms)), outputs, inputs, 5, 5))
        layer.bias.copy_(torch.from_numpy(values(outputs, seed + 1, scale(terms))))
    return layer


def mazur():
    net = nn.Sequential(nn.Linear(2, 2), nn.Sigmoid(), nn.Linear(2, 2), nn.Sigmoid())
    with torch.no_grad():
        net[0].weight.copy_(torch.tensor([[0.15, 0.20], [0.25, 0.30]]))
        net[0].bias.fill_(0.35)
        net[2].weight.copy_(torch.tensor([[0.40, 0.45], [0.50, 0.55]]))
        net[2].bias.fill_(0.60)
    return net


def line():
    net = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(net.weight)
    return net


def perceptron(widths, seed):
    """Fully connected layers with ReLU between them."""
    layers = []
    for number, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
        layers += [fully_connected(inputs, outputs, seed + 2 * number), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def mlp():
    return perceptron([784, 128, 10], 2)


def wide():
    return perceptron([1024, 1024, 1024, 10], 32)


def lenet():
    convolutions = [convolution(1, 6, 12, 2), nn.ReLU(), nn.MaxPool2d(2), convolution(6, 16, 14, 0), nn.ReLU(), nn.MaxPool2d(2)]
    layers = [fully_connected(400, 120, 16), nn.ReLU(), fully_connected(120, 84, 18), nn.ReLU(), fully_connected(84, 10, 20)]
    return nn.Sequential(*convolutions, nn.Flatten(), *layers)


def gru():
    net = nn.GRU(8, 32)
    with torch.no_grad():
        net.weight_ih_l0.copy_(tensor(values(768, 41, scale(32)), 96, 8))
        net.weight_hh_l0.copy_(tensor(values(3072, 42, scale(32)), 96, 32))
        net.bias_ih_l0.copy_(torch.from_numpy(values(96, 43, scale(32))))
        net.bias_hh_l0.copy_(torch.from_numpy(values(96, 44, scale(32))))
    return net


def train(name, k, make, x, targets, loss, optimizer, check=None):
    """The check is the loss of step number `k`, or what `check` says of the network then."""
    if not wanted(name):
        return

    def start():
        net, last = make(), [None]
        optim = optimizer(net.parameters())

        def run(times):
            for _ in range(times):
                optim.zero_grad(set_to_none=True)
                value = loss(net(x), targets)
                value.backward()
                optim.step()
            last[0] = value

        return net, run, last

    net, run, last = start()
    run(k)
    number = check(net) if check else last[0].item()
    measure(name, number, start()[1])


def infer(name, net, x, output=lambda y: y):
    if not wanted(name):
        return
    with torch.inference_mode():

        def run(times):
            for _ in range(times):
                net(x)

        measure(name, checksum(output(net(x)).numpy()), run)


def momentum(parameters):
    return torch.optim.SGD(parameters, lr=0.01, momentum=0.9)


def plain(parameters):
    return torch.optim.SGD(parameters, lr=0.01)


points = torch.tensor([[1.0], [2.0], [3.0], [4.0]])
pairs = torch.tensor([[0.05, 0.10]]), torch.tensor([[0.01, 0.99]])
x = tensor(values(256 * 784, 1, 1, 0.5), 256, 784)
images = tensor(values(32 * 784, 11, 1, 0.5), 32, 1, 28, 28)
rows = tensor(values(256 * 1024, 31, 1, 0.5), 256, 1024)
classes = torch.tensor(labels(256))

train("W1", 1000, mazur, *pairs, F.mse_loss, lambda p: torch.optim.SGD(p, lr=0.5))
train("W2_sgd", 20, mlp, x[:64].clone(), classes[:64], F.cross_entropy, momentum)
train("W2_adam", 20, mlp, x[:64].clone(), classes[:64], F.cross_entropy, lambda p: torch.optim.Adam(p, lr=1e-3))
train("W2_wide_batch", 20, mlp, x, classes, F.cross_entropy, momentum)
infer("W3_b1", mlp(), x[:1].clone())
infer("W3_b64", mlp(), x[:64].clone())
train("W4", 10, lenet, images, classes[:32], F.cross_entropy, plain)
infer("W5", lenet(), images[:1].clone())
train("W6", 5, wide, rows, classes, F.cross_entropy, plain)
train("W8", 10, line, points, 2 * points, F.mse_loss, plain, check=lambda net: net.weight.item())
infer("W9", gru(), tensor(values(128, 45, 2), 16, 1, 8), output=lambda y: y[1])
for name, (widths, samples) in GROWTH.items():
    if wanted(name):
        rows = tensor(values(samples * widths[0], 31, 1, 0.5), samples, widths[0])
        classes = torch.tensor(labels(samples))
        train(name, 5, lambda: perceptron(widths, 32), rows, classes, F.cross_entropy, plain)
