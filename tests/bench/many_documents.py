"""Converting many documents with one and with two workers: `make bench`.

200 texts and 100 PDFs are converted by one process and by two. Beside the time by the clock stands
what a machine with nothing else to do could reach: the processor seconds of one process, divided by
those of the main process and half of those of its workers. Compare the ratios; machines differ.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from reportlab.pdfgen.canvas import Canvas

from generated.printing import as_text
from generated.publication import schema, write_publication

TEXTS, ROWS_OF_TEXT = 200, 500
PDFS, ROWS_OF_PDF = 100, 450
ROWS_OF_PAGE = 50
COLUMNS = {"year": "year", "region": "string", "started": "integer", "completed": "integer"}

# What a run took of the processor by itself, without its workers.
RUN = """
import json, resource, sys
from openbaar.cli.main import main
try:
    main(sys.argv[1:])
except SystemExit as ended:
    if ended.code:
        raise
own = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps([own.ru_utime + own.ru_stime, own.ru_maxrss / 1024]))
"""

# The workers of a run are children of a process that outlives it, so whoever measures them adopts
# that process (PR_SET_CHILD_SUBREAPER of Linux) and waits for it.
MEASURE = """
import ctypes, json, os, resource, subprocess, sys, time
ctypes.CDLL(None).prctl(36, 1)
begun = time.perf_counter()
ran = subprocess.run(sys.argv[1:], check=True, stdout=subprocess.PIPE, text=True)
seconds = time.perf_counter() - begun
try:
    while True:
        os.wait()
except ChildProcessError:
    pass
everyone = resource.getrusage(resource.RUSAGE_CHILDREN)
own, megabytes = json.loads(ran.stdout.splitlines()[-1])
print(json.dumps([seconds, own, everyone.ru_utime + everyone.ru_stime, megabytes]))
"""


@dataclass(frozen=True)
class Measured:
    """What a run took: seconds by the clock, and of the processor by all its processes."""

    seconds: float
    main: float
    all: float
    megabytes: float

    def at_best(self, workers: int) -> float:
        """The seconds on a machine that has nothing else to do."""
        return self.main + (self.all - self.main) / workers


def row(document: int, number: int) -> list[str]:
    """The cells of a row, other ones in each document."""
    region = f"Regio {'abcdefghij'[document % 10]}{'abcdefghij'[number % 10]}"
    return [str(1900 + number % 100), f"{region} {chr(97 + number // 100)}"] + [
        f"{(document * 7919 + number * 104729 + column) % 99_999:,}".replace(",", ".")
        for column in range(2)
    ]


def text(document: int) -> bytes:
    """A text with a row on each line."""
    rows = [" ".join(row(document, number)) for number in range(ROWS_OF_TEXT)]
    return as_text([f"Tabel {document}", *rows])


def pdf(document: int, folder: Path) -> bytes:
    """A PDF with a row on each line, some on each page."""
    path = folder / "made.pdf"
    canvas = Canvas(str(path), invariant=True)
    for number in range(ROWS_OF_PDF):
        canvas.drawString(60, 800 - 15 * (number % ROWS_OF_PAGE), " ".join(row(document, number)))
        if number % ROWS_OF_PAGE == ROWS_OF_PAGE - 1:
            canvas.showPage()
    canvas.save()
    return path.read_bytes()


def publication(root: Path, documents: dict[str, bytes]) -> Path:
    """A publication with a table read from each document."""
    recipe: dict[str, Any] = {"by": "line", "rows": "{year} {region} {started} {completed}"}
    recipe |= {"numbers": "1.234,5", "skip": ["Tabel [0-9]+"]}
    recipe |= {"cells": {"region": {"pattern": "Regio .*"}}}
    tables = {}
    for name in documents:
        table = name.partition(".")[0]
        described = schema({**COLUMNS, "source_lines": "string"}, ["year", "region"])
        tables[table] = {"schema": described, "recipe": {**recipe, "document": f"sources/{name}"}}
    return write_publication(root, documents, tables)


def converted(root: Path, workers: int) -> Measured:
    """What converting a publication with that many workers takes."""
    options = ["--project", str(root), "--quiet", "convert", "--workers", str(workers)]
    command = [sys.executable, "-c", MEASURE, sys.executable, "-c", RUN, *options]
    ran = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return Measured(*json.loads(ran.stdout.splitlines()[-1]))


def compared(what: str, root: Path) -> Iterator[str]:
    """One line for each number of workers."""
    one = converted(root, 1)
    yield (
        f"{what}, one process: {one.seconds:.1f} s"
        f" ({one.all:.1f} s of a processor, {one.megabytes:.0f} MB)"
    )
    two = converted(root, 2)
    yield (
        f"{what}, two workers: {two.seconds:.1f} s"
        f" ({two.all:.1f} s of processors, {two.megabytes:.0f} MB in the main process),"
        f" {one.seconds / two.seconds:.2f} times as fast,"
        f" at best {one.all / two.at_best(2):.2f} times"
    )


def main() -> None:
    """Print what was measured."""
    with tempfile.TemporaryDirectory(prefix="openbaar-bench-") as made:
        folder = Path(made)
        texts = {f"d{number}.txt": text(number) for number in range(TEXTS)}
        for line in compared(f"{TEXTS} texts", publication(folder / "texts", texts)):
            print(line, flush=True)
        pdfs = {f"d{number}.pdf": pdf(number, folder) for number in range(PDFS)}
        for line in compared(f"{PDFS} PDFs", publication(folder / "pdfs", pdfs)):
            print(line, flush=True)


if __name__ == "__main__":
    main()
