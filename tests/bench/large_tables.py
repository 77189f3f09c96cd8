"""Processor time and memory on large made-up tables: `make bench`.

A document of 20,000 rows in groups with totals is converted three times: printed as rows on lines,
in the order of cells that Word gives, and as CSV. Then a CSV file of a million rows and nine
columns (`OPENBAAR_BENCH_ROWS` sets another number) is loaded and published, and other programs are
given the same file: those that load it without checking it, and those that check it. Each is
measured in a process of its own, with its start. Goals are ratios between them; machines differ.

Our modules are compiled first, as pip compiles those that it installs: Python is sometimes told not
to keep bytecode, and then compiles all of ours, and none of the others', at each start.

csvs-to-sqlite and datapackage-to-datasette are measured where these commands are on the PATH: they
need other versions of our libraries, so install them in an environment of their own.
"""

from __future__ import annotations

import os
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

from bench.installed import as_installed
from bench.made import COLUMNS, keyed_publication, long_publication, wide_publication
from generated.printing import PRINTERS
from generated.publication import write_publication
from generated.recipes import table_files
from generated.tables import Look, Made, Row
from openbaar.placing import CACHE

ROWS_PRINTED, GROUP = 20_000, 20
ROWS = int(os.environ.get("OPENBAAR_BENCH_ROWS", "1_000_000"))
MEGABYTES = 400  # the most that any table may take

