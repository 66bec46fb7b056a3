"""What the programs in Python share: the inputs, the clock, and the line that each workload prints."""

import math
import sys
import time

import numpy as np

# How cost grows: the widths of a network of fully connected layers, and the samples of a step.
GROWTH = {
    **{f"width_{2**k}": ([2**k] * 3 + [10], 32) for k in range(2, 11)},
    **{f"depth_{2**k}": ([64] * (2**k + 1) + [10], 32) for k in range(7)},
    **{f"batch_{4**k}": ([128] * 3 + [10], 4**k) for k in range(6)},
}
NAMES = [argument for argument in sys.argv[1:] if not argument.startswith("-")]


def values(count, seed, scale=1.0, offset=0.0):
    """Numbers of stream `seed`, from -0.5 to 0.5 times `scale`: a hash of 32 bits."""
    mask = np.uint64(0xFFFFFFFF)
    h = np.arange(count, dtype=np.uint64) * np.uint64(2654435761)
    h = (h + np.uint64(seed * 2246822519 & 0xFFFFFFFF)) & mask
    for shift, factor in ((15, 0x2C1B3C6D), (12, 0x297A2D39)):
        h = (h ^ h >> np.uint64(shift)) * np.uint64(factor) & mask
    h ^= h >> np.uint64(15)
    v = (h >> np.uint64(8)).astype(np.float32) / np.float32(16777216) - np.float32(0.5)
    return v * np.float32(scale) + np.float32(offset)


def scale(inputs):
    return np.float32(2 / math.sqrt(inputs))


def linear(inputs, outputs, seed):
    """A weight of shape [inputs, outputs] and a bias."""
    weight = values(inputs * outputs, seed, scale(inputs)).reshape(inputs, outputs)
    return weight, values(outputs, seed + 1, scale(inputs))


def labels(count):
    return [(b * 7 + 3) % 10 for b in range(count)]


def checksum(y):
    y = np.asarray(y, dtype=np.float64).ravel()
    return float((y * (np.arange(y.size) % 10 + 1)).sum())


def wanted(name):
    return not NAMES or any(name.startswith(start) for start in NAMES)


def measure(name, check, run):
    """Fifteen blocks of about 20 ms: fastest and median."""
    run(2)
    start = time.perf_counter_ns()
    run(1)
    once = max(time.perf_counter_ns() - start, 1)
    times = max(1, int(2e7 / once))
    blocks = []
    for _ in range(15):
        start = time.perf_counter_ns()
        run(times)
        blocks.append((time.perf_counter_ns() - start) / times)
    blocks.sort()
    print(f"{name} {blocks[0]:.1f} {blocks[7]:.1f} {check:.7e}", flush=True)
