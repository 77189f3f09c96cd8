"""Converting many documents with one and with two workers, and long ones: `make bench`.

200 texts and 100 PDFs are converted by one process and by two. Beside the time by the clock stands
what a machine with nothing else to do could reach: the processor seconds of one process, divided by
those of the main process and half of those of its workers. A CSV file of 200,000 rows and a text of 100,000
are converted by one process. A ruled PDF is read by us, and by pdfplumber alone. Compare the ratios;
machines differ.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import pdfplumber
from reportlab.pdfgen.canvas import Canvas

from generated.printing import as_text
from generated.publication import schema, write_publication
from openbaar.documents.ruled import read_pdf_tables

TEXTS, ROWS_OF_TEXT = 200, 500
PDFS, ROWS_OF_PDF = 100, 450
ROWS_OF_PAGE = 50
ROWS_OF_CSV, ROWS_OF_LONG_TEXT, ROWS_OF_RULED = 200_000, 100_000, 1_000
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


def long_document(root: Path, ending: str, rows: int) -> Path:
    """A publication of one table, from a CSV file or from a text with a row on each line."""
    separator = "," if ending == "csv" else " "
    lines = [separator.join([str(key), f"Regio {key % 10}", str(key * 7919 % 99_999)])
             for key in range(rows)]  # fmt: skip
    recipe: dict[str, Any] = {"by": "line", "rows": "{key} {region} {n}"}
    recipe |= {"cells": {"region": {"pattern": "Regio .*"}}}
    if ending == "csv":
        lines = ["key,region,n", *lines]
        recipe = {"header": "key | region | n", "rows": "{key} | {region} | {n}"}
    columns = {"key": "integer", "region": "string", "n": "integer", "source_lines": "string"}
    table = {"schema": schema(columns, ["key"]), "recipe": recipe}
    return write_publication(root, {f"d.{ending}": as_text(lines)}, {"t": table})


def ruled(path: Path) -> bytes:
    """A PDF with a ruled table on each page."""
    canvas = Canvas(str(path), invariant=True)
    bottom = 800 - 14 * ROWS_OF_PAGE
    for first in range(0, ROWS_OF_RULED, ROWS_OF_PAGE):
        for line in range(ROWS_OF_PAGE + 1):
            canvas.line(50, 800 - 14 * line, 530, 800 - 14 * line)
        for column in range(7):
            canvas.line(50 + 80 * column, 800, 50 + 80 * column, bottom)
        for line in range(ROWS_OF_PAGE):
            for column in range(6):
                number = (first + line) * 7919 * column % 99_999
                canvas.drawString(54 + 80 * column, 789 - 14 * line, str(number))
        canvas.showPage()
    canvas.save()
    return path.read_bytes()


def ruled_compared(data: bytes) -> str:
    """How long we take for a ruled PDF, and pdfplumber for the same tables."""
    read_pdf_tables(data, "ruled.pdf")  # what is imported late is there for both
    begun = time.process_time()
    read_pdf_tables(data, "ruled.pdf")
    ours = time.process_time() - begun
    begun = time.process_time()
    with pdfplumber.open(io.BytesIO(data)) as pdf:
        for page in pdf.pages:
            page.extract_tables()
            page.close()
    theirs = time.process_time() - begun
    return f"ruled PDF of {ROWS_OF_RULED} rows: {ours:.1f} s, {ours / theirs:.2f} times pdfplumber"


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
        for ending, rows in {"csv": ROWS_OF_CSV, "txt": ROWS_OF_LONG_TEXT}.items():
            long = converted(long_document(folder / ending, ending, rows), 1)
            print(f"{rows} rows of {ending}: {long.all:.1f} s, {long.megabytes:.0f} MB", flush=True)
        print(ruled_compared(ruled(folder / "ruled.pdf")))


if __name__ == "__main__":
    main()
