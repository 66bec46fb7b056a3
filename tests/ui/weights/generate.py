"""Write the files of the compile-fail cases in this folder: one that is right, and the same with one mistake.

    pip install safetensors numpy
    python tests/ui/weights/generate.py
"""

import pathlib

import numpy as np
from safetensors.numpy import save, save_file

HERE = pathlib.Path(__file__).resolve().parent
SHAPES = {"fc1.weight": (3, 4), "fc1.bias": (3,), "fc2.weight": (2, 3), "fc2.bias": (2,)}


def tensors():
    return {name: np.arange(np.prod(shape), dtype=np.float32).reshape(shape) for name, shape in SHAPES.items()}


def write(name, change=lambda tensors: None):
    changed = tensors()
    change(changed)
    save_file(changed, HERE / f"{name}.safetensors")


def transpose(tensors):
    tensors["fc1.weight"] = np.ascontiguousarray(tensors["fc1.weight"].T)


def rename(tensors):
    for old, new in {"fc1": "0", "fc2": "2"}.items():
        for part in ("weight", "bias"):
            tensors[f"{new}.{part}"] = tensors.pop(f"{old}.{part}")


def half(tensors):
    tensors["fc2.weight"] = tensors["fc2.weight"].astype(np.float16)


def several(tensors):
    transpose(tensors)
    tensors["fc1.bias"] = np.zeros(4, np.float32)
    del tensors["fc2.bias"]
    tensors["fc3.bias"] = np.zeros(2, np.float32)


def main():
    write("right")
    write("transposed", transpose)
    write("renamed", rename)
    write("half", half)
    write("several", several)
    write("missing", lambda tensors: tensors.pop("fc2.bias"))
    write("head", lambda tensors: [tensors.pop(f"fc1.{part}") for part in ("weight", "bias")])
    write("extra", lambda tensors: tensors.update({"fc3.weight": np.zeros((2, 2), np.float32)}))
    write("tracked", lambda tensors: tensors.update({"norm.num_batches_tracked": np.array(7)}))
    right = save(tensors())
    (HERE / "truncated.safetensors").write_bytes(right[:-4])
    (HERE / "overlapping.safetensors").write_bytes(right.replace(b"[12,60]", b"[44,92]"))
    (HERE / "table.csv").write_text("0,0,5,13,9,1,0,0,0\n")


if __name__ == "__main__":
    main()
