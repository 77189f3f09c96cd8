"""Processor time and memory on large made-up tables: `make bench`.

A document of 20,000 rows in groups with totals is converted three times: printed as rows on lines,
in the order of cells that Word gives, and as CSV. A table of 100,000 rows is built into a database,
and the same CSV is loaded by `sqlite-utils insert --csv` and by SQLite's own `.import`, which do
less: no types, no keys, no checks, no indexes. Each is measured in a process of its own. Compare
the ratios; machines differ.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from generated.printing import PRINTERS
from generated.publication import schema, write_publication
from generated.recipes import table_files
from generated.tables import Look, Made, Row

ROWS_PRINTED, GROUP, ROWS_BUILT = 20_000, 20, 100_000
BUILD = """
import sys
from pathlib import Path
from openbaar.database.build import build_database
from openbaar.package.descriptor import descriptor
from openbaar.tables.dataset import read_dataset
from openbaar.tables.references import load_publication
dataset = read_dataset(load_publication(Path(sys.argv[1])))
build_database(dataset, descriptor(dataset), Path(sys.argv[2]))
"""

# A process counts the memory of the one that started it as its own, so that one has to be small.
MEASURE = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
"""


@dataclass(frozen=True)
class Measured:
    """What a program took: processor seconds, and megabytes at its peak."""

    what: str
    seconds: float
    megabytes: float


def measured(what: str, *command: str) -> Measured:
    """Run a program to its end, below a small process that measures it.

    Raises CalledProcessError when it fails.
    """
    run = subprocess.run(
        [sys.executable, "-c", MEASURE, *command], check=True, stdout=subprocess.PIPE, text=True
    )
    seconds, kilobytes = run.stdout.split()
    return Measured(what, float(seconds), int(kilobytes) / 1024)


def word(number: int) -> str:
    """A word for a number, the same each time and another one for each number."""
    return "".join("abcdefghij"[int(digit)] for digit in str(number)).capitalize()


def table() -> Made:
    """A table of groups with totals, numbers and blanks."""
    chance = random.Random(1)  # no secret
    rows = [
        Row(
            f"Groep {word(number // GROUP)}",
            f"{word(number % GROUP)} x",
            tuple(
                None if chance.random() < 0.1 else Decimal(chance.randrange(100_000))
                for _ in range(3)
            ),
        )
        for number in range(ROWS_PRINTED)
    ]
    return Made(tuple(rows), 3, 0, coded=True, group_totals=True, table_total=True)


def converting(folder: Path) -> Iterator[Measured]:
    """Converting one document, printed in several styles."""
    made = table()
    for style, label in {"csv": "first", "lines": "first", "word": "merged"}.items():
        look = Look(style, label, ".", ",", blank="-")
        printed = PRINTERS[style](made, look)
        root = folder / style
        write_publication(
            root,
            {f"d.{printed.ending}": printed.data},
            table_files(made, look),
            entry=printed.entry,
        )
        command = [sys.executable, "-m", "openbaar", "--project", str(root), "--quiet", "convert"]
        yield measured(f"convert {ROWS_PRINTED:,} rows, {style}", *command)


def building(folder: Path) -> Iterator[Measured]:
    """Building a database of one large table, and what others take for the same CSV."""
    chance = random.Random(1)  # no secret
    columns = {
        "id": "integer",
        "year": "year",
        "place": "string",
        "n": "integer",
        "share": "number",
    }
    lines = [",".join(columns)]
    for number in range(ROWS_BUILT):
        place, n = word(chance.randrange(500)), chance.randrange(10**6)
        lines.append(f"{number},{2000 + number % 20},{place},{n},{chance.randrange(1000) / 10:.1f}")
    (folder / "t.csv").write_text("\n".join(lines) + "\n", "utf-8")
    hand_made = {
        "schema": schema(columns, ["id"]),
        "csv": (folder / "t.csv").read_text("utf-8"),
        "facets": ["year"],
    }
    write_publication(folder / "built", {"d.txt": b"x\n"}, {"t": hand_made})
    convert = [sys.executable, "-m", "openbaar", "--project", str(folder / "built"), "--quiet"]
    subprocess.run([*convert, "convert"], check=True)  # writes the trust tables, which are empty
    yield measured(
        f"build {ROWS_BUILT:,} rows",
        sys.executable,
        "-c",
        BUILD,
        str(folder / "built"),
        str(folder / "a.db"),
    )
    insert = [
        sys.executable,
        "-m",
        "sqlite_utils",
        "insert",
        str(folder / "b.db"),
        "t",
        str(folder / "t.csv"),
    ]
    yield measured("  sqlite-utils insert --csv", *insert, "--csv", "--silent")
    if shutil.which("sqlite3"):
        yield measured(
            "  sqlite3 .import",
            "sqlite3",
            str(folder / "c.db"),
            ".mode csv",
            f".import {folder / 't.csv'} t",
        )


def main() -> None:
    """Measure everything and print a table."""
    print(f"{'':32}{'seconds':>9}{'rows/s':>9}{'MB':>6}{'ratio':>8}")
    with tempfile.TemporaryDirectory(prefix="openbaar-bench-") as name:
        for part, rows in ((converting, ROWS_PRINTED), (building, ROWS_BUILT)):
            first: float | None = None
            for each in part(Path(name)):
                first = first or each.seconds
                ratio = f"{each.seconds / first:8.2f}"
                print(
                    f"{each.what:32}{each.seconds:9.1f}{rows / each.seconds:9.0f}{each.megabytes:6.0f}{ratio}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
