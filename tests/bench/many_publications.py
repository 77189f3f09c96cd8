"""Publishing only what changed: `make bench`.

The publication of this repository, and one of 200 tables from 200 documents, are published from
nothing, with the pictures of their charts kept, after the title of one table changed, and with
nothing changed. Then there are 1,000 copies of ours: nothing changed, and some of them changed.
Only publishing from nothing, by several processes, has its goal by the clock: for that the machine
needs two processors that have nothing else to do.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.installed import as_installed
from generated.publication import TEXT, schema, write_publication

ROOT = Path(__file__).parent.parent.parent
PARTS = ("tables", "sources", "datapackage.json", "metadata.yml", "CITATION.cff")
TABLES, YEARS, PUBLICATIONS, CHANGED = 200, 20, 1_000, 8
SETTLED = 2.5  # seconds after which the time of a file is believed


@dataclass(frozen=True)
class Measured:
    """What a run took: seconds by the clock, and of the processor."""

    clock: float
    processor: float


def published(*folders: Path) -> Measured:
    """Publish folders in a process of its own, by one worker."""
    command = [sys.executable, "-m", "openbaar", "--quiet", "publish", "--workers", "1"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    subprocess.run([*command, *folders], check=True, stdout=subprocess.DEVNULL)
    clock = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Measured(clock, used)


def ours(root: Path) -> Path:
    """A copy of the publication of this repository, never published."""
    root.mkdir()
    for name in PARTS:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, root / name)
    return root


def many_tables(root: Path) -> Path:
    """A publication of many tables, each read from its own document, with a chart."""
    tables: dict[str, Any] = {}
    documents: dict[str, bytes] = {}
    columns = {"year": "year", "region": "string", "started": "integer", "source_lines": "string"}
    cells = {"region": {"pattern": "Regio ."}}
    for table in range(TABLES):
        lines = [
            f"{2000 + year} Regio {region} {(year * 7919 + table * 31 + ord(region)) % 9999}\n"
            for year in range(YEARS)
            for region in "abc"
        ]
        documents[f"d{table}.txt"] = "".join(lines).encode()
        described = schema(columns, ["year", "region"])
        described["fields"][2]["unit"] = TEXT
        recipe = {"by": "line", "rows": "{year} {region} {started}", "cells": cells}
        tables[f"t{table}"] = {
            "schema": described,
            "recipe": {**recipe, "document": f"sources/d{table}.txt"},
            "chart": {"x": "year", "y": "started", "color": "region"},
        }
    return write_publication(root, documents, tables)


def change_title(root: Path) -> None:
    """Change the title of one table, in the first language that it has."""
    path = root / "tables" / "t7.yaml"
    if not path.exists():
        path = root / "tables" / "hybrid_programmes.yaml"
    text = path.read_text("utf-8")
    before, quote, rest = text.partition('title"' if text.startswith("{") else "title")
    language, mark, title = rest.partition(': "')
    path.write_text(f"{before}{quote}{language}{mark}x{title}", "utf-8")


def in_each_state(what: str, root: Path) -> Iterator[tuple[str, Measured]]:
    """Publishing one publication from nothing, with pictures kept, after an edit, unchanged."""
    yield f"{what}, from nothing", published(root)
    shutil.rmtree(root / "dist")
    shutil.rmtree(root / "build" / ".openbaar")
    yield f"{what}, from nothing, pictures kept", published(root)
    time.sleep(SETTLED)
    change_title(root)
    yield f"{what}, one title changed", published(root)
    time.sleep(SETTLED)
    published(root)  # what was written a moment ago is read again
    yield f"{what}, nothing changed", published(root)


def copies(folder: Path, root: Path) -> Iterator[tuple[str, Measured]]:
    """Publishing many copies of a publication; their files are links, so they take no room."""
    folders = [folder / f"p{number}" for number in range(PUBLICATIONS)]
    for each in folders:
        shutil.copytree(root, each, copy_function=lambda old, new: Path(new).hardlink_to(old))
    yield f"{PUBLICATIONS:,} of ours, nothing changed", published(*folders)
    for changed in (CHANGED, 2 * CHANGED):
        for each in folders[:changed]:
            path = each / "tables" / "hybrid_programmes.yaml"
            text = path.read_text("utf-8")
            path.unlink()
            path.write_text(text + f"# {changed}\n", "utf-8")
        yield f"{PUBLICATIONS:,} of ours, {changed} changed", published(*folders)


def goals(found: dict[str, Measured]) -> Iterator[tuple[str, float, float]]:
    """Each goal, what was measured, and the most that it may be."""
    yield "ours from nothing, seconds by the clock", found["ours, from nothing"].clock, 2.5
    yield "ours unchanged, processor seconds", found["ours, nothing changed"].processor, 0.5
    tables = f"{TABLES} tables"
    unchanged = found[f"{tables}, nothing changed"]
    yield f"{tables} unchanged, processor seconds", unchanged.processor, 1
    for what in ("ours", tables):
        edited = found[f"{what}, one title changed"].processor
        whole = found[f"{what}, from nothing"].processor
        yield f"{what}, one title changed / from nothing", edited / whole, 0.5
    many = f"{PUBLICATIONS:,} of ours"
    unchanged = found[f"{many}, nothing changed"]
    yield f"{many} unchanged, processor seconds", unchanged.processor, 1
    once = found[f"{many}, {CHANGED} changed"].processor - unchanged.processor
    twice = found[f"{many}, {2 * CHANGED} changed"].processor - unchanged.processor
    yield f"{many}, {2 * CHANGED} changed / {CHANGED} changed", twice / once, 2.2


def main() -> None:
    """Measure everything, print it, and say of each goal whether it is met."""
    as_installed()
    found: dict[str, Measured] = {}
    print(f"{'':44}{'seconds':>9}{'of the processor':>18}")
    with tempfile.TemporaryDirectory(prefix="openbaar-bench-") as name:
        folder = Path(name)
        mine = ours(folder / "ours")
        steps = [
            in_each_state("ours", mine),
            in_each_state(f"{TABLES} tables", many_tables(folder / "tables")),
            copies(folder / "many", mine),
        ]
        for step in steps:
            for what, measured in step:
                found[what] = measured
                print(f"{what:44}{measured.clock:9.2f}{measured.processor:18.2f}", flush=True)
    for goal, value, most in goals(found):
        verdict = "met" if value <= most else "NOT met"
        print(f"{goal:60}{value:9.3g}, at most {most:.3g}: {verdict}")


if __name__ == "__main__":
    main()
