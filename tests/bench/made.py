"""Large publications, made up: the same each time, and written without holding them in memory."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from generated.publication import TEXT, schema, write_publication

REGIONS = [f"region_{number}" for number in range(12)]
COLUMNS = {
    "id": "integer",
    "year": "year",
    "region": "string",
    "sector": "string",
    "gender": "string",
    "n": "integer",
    "share": "number",
    "day": "date",
    "remark": "string",
}
CONSTRAINTS = {
    "n": {"required": True, "minimum": 0, "maximum": 999_999},
    "region": {"pattern": "region_[0-9]+"},
    "gender": {"enum": ["f", "m", "x"]},
}


def rows(count: int) -> Iterator[str]:
    """Lines of a table of nine columns, 62 bytes each on average."""
    chance = random.Random(1)
    for number in range(count):
        year, month, day = 2000 + number % 24, 1 + number % 12, 1 + number % 28
        remark = "" if chance.random() < 0.7 else "see note"
        yield (
            f"{number},{year},{chance.choice(REGIONS)},sector {chance.randrange(300)} é,"
            f"{chance.choice('fmx')},{chance.randrange(10**6)},{chance.randrange(1000) / 10:.1f},"
            f"{year}-{month:02}-{day:02},{remark}\n"
        )


def long_publication(root: Path, count: int, **more: Any) -> Path:
    """A publication of one table of `count` rows; `more` is added to what its file says."""
    described = schema(COLUMNS, ["id"])
    for field in described["fields"]:
        if field["name"] in CONSTRAINTS:
            field["constraints"] = CONSTRAINTS[field["name"]]
    write_publication(root, {"d.txt": b"x\n"}, {"t": {"schema": described, **more}})
    _write_csv(root / "tables" / "t.csv", COLUMNS, rows(count))
    return root


def keyed_publication(root: Path, count: int, places: int) -> Path:
    """A publication of `count` rows with a key into a table of `places` rows."""
    columns = {"id": "integer", "place": "string", "n": "integer"}
    known = {"place": "string", "name": "string"}
    reference = {"resource": "places", "fields": ["place"]}
    keyed = schema(columns, ["id"], foreignKeys=[{"fields": ["place"], "reference": reference}])
    tables = {"places": {"schema": schema(known, ["place"])}, "t": {"schema": keyed}}
    write_publication(root, {"d.txt": b"x\n"}, tables)
    chance = random.Random(1)
    lines = (f"P{number:07},Place {number}\n" for number in range(places))
    _write_csv(root / "tables" / "places.csv", known, lines)
    lines = (f"{n},P{chance.randrange(places):07},{chance.randrange(1000)}\n" for n in range(count))
    _write_csv(root / "tables" / "t.csv", columns, lines)
    return root


def wide_publication(root: Path, count: int, width: int) -> Path:
    """A publication of `count` rows of `width` columns."""
    columns = {"id": "integer"} | {f"c{number}": "integer" for number in range(1, width)}
    write_publication(root, {"d.txt": b"x\n"}, {"t": {"schema": schema(columns, ["id"])}})
    chance = random.Random(1)
    lines = (
        ",".join([str(number), *(str(chance.randrange(10**6)) for _ in range(1, width))]) + "\n"
        for number in range(count)
    )
    _write_csv(root / "tables" / "t.csv", columns, lines)
    return root


def many_tables(root: Path, tables: int, count: int) -> Path:
    """A publication of so many tables of `count` rows each."""
    columns = {"year": "year", "started": "integer", "completed": "integer"}
    described = {}
    for number in range(tables):
        described[f"t{number}"] = {"schema": schema(columns, ["year"]), "facets": ["year"]}
    write_publication(root, {"d.txt": b"x\n"}, described)
    chance = random.Random(1)
    for name in described:
        lines = []
        for year in range(2025 - count, 2025):
            lines.append(f"{year},{chance.randrange(10**6)},{chance.randrange(10**5)}\n")
        _write_csv(root / "tables" / f"{name}.csv", columns, iter(lines))
    return root


def _write_csv(path: Path, columns: dict[str, str], lines: Iterator[str]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(columns) + "\n")
        file.writelines(lines)


if __name__ == "__main__":
    made = {"long": long_publication, "keyed": keyed_publication, "wide": wide_publication}
    made["many"] = many_tables
    kind, folder, *sizes = sys.argv[1:]
    made[kind](Path(folder), *map(int, sizes))
    print(json.dumps(TEXT), folder)
