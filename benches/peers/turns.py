"""Builds the program of this crate and those of the peers and runs them by turns, so that all see the same machine."""

import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILT = ROOT / "target" / "peers"
AGREE = 1e-3  # programs that differ by more in what they compute are not compared


def ours(bench):
    command = ["cargo", "bench", "-q", "--bench", bench, "--no-run", "--message-format=json"]
    lines = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    programs = [json.loads(line).get("executable") for line in lines if line.startswith("{")]
    return [program for program in programs if program and bench in program][-1]


def compiled(name, *flags):
    BUILT.mkdir(parents=True, exist_ok=True)
    command = ["gcc", "-O3", "-march=native", "-mprefer-vector-width=512", "-fno-math-errno", f"{name}.c", "-o", BUILT / name, *flags, "-lm"]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True)
    if done.returncode:
        print(f"{name} is left out: {done.stderr.splitlines()[0] if done.stderr else 'gcc failed'}", file=sys.stderr)
    return [] if done.returncode else [str(BUILT / name)]


def python(script, module):
    """PYTHON_TORCH and PYTHON_JAX name other interpreters than python3."""
    interpreter = os.environ.get(f"PYTHON_{module.upper()}", "python3")
    if subprocess.run([interpreter, "-c", f"import {module}"], capture_output=True).returncode:
        print(f"{module} is left out: {interpreter} does not have it", file=sys.stderr)
        return []
    return [interpreter, str(HERE / script)]


def programs(bench):
    """The columns: a command and its environment."""
    program, blas, jax = ours(bench), compiled("openblas", "-lopenblas"), python("with_jax.py", "jax")
    columns = {
        "dnn": ([program], {}),
        "dnn, AVX2": ([program], {"DNN_LEVEL": "avx2"}),
        "C": (compiled("static"), {}),
        "OpenBLAS, AVX-512": (blas, {"OPENBLAS_CORETYPE": "SkylakeX"}),
        "OpenBLAS, AVX2": (blas, {"OPENBLAS_CORETYPE": "Haswell"}),
        "PyTorch": (python("pytorch.py", "torch"), {}),
        "JAX": (jax, {}),
        "JAX, one loop": ([*jax, "--loop"] if jax else [], {}),
    }
    return {name: column for name, column in columns.items() if column[0]}


def run(columns, workloads, rounds):
    """The nanoseconds of the fastest block of each workload and column, and the numbers that they came to."""
    fastest, checks = {}, {}
    for _ in range(rounds):
        for workload in workloads:
            for name, (command, variables) in columns.items():
                # What is one call of this crate for all steps is no other work elsewhere.
                asked = workload if name.startswith("dnn") else workload.removesuffix("_loop")
                command = [*os.environ.get("COMPARE_BY", "taskset -c 0").split(), *command, asked]
                output = subprocess.run(command, env={**os.environ, **variables}, capture_output=True, text=True).stdout
                for line in output.splitlines():
                    found, time, _, check = line.split()
                    if found == asked:
                        fastest[workload, name] = min(float(time), fastest.get((workload, name), float("inf")))
                        checks[workload, name] = float(check)
    return fastest, checks


def agree(check, other):
    return abs(other - check) <= AGREE * abs(check)
