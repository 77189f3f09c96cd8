"""Fuzz the targets, one after the other: `make fuzz`, or `run.py [SECONDS] [TARGET…]`.

With atheris (a group of its own in pyproject.toml) inputs are grown by what they reach in the code;
where it cannot be installed, seeds are mutated by chance, which finds less. An input that breaks
the promise of its target is written to tests/fuzz/cases/TARGET/, where `test_fuzz.py` tries it ever
after. Prints a line of counts for each target.
"""

from __future__ import annotations

import hashlib
import importlib.util
import random
import re
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
CASES = HERE / "cases"
CORPUS = HERE.parent.parent / "build" / "fuzz"
SLOWEST = 20  # seconds that one input may take
MOST_MEMORY = 2048  # megabytes
sys.path.insert(0, str(HERE.parent))


def main() -> None:
    """Fuzz each target in a process of its own: a fuzzer ends its process at what it finds."""
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 180
    from fuzz.targets import TARGETS

    for target in sys.argv[2:] or TARGETS:
        print(target, _run(target, seconds), flush=True)


def _run(target: str, seconds: int) -> str:
    """Fuzz a target until the time is up; returns its counts."""
    until = time.monotonic() + seconds
    inputs = findings = 0
    while (left := int(until - time.monotonic())) > 2:
        command = [sys.executable, str(HERE / "run.py"), "--one", target, str(left)]
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", check=False
        )
        with (CORPUS / f"{target}.log").open("a") as log:
            log.write(done.stdout + done.stderr)
        executed = re.findall(r"^#(\d+)", done.stderr, re.MULTILINE)
        inputs += max(map(int, executed), default=0)
        if done.returncode == 0:
            break
        findings += 1
        if findings >= 20:
            break
    return f"{inputs} inputs, {findings} findings"


def fuzz_one(target: str, seconds: int) -> None:
    """Fuzz a target in this process, with atheris or without."""
    corpus = CORPUS / target
    (CASES / target).mkdir(parents=True, exist_ok=True)
    if importlib.util.find_spec("atheris") is None:
        _by_mutation(target, seconds)
        return
    import atheris

    with atheris.instrument_imports(include=["openbaar"]):
        from fuzz.seeds import write_seeds
        from fuzz.targets import TARGETS
    write_seeds(target, corpus)
    TARGETS[target](b"")  # what is made once, such as a site, is not the time of an input
    options = [
        f"-max_total_time={seconds}",
        f"-timeout={SLOWEST}",
        f"-rss_limit_mb={MOST_MEMORY}",
        f"-artifact_prefix={CASES / target}/",
        "-max_len=60000",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], TARGETS[target])
    atheris.Fuzz()


def _by_mutation(target: str, seconds: int) -> None:
    """Try seeds with some bytes changed, doubled, cut or swapped for those of others."""
    from fuzz.seeds import seeds
    from fuzz.targets import TARGETS

    chance = random.Random(target)
    known = list(seeds(target)) or [b""]
    until = time.monotonic() + seconds
    count = 0
    while time.monotonic() < until:
        data = _mutated(chance.choice(known), chance.choice(known), chance)
        count += 1
        try:
            TARGETS[target](data)
        except Exception:
            name = hashlib.sha256(data).hexdigest()[:16]
            (CASES / target / f"crash-{name}").write_bytes(data)
            print(f"#{count}", file=sys.stderr)
            raise
    print(f"#{count}", file=sys.stderr)


def _mutated(data: bytes, other: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        start = chance.randint(0, len(changed))
        end = min(len(changed), start + chance.randint(0, 20))
        begin = chance.randint(0, len(other))
        pieces = (b"", changed[start:end] * 2, chance.randbytes(3), other[begin : begin + 20])
        changed[start:end] = chance.choice(pieces)
    return bytes(changed)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        fuzz_one(sys.argv[2], int(sys.argv[3]))
    else:
        CORPUS.mkdir(parents=True, exist_ok=True)
        main()
