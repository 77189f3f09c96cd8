"""Converting many documents with one and with two workers, and long ones: `make bench`.

200 texts and 100 PDFs are converted by one process, by two, and by a Dask cluster of two workers on
this machine, in turns, nothing kept of the turn before. Of each stands the turn in the
middle. What is done once, to start and to put files in place, is a share of the time that becomes
smaller where documents are longer. Beside the time by the clock stands what a machine with nothing else to do could
reach: the processor seconds of one process, divided by those of the main process and half of those
of its workers. What their server imports is left out of that, because it does so while the main
process imports as much, and reads the publication. A CSV file of 200,000 rows and a text of 100,000
are converted by one process. Whether the time for a document grows with their number, short texts
show, a few and ten times as many. A ruled PDF is read by us, and by pdfplumber alone. Compare the
ratios; machines differ.
"""

from __future__ import annotations

import io
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import pdfplumber
from reportlab.pdfgen.canvas import Canvas

from bench.installed import as_installed
from generated.printing import as_text
from generated.publication import schema, write_publication
from openbaar.documents.ruled import read_pdf_tables
from openbaar.tables.converting.worker_server import needed_for

TEXTS, ROWS_OF_TEXT = 200, 1_000
PDFS, ROWS_OF_PDF = 100, 450
ROWS_OF_PAGE = 50
FEW_SHORT, MANY_SHORT, ROWS_OF_SHORT = 200, 2000, 20
TURNS = 3
ROWS_OF_CSV, ROWS_OF_LONG_TEXT, ROWS_OF_RULED = 200_000, 100_000, 1_000
COLUMNS = {"year": "year", "region": "string", "started": "integer", "completed": "integer"}

