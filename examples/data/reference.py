"""Reference figures for the digits example: scikit-learn and PyTorch.

    pip install torch numpy scikit-learn
    python examples/data/reference.py            # every measurement
    python examples/data/reference.py split      # generator and split only
    python examples/data/reference.py sklearn 0  # one run, seed 0
    python examples/data/reference.py torch 0
    python examples/data/reference.py example 0
    python examples/data/reference.py choice     # how the recipe was chosen

`sklearn` and `torch` train a 64-64-10 network, `example` trains the network of
the Rust example by the same recipe. All use the same rows as the Rust example
and are tested on the same 360 rows. The split comes from the generator below,
word for word that of the Rust side; `split` prints what the two must share.

Each run is a process of its own with one thread. "whole" is the time of the
process from its start to its end, libraries loaded and all; "training" is that
of the training loop alone.
"""

import os
import pathlib
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
MASK32, MASK64 = (1 << 32) - 1, (1 << 64) - 1
TRAIN_ROWS = 1437
SEEDS = range(10)

# ------------------------------------------------------- generator and split


def splitmix64(state):
    """The outputs of SplitMix64 from a 64-bit state."""
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK64
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK64
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK64
        yield z ^ (z >> 31)


class Xoshiro128PlusPlus:
    """xoshiro128++ of Blackman and Vigna, seeded by two outputs of SplitMix64."""

    def __init__(self, seed):
        outputs = splitmix64(seed)
        a, b = next(outputs), next(outputs)
        self.s = [a & MASK32, a >> 32, b & MASK32, b >> 32]

    def next(self):
        s = self.s
        result = (rotate((s[0] + s[3]) & MASK32, 7) + s[0]) & MASK32
        t = (s[1] << 9) & MASK32
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotate(s[3], 11)
        return result

    def below(self, n):
        """A number below n without bias: Lemire's multiplication with rejection."""
        m = self.next() * n
        if m & MASK32 < n:
            threshold = ((1 << 32) - n) % n
            while m & MASK32 < threshold:
                m = self.next() * n
        return m >> 32

    def shuffle(self, items):
        for i in range(len(items) - 1, 0, -1):
            j = self.below(i + 1)
            items[i], items[j] = items[j], items[i]


def rotate(word, by):
    return ((word << by) | (word >> (32 - by))) & MASK32


def shuffled_indices():
    indices = list(range(1797))
    Xoshiro128PlusPlus(0).shuffle(indices)
    return indices


def load():
    import numpy as np

    rows = np.loadtxt(HERE / "digits.csv", delimiter=",", dtype=np.int64)
    assert rows.shape == (1797, 65)
    x, labels = (rows[:, :64] / 16).astype(np.float32), rows[:, 64]
    order = np.array(shuffled_indices())
    train, test = order[:TRAIN_ROWS], order[TRAIN_ROWS:]
    return x[train], labels[train], x[test], labels[test]


def print_split():
    for seed in (0, 42):
        generator = Xoshiro128PlusPlus(seed)
        print(f"xoshiro128++ seed {seed}:", ", ".join(f"0x{generator.next():08x}" for _ in range(8)))
    indices = shuffled_indices()
    print("shuffled rows, first ten:", indices[:10])
    print("shuffled rows, last ten:", indices[-10:])


# ------------------------------------------------------------------ one run


def run_sklearn(seed):
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    # 200 epochs, the default limit, end before its stopping rule is met.
    warnings.simplefilter("ignore", ConvergenceWarning)
    x, labels, test_x, test_labels = load()
    model = MLPClassifier(hidden_layer_sizes=(64,), random_state=seed)
    start = time.perf_counter()
    model.fit(x, labels)
    seconds = time.perf_counter() - start
    return int((model.predict(test_x) == test_labels).sum()), len(test_labels), seconds


def run_torch(seed):
    import torch
    from torch import nn

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    x, labels, test_x, test_labels = (torch.from_numpy(array) for array in load())
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    loss_function = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    start = time.perf_counter()
    for _ in range(40):
        order = torch.randperm(len(x))
        for batch in order.split(32):
            optimizer.zero_grad()
            loss_function(model(x[batch]), labels[batch]).backward()
            optimizer.step()
    seconds = time.perf_counter() - start
    with torch.no_grad():
        right = int((model(test_x).argmax(1) == test_labels).sum())
    return right, len(test_labels), seconds


