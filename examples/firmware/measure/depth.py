#!/usr/bin/env python3
"""The stack that functions of an Arm program take at most: their own frame and those of all that they call, along the
deepest path, from the disassembly.

    depth.py ELF FUNCTION..

What is not understood ends the program instead of being left out: a call through a register, a stack pointer that is set
from one, a recursion.
"""

import re
import subprocess
import sys

OBJDUMP = "arm-none-eabi-objdump"

LABEL = re.compile(r"([0-9a-f]+) <(.*)>:$")
LINE = re.compile(r"\s*([0-9a-f]+):\t([a-z.0-9]+)\s*(.*)$")
BRANCH = re.compile("bl|cbn?z|b(eq|ne|cs|cc|mi|pl|vs|vc|hi|ls|ge|lt|gt|le)?")
NAMED = {"sb": 9, "sl": 10, "fp": 11, "ip": 12, "sp": 13, "lr": 14, "pc": 15}


class Unknown(Exception):
    pass


def registers(operands):
    """How many there are in `{r4, r6-r7, lr}`."""
    total = 0
    for part in re.search("{(.*)}", operands).group(1).split(","):
        ends = [NAMED.get(name) or int(name[1:]) for name in part.strip().split("-")]
        total += ends[-1] - ends[0] + 1
    return total


class Function:
    """Bytes that a function takes at most itself, and the addresses that it calls or goes on to."""

    def __init__(self, name, lines):
        self.name = name
        self.frame = 0
        self.targets = set()
        # No function ends in a branch that may not be taken: that is what the linker fills gaps with, d4d4.
        while lines and lines[-1][1].startswith("bmi"):
            lines.pop()
        self.lines = lines
        own = {address for address, _, _ in lines}
        for line, before, behind in zip(lines, [None] + lines, lines[1:] + [None]):
            self.read(line, before, behind, own)

    def read(self, line, before, behind, own):
        _, operation, operands = line
        if operation == "push" or (operation == "stmdb" and operands.startswith("sp!")):
            self.frame += 4 * registers(operands)
        elif operation == "vpush":
            self.frame += (8 if "d" in operands else 4) * registers(operands)
        elif operation.startswith("str") and (below := re.search(r"\[sp, #-(\d+)\]!", operands)):
            self.frame += int(below.group(1))
        elif re.fullmatch("(sub|add)[sw]?", operation) and operands.startswith("sp,"):
            self.frame += max(self.moved(line, before), 0)
        elif operands.startswith("sp,") and operation not in ("stmia", "ldmia", "cmp"):
            # At its end a function takes the stack back to where a register says that it was.
            if operation != "mov" or not re.match("v?pop|ldm|add", behind[1]):
                self.unknown(line)
        elif re.fullmatch(BRANCH, operation):
            target = int(re.search(r"([0-9a-f]+) <", operands).group(1), 16)
            if target not in own or operation == "bl" and target == min(own):
                self.targets.add(target)
        elif operation == "blx":
            self.targets.add(self.constant(line))
        elif operation == "bx" and operands != "lr":
            self.unknown(line)

    def moved(self, line, before):
        """How far down an addition to the stack pointer, or a subtraction, takes it."""
        _, operation, operands = line
        by = operands.split("@")[0].split(",")[-1].strip()
        if by.startswith("#"):
            by = int(by[1:])
        elif before[1] == "ldr" and (word := re.match(by + r", \[pc, #\d+\]\s*@ \(?([0-9a-f]+) <", before[2])):
            by = WORDS[int(word.group(1), 16)]
            by -= 1 << 32 if by >= 1 << 31 else 0
        elif before[1] in ("mov", "movw") and (constant := re.match(by + r", #(\d+)", before[2])):
            by = int(constant.group(1))
        else:
            self.unknown(line)
        return by if operation.startswith("sub") else -by

    def constant(self, line):
        """The function whose address is in the register: what is called often is called so at opt-level "z"."""
        low = None
        for address, operation, operands in reversed(self.lines[: self.lines.index(line)]):
            if not operands.startswith(line[2] + ","):
                continue
            if operation == "ldr" and (word := re.search(r"@ \(?([0-9a-f]+) <", operands)):
                return WORDS[int(word.group(1), 16)] - 1
            number = re.search(r"#(\d+)", operands)
            if operation == "movt" and low is None and number:
                low = int(number.group(1)) << 16
            elif operation == "movw" and low is not None and number:
                return low + int(number.group(1)) - 1
            else:
                break
        self.unknown(line)

    def unknown(self, line):
        raise Unknown(f"{self.name} at {line[0]:x}: {line[1]} {line[2]}")


WORDS = {}  # constants among the code, by address


def read(elf):
    """Name and instructions of each function by its address, and the addresses by name."""
    text = subprocess.run([OBJDUMP, "-d", "--no-show-raw-insn", elf], capture_output=True, text=True, check=True).stdout
    functions, names = {}, {}
    for line in text.splitlines():
        if label := LABEL.match(line):
            start, name = int(label.group(1), 16), label.group(2)
            names[name] = start
            functions[start] = (name, lines := [])
        elif instruction := LINE.match(line):
            address, operation, operands = int(instruction.group(1), 16), instruction.group(2), instruction.group(3)
            if operation == ".word":
                WORDS[address] = int(operands.split()[0], 16)
            else:
                lines.append((address, re.sub("[.][wn]$", "", operation), operands))
    return functions, names


def main():
    elf, *wanted = sys.argv[1:]
    functions, names = read(elf)
    known = {}

    def depth(address, path):
        """The bytes from here on, and each function of the deepest path with its own."""
        if address not in functions:
            raise Unknown(f"{functions[path[-1]][0]} goes to {address:x}, where no function begins")
        if address in path:
            raise Unknown(f"{functions[address][0]} is called again before it has returned")
        if address not in known:
            function = Function(*functions[address])
            below = [depth(target, path + [address]) for target in sorted(function.targets)]
            bytes, names = max(below, default=(0, []))
            known[address] = (function.frame + bytes, [(function.name, function.frame)] + names)
        return known[address]

    for name in wanted:
        bytes, path = depth(names[name], [])
        print(name, bytes)
        for function, frame in path:
            print(f"  {frame:5} {function}", file=sys.stderr)


try:
    main()
except Unknown as unknown:
    sys.exit(f"error: {unknown}")