# What a run took of the processor by itself, without its workers.
RUN = """
import json, resource
from openbaar.cli.main import run
try:
    run()
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

    def at_best(self, workers: int, beside: float = 0) -> float:
        """The seconds on a machine that has nothing else to do.

        `beside` is what another process did while the main process was not ready for its workers.
        """
        return self.main + (self.all - self.main - beside) / workers


@dataclass(frozen=True)
class Cluster:
    """A Dask scheduler and two workers, each a process of its own."""

    address: str
    processes: list[subprocess.Popen[str]]

    def processor_seconds(self) -> float:
        """What its processes took of the processor so far."""
        ticks = 0
        for process in self.processes:
            status = Path(f"/proc/{process.pid}/stat").read_text("utf-8").rpartition(")")[2]
            ticks += sum(map(int, status.split()[11:13]))
        return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """A cluster on this machine, which ends with the block."""
    with ExitStack() as stack:

        def start(awaited: str, command: str, *arguments: str) -> tuple[Any, str]:
            program = [sys.executable, "-m", f"distributed.cli.{command}", *arguments]
            here = ["--host", "127.0.0.1", "--no-dashboard"]
            with (folder / f"{len(processes)}.log").open("w") as log:
                process = subprocess.Popen([*program, *here], stderr=log, text=True, cwd=folder)
            stack.enter_context(process)
            stack.callback(process.terminate)
            while not (found := re.findall(awaited, Path(log.name).read_text("utf-8"))):
                assert process.poll() is None
                time.sleep(0.1)
            return process, found[0]

        processes: list[subprocess.Popen[str]] = []
        scheduler, address = start(r"tcp://127\.0\.0\.1:\d+", "dask_scheduler", "--port", "0")
        processes.append(scheduler)
        for _ in range(2):
            alone = ("--nthreads", "1", "--no-nanny")
            worker, _ = start("Starting established connection", "dask_worker", address, *alone)
            processes.append(worker)
        yield Cluster(address, processes)


def row(document: int, number: int) -> list[str]:
    """The cells of a row, other ones in each document."""
    region = f"Regio {'abcdefghij'[document % 10]}{'abcdefghij'[number % 10]}"
    return [str(1900 + number % 100), f"{region} {chr(97 + number // 100)}"] + [
        f"{(document * 7919 + number * 104729 + column) % 99_999:,}".replace(",", ".")
        for column in range(2)
    ]


def text(document: int, count: int = ROWS_OF_TEXT) -> bytes:
    """A text with a row on each line."""
    rows = [" ".join(row(document, number)) for number in range(count)]
    return as_text([f"Tabel {document}", *rows])


def pdf(document: int, folder: Path) -> bytes:
    """A PDF with a title and a row on each line, some on each page."""
    path = folder / "made.pdf"
    canvas = Canvas(str(path), invariant=True)
    canvas.drawString(60, 815, f"Tabel {document}")
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


def converted(root: Path, *how: str) -> Measured:
    """What converting a publication takes, nothing of which was read before."""
    shutil.rmtree(root / "build", ignore_errors=True)
    options = ["--project", str(root), "--quiet", "convert", *how]
    command = [sys.executable, "-c", MEASURE, sys.executable, "-c", RUN, *options]
    ran = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return Measured(*json.loads(ran.stdout.splitlines()[-1]))


def converted_by_cluster(root: Path, dask: Cluster) -> Measured:
    """What converting a publication by a cluster takes, with what the cluster takes for it."""
    before = dask.processor_seconds()
    ran = converted(root, "--scheduler", dask.address)
    return replace(ran, all=ran.all + dask.processor_seconds() - before)


def imported(root: Path) -> float:
    """The processor seconds that the server of the workers takes to import what they need."""
    needed = needed_for((root / "sources").iterdir())
    command = [sys.executable, "-c", f"import {', '.join(needed)}"]
    taken = []
    for _ in range(TURNS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return sorted(taken)[TURNS // 2]


def in_the_middle(turns: Sequence[Measured]) -> Measured:
    """The turn of which as many took more of the processor as took less.

    The least of each would flatter: a quiet moment of one is set against one of another.
    """
    return sorted(turns, key=lambda ran: ran.all)[len(turns) // 2]


def compared(what: str, root: Path, dask: Cluster) -> Iterator[str]:
    """A line for one process, for two workers, and for a cluster."""
    runs = []
    for _ in range(TURNS):
        one = converted(root, "--workers", "1")
        runs.append((one, converted(root, "--workers", "2"), converted_by_cluster(root, dask)))
    one, two, spread = (in_the_middle(turns) for turns in zip(*runs, strict=True))
    yield (
        f"{what}, one process: {one.seconds:.1f} s"
        f" ({one.all:.1f} s of a processor, {one.megabytes:.0f} MB)"
    )
    best = two.at_best(2, beside=imported(root))
    yield (
        f"{what}, two workers: {two.seconds:.1f} s"
        f" ({two.all:.1f} s of processors, {two.main:.1f} s and"
        f" {two.megabytes:.0f} MB in the main process),"
        f" {one.seconds / two.seconds:.2f} times as fast, at best {one.all / best:.2f} times"
    )
    yield (
        f"{what}, Dask: {spread.seconds:.1f} s"
        f" ({spread.all:.1f} s of processors, {spread.main:.1f} s in the main process),"
        f" {spread.seconds / two.seconds:.2f} times two workers,"
        f" at best {spread.at_best(2) / best:.2f} times"
    )


def short_texts(folder: Path) -> str:
    """How much longer a short text takes among many than among few."""
    taken = []
    for count in (FEW_SHORT, MANY_SHORT):
        texts = {f"d{number}.txt": text(number, ROWS_OF_SHORT) for number in range(count)}
        root = publication(folder / str(count), texts)
        taken.append(converted(root, "--workers", "1").all / count)
    few, many = (1000 * seconds for seconds in taken)
    return (
        f"a text of {ROWS_OF_SHORT} rows: {few:.1f} ms among {FEW_SHORT},"
        f" {many:.1f} ms among {MANY_SHORT}, {many / few:.2f} times as long"
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
    as_installed()
    with tempfile.TemporaryDirectory(prefix="openbaar-bench-") as made, ExitStack() as stack:
        folder = Path(made)
        dask = stack.enter_context(cluster(folder))
        texts = {f"d{number}.txt": text(number) for number in range(TEXTS)}
        for line in compared(f"{TEXTS} texts", publication(folder / "texts", texts), dask):
            print(line, flush=True)
        pdfs = {f"d{number}.pdf": pdf(number, folder) for number in range(PDFS)}
        for line in compared(f"{PDFS} PDFs", publication(folder / "pdfs", pdfs), dask):
            print(line, flush=True)
        print(short_texts(folder / "short"), flush=True)
        for ending, rows in {"csv": ROWS_OF_CSV, "txt": ROWS_OF_LONG_TEXT}.items():
            long = converted(long_document(folder / ending, ending, rows), "--workers", "1")
            print(f"{rows} rows of {ending}: {long.all:.1f} s, {long.megabytes:.0f} MB", flush=True)
        print(ruled_compared(ruled(folder / "ruled.pdf")))


if __name__ == "__main__":
    main()