# The recipe of the Rust example: hidden units (each layer with dropout), dropout, learning rate, epochs.
RECIPE = ((256,), 0.5, 5e-3, 30)
CANDIDATES = [
    ((256,), 0.5, 3e-3, 30),
    ((256,), 0.5, 3e-3, 60),
    ((512,), 0.5, 3e-3, 30),
    ((256, 256), 0.5, 3e-3, 30),
    ((256, 128), 0.4, 2e-3, 40),
    RECIPE,
]


def train_recipe(recipe, x, labels, seed):
    """AdamW, batches of 32, a learning rate that falls to 0 in equal steps, one after each epoch."""
    import torch
    from torch import nn

    hidden, dropout, rate, epochs = recipe
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    layers, inputs = [], 64
    for units in hidden:
        layers += [nn.Linear(inputs, units), nn.ReLU(), nn.Dropout(dropout)]
        inputs = units
    model = nn.Sequential(*layers, nn.Linear(inputs, 10))
    loss_function = nn.CrossEntropyLoss()
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate)
    for epoch in range(epochs):
        for group in optimizer.param_groups:
            group["lr"] = rate * (1 - epoch / epochs)
        for batch in torch.randperm(len(x)).split(32):
            optimizer.zero_grad()
            loss_function(model(x[batch]), labels[batch]).backward()
            optimizer.step()
    return model.eval()


def count_right(model, x, labels):
    import torch

    with torch.no_grad():
        return int((model(x).argmax(1) == labels).sum())


def run_example(seed):
    import torch

    x, labels, test_x, test_labels = (torch.from_numpy(array) for array in load())
    start = time.perf_counter()
    model = train_recipe(RECIPE, x, labels, seed)
    seconds = time.perf_counter() - start
    return count_right(model, test_x, test_labels), len(test_labels), seconds


def choose():
    """Cross-validation in five parts over the training rows alone, three seeds: the test rows have no say."""
    import torch

    x, labels, _, _ = (torch.from_numpy(array) for array in load())
    parts = torch.arange(len(x)) * 5 // len(x)
    for recipe in CANDIDATES:
        right = 0
        for seed in range(3):
            for part in range(5):
                held_out = parts == part
                model = train_recipe(recipe, x[~held_out], labels[~held_out], 10 * seed + part)
                right += count_right(model, x[held_out], labels[held_out])
        hidden, dropout, rate, epochs = recipe
        print(f"{hidden}, dropout {dropout}, learning rate {rate}, {epochs} epochs: {right / (3 * len(x)):.2%}")


RUNS = {"sklearn": run_sklearn, "torch": run_torch, "example": run_example}

# ------------------------------------------------------------------ all runs


def measure():
    import platform

    import numpy
    import sklearn
    import torch

    print_split()
    print(
        f"scikit-learn {sklearn.__version__}, torch {torch.__version__.split('+')[0]}, "
        f"numpy {numpy.__version__}, Python {platform.python_version()}"
    )
    environment = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")
    for kind in RUNS:
        rights, wholes, trainings = [], [], []
        for seed in SEEDS:
            start = time.perf_counter()
            output = subprocess.run(
                [sys.executable, __file__, kind, str(seed)],
                env=environment,
                check=True,
                capture_output=True,
                text=True,
            ).stdout
            wholes.append(time.perf_counter() - start)
            right, total, seconds = output.split()[-3:]
            rights.append(int(right))
            trainings.append(float(seconds))
            print(f"{kind} seed {seed}: {right} of {total}, training {trainings[-1]:.2f} s, whole {wholes[-1]:.2f} s")
        print(
            f"{kind}: accuracy min {min(rights) / int(total):.2%}, median {statistics.median(rights) / int(total):.2%}, "
            f"max {max(rights) / int(total):.2%}; median seconds: training {statistics.median(trainings):.2f}, "
            f"whole {statistics.median(wholes):.2f}"
        )


if __name__ == "__main__":
    if len(sys.argv) == 1:
        measure()
    elif sys.argv[1] == "split":
        print_split()
    elif sys.argv[1] == "choice":
        choose()
    else:
        print(*RUNS[sys.argv[1]](int(sys.argv[2])))
