"""Processor time of charts, beside Vega-Lite: `python tests/bench/charts.py`.

The same columns are drawn in one process by us, for a wide page and for a phone, and by Vega-Lite
through vl-convert, which draws one picture that fits neither. Then all charts of the publication of
this repository are put into a database, with their PNG made and with those of the run before, and
the PNG alone are made, by us and as vl-convert makes them, with as few colours. Time of processes
that help is included. Read the ratios; machines differ.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from io import BytesIO
from pathlib import Path

import vl_convert
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent.parent))

from datasets import dataset_of
from openbaar.database.build import build_database
from openbaar.database.charts.png_files import SCALE, SHADES, Drawers
from openbaar.database.drawing.draw import NARROW, WIDE, draw
from openbaar.database.drawing.picture import Category, Mark, Picture, Series
from openbaar.database.drawing.svg import standalone
from openbaar.package.descriptor import descriptor
from openbaar.tables.authored.references import load_publication

ROOT = Path(__file__).parent.parent.parent
TIMES, YEARS, COLORS = 50, 10, 3
LEFT_OUT = shutil.ignore_patterns("build", "dist", ".*", "scripts", "tests")


def main() -> None:
    """Measure, and print what each took."""
    ours = seconds(draw_ours)
    theirs = seconds(draw_theirs)
    print(f"{TIMES} charts of {YEARS * COLORS} columns, both widths, by us   {ours:6.2f} s")
    print(f"{TIMES} charts of {YEARS * COLORS} columns, by Vega-Lite         {theirs:6.2f} s")
    print(f"Vega-Lite takes {theirs / ours:.1f} times as long")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "publication"
        shutil.copytree(ROOT, root, ignore=LEFT_OUT)
        dataset = dataset_of(load_publication(root))
        target = root / "build" / "it.db"

        def build() -> None:
            build_database(dataset, descriptor(dataset), target)

        first, again = seconds(build), seconds(build)
        drawings = drawings_in(target)
    print(f"the database of the publication, with new PNG      {first:6.2f} s")
    print(f"the same, with the PNG of the run before           {again:6.2f} s")
    ours = seconds(lambda: rasterise_ours(drawings))
    theirs = seconds(lambda: rasterise_theirs(drawings))
    print(f"{len(drawings)} PNG, by us                                      {ours:6.2f} s")
    print(f"{len(drawings)} PNG, by vl-convert, made smaller                {theirs:6.2f} s")
    print(f"the latter takes {theirs / ours:.1f} times as long")


def seconds(work: Callable[[], None]) -> float:
    """The processor time that some work takes, of this process and of those that it waited for."""
    begin = sum(os.times()[:4])
    work()
    return sum(os.times()[:4]) - begin


def drawings_in(database: Path) -> list[str]:
    """The charts in a database, each as a file of its own."""
    with closing(sqlite3.connect(database)) as connection:
        charts = connection.execute("SELECT wide, title, told FROM _charts").fetchall()
    return [standalone(*chart) for chart in charts]


def rasterise_ours(drawings: list[str]) -> None:
    """Make the PNG of each drawing, as publishing does."""
    with tempfile.TemporaryDirectory() as folder, Drawers(Path(folder), Path(folder)) as drawers:
        for drawing in drawings:
            drawers.ask(drawing)


def rasterise_theirs(drawings: list[str]) -> None:
    """Make the PNG of each drawing with vl-convert, in fonts of the system; reduce its colours."""
    for drawing in drawings:
        drawn = vl_convert.svg_to_png(drawing, scale=SCALE)
        image = Image.open(BytesIO(drawn)).convert("RGB")
        image.quantize(SHADES, method=Image.Quantize.FASTOCTREE).save(BytesIO(), "PNG")


def draw_ours() -> None:
    """Draw the chart as a page has it."""
    marks: list[Mark] = []
    for year in range(YEARS):
        for color in range(COLORS):
            marks.append(Mark(f"{year},{color}", year, color, value(year, color), "1"))
    picture = Picture(
        form="columns",
        title="Title",
        subtitle="Number (units)",
        categories=[Category(str(2000 + year)) for year in range(YEARS)],
        series=[Series(f"kind {color}", f"c{color + 1}") for color in range(COLORS)],
        marks=marks,
        tick_text=str,
    )
    for _ in range(TIMES):
        draw(picture, WIDE)
        draw(picture, NARROW)


def draw_theirs() -> None:
    """Draw the same columns with Vega-Lite."""
    rows: list[dict[str, object]] = []
    for year in range(YEARS):
        for color in range(COLORS):
            rows.append({"x": 2000 + year, "y": value(year, color), "color": f"kind {color}"})
    specification = {
        "data": {"values": rows},
        "mark": "bar",
        "encoding": {
            "x": {"field": "x", "type": "nominal"},
            "y": {"field": "y", "type": "quantitative"},
            "xOffset": {"field": "color"},
            "color": {"field": "color"},
        },
    }
    for _ in range(TIMES):
        vl_convert.vegalite_to_svg(specification)


def value(year: int, color: int) -> float:
    """A made-up figure."""
    return 100 + 17 * year % 90 + 31 * color


if __name__ == "__main__":
    main()