SQL_TYPES = {"integer": "INTEGER", "year": "INTEGER", "number": "REAL"}
TABLE = ", ".join(f"{name} {SQL_TYPES.get(kind, 'TEXT')}" for name, kind in COLUMNS.items())
CREATE = f"CREATE TABLE t ({TABLE}, PRIMARY KEY (id)) STRICT"
LOAD = """
import sqlite3, sys
from pathlib import Path
from openbaar.database.build import watch_nothing
from openbaar.database.bulk import load
from openbaar.database.statements import create_statement
from openbaar.tables.dataset import read_table_data
from openbaar.tables.authored.references import load_publication
publication = load_publication(Path(sys.argv[1]))
table = publication.tables["t"]
data = read_table_data(publication, table)
connection = sqlite3.connect(sys.argv[2])
connection.execute(create_statement(table, data.whole, "en"))
connection.close()
load(Path(sys.argv[2]), data, watch_nothing)
"""
EXECUTEMANY = f"""
import csv, sqlite3, sys
connection = sqlite3.connect(sys.argv[2], isolation_level=None)
connection.execute("PRAGMA journal_mode = OFF")
connection.execute("PRAGMA synchronous = OFF")
connection.execute("{CREATE}")
connection.execute("BEGIN")
with open(sys.argv[1], encoding="utf-8", newline="") as file:
    rows = csv.reader(file)
    next(rows)
    connection.executemany("INSERT INTO t VALUES ({", ".join("?" * len(COLUMNS))})", rows)
connection.execute("COMMIT")
"""
FRICTIONLESS = """
import sys
from frictionless import Package
assert Package(sys.argv[1]).validate().valid
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


def measured(what: str, *command: str | Path) -> Measured:
    """Run a program to its end, below a small process that measures it.

    Raises CalledProcessError when it fails.
    """
    run = subprocess.run(
        [sys.executable, "-c", MEASURE, *command], check=True, stdout=subprocess.PIPE, text=True
    )
    seconds, kilobytes = run.stdout.split()
    return Measured(what, float(seconds), int(kilobytes) / 1024)


def openbaar(what: str, root: Path, *arguments: str) -> Measured:
    """Run a command of ours on a publication."""
    command = [sys.executable, "-m", "openbaar", "--project", root, "--quiet", *arguments]
    return measured(what, *command)


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
        documents = {f"d.{printed.ending}": printed.data}
        write_publication(root, documents, table_files(made, look), entry=printed.entry)
        yield openbaar(f"convert {ROWS_PRINTED:,} rows, {style}", root, "convert")


def loading(folder: Path) -> Iterator[Measured]:
    """Loading, checking and publishing one CSV file, by us and by others."""
    root = long_publication(folder / "long", ROWS)
    file = root / "tables" / "t.csv"
    openbaar("", root, "convert")  # writes the trust tables, which are empty
    openbaar("", root, "package")
    python = sys.executable
    if shutil.which("sqlite3"):
        load = (".mode csv", f".import --skip 1 {file} t")
        yield measured(".import", "sqlite3", folder / "import.db", CREATE, *load)
    yield measured("executemany", python, "-c", EXECUTEMANY, file, folder / "many.db")
    _forget(root)
    yield measured("load", python, "-c", LOAD, root, folder / "load.db")
    _forget(root)
    yield openbaar("build", root, "build")
    yield _published_from_nothing(root)
    yield openbaar("publish unchanged", root, "publish")
    package = root / "tables" / "package.yaml"
    package.write_text(package.read_text("utf-8").replace("made up", "made anew", 1), "utf-8")
    yield openbaar("publish edited", root, "publish")
    insert = [python, "-m", "sqlite_utils", "insert", folder / "utils.db", "t", file, "--csv"]
    yield measured("sqlite-utils", *insert, "--silent")
    yield measured("frictionless", python, "-c", FRICTIONLESS, root / "datapackage.json")
    if shutil.which("csvs-to-sqlite"):
        yield measured("csvs-to-sqlite", "csvs-to-sqlite", file, folder / "csvs.db")
    if shutil.which("datapackage-to-datasette"):
        outputs = (folder / "package.db", root / "datapackage.json", folder / "metadata.json")
        yield measured("datapackage-to-datasette", "datapackage-to-datasette", *outputs)


def _forget(root: Path) -> None:
    """Remove what was found in the files of a publication, so that they are checked again."""
    shutil.rmtree(root / CACHE)


def _published_from_nothing(root: Path) -> Measured:
    """Publishing, the middle one of three times: what else runs weighs most on what is short."""
    times = []
    for _ in range(3):
        for folder in ("build", "dist", "tables/releases"):
            shutil.rmtree(root / folder, ignore_errors=True)
        (root / "tables" / "permalinks.json").unlink(missing_ok=True)
        times.append(openbaar("publish", root, "publish"))
    return sorted(times, key=lambda each: each.seconds)[1]


def growing(folder: Path) -> Iterator[Measured]:
    """Publishing tables of other sizes and forms."""
    root = long_publication(folder / "longer", ROWS * 3)
    yield openbaar("publish three times as long", root, "publish")
    shutil.rmtree(root)
    root = keyed_publication(folder / "keyed", ROWS, ROWS // 2)
    yield openbaar("publish with keys", root, "publish")
    root = wide_publication(folder / "wide", ROWS // 25, 200)
    yield openbaar("publish 200 columns", root, "publish")


WORDS = {
    ".import": "sqlite3 .import into a typed table",
    "executemany": "csv and executemany",
    "load": "openbaar: checked and loaded",
    "build": "openbaar build",
    "publish": "openbaar publish",
    "publish unchanged": "openbaar publish, nothing changed",
    "publish edited": "openbaar publish, a title changed",
    "sqlite-utils": "sqlite-utils insert --csv",
    "frictionless": "frictionless validate",
    "publish three times as long": "openbaar publish, 3 times the rows",
    "publish with keys": "openbaar publish, keys into half as many",
    "publish 200 columns": "openbaar publish, as many cells, 200 wide",
}


def goals(found: dict[str, Measured]) -> Iterator[tuple[str, float, float]]:
    """Each goal, what was measured, and the most that it may be."""
    seconds = {name: each.seconds for name, each in found.items()}
    publish = seconds["publish"]
    if ".import" in seconds:
        loaded = seconds[".import"]
        yield "load / .import", seconds["load"] / loaded, 1.7
        yield "publish / .import", publish / loaded, 8
    both = seconds["sqlite-utils"] + seconds["frictionless"]
    yield "publish / (frictionless and sqlite-utils)", publish / both, 1 / 15
    if "datapackage-to-datasette" in seconds:
        other = seconds["datapackage-to-datasette"]
        yield "publish / datapackage-to-datasette", publish / other, 1 / 15
    yield "time of 3 times the rows", seconds["publish three times as long"] / publish, 3.3
    for name in ("publish", *list(WORDS)[-3:]):
        yield f"megabytes, {WORDS[name]}", found[name].megabytes, MEGABYTES


def shown(part: Iterator[Measured], rows: int) -> dict[str, Measured]:
    """Print what is measured as it comes, with its ratio to the first."""
    found: dict[str, Measured] = {}
    for each in part:
        found[each.what] = each
        first = next(iter(found.values())).seconds
        print(
            f"{WORDS.get(each.what, each.what):42}{each.seconds:9.1f}{rows / each.seconds:11,.0f}"
            f"{each.megabytes:7.0f}{each.seconds / first:8.2f}",
            flush=True,
        )
    return found


def main() -> None:
    """Measure everything, print a table, and say of each goal whether it is met."""
    as_installed()
    print(f"{'':42}{'seconds':>9}{'rows/s':>11}{'MB':>7}{'ratio':>8}")
    with tempfile.TemporaryDirectory(prefix="openbaar-bench-") as name:
        shown(converting(Path(name)), ROWS_PRINTED)
        found = shown(loading(Path(name)), ROWS)
        found |= shown(growing(Path(name)), ROWS)
    for goal, value, most in goals(found):
        verdict = "met" if value <= most else "NOT met"
        print(f"{goal:60}{value:9.3g}, at most {most:.3g}: {verdict}")


if __name__ == "__main__":
    main()
