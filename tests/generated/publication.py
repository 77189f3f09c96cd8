"""A publication written by a test: its documents and its authored files from plain data.

JSON is YAML, and `json.dumps` writes no aliases, which authored files may not hold.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from openbaar.tables.authored.publication import TRUST_TABLES
from openbaar.tables.authored.references import load_publication
from openbaar.tables.converting.convert import convert

TEXT = {"en": "made up"}
LICENCE = [{"name": "CC0-1.0", "title": "CC0"}]
Rows = list[dict[str, str]]


def write_publication(
    root: Path,
    documents: Mapping[str, bytes],
    tables: Mapping[str, Mapping[str, Any]],
    package: Mapping[str, Any] | None = None,
    entry: Mapping[str, Any] | None = None,
) -> Path:
    """Write a publication into `root`, and return that.

    `documents` are bytes by file name, `tables` what each table file says but for its texts; a
    table with `csv` gets that as its rows. `package` and `entry` add to the package file and to
    each of its documents.
    """
    for folder in ("sources", "tables"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    for name, data in documents.items():
        (root / "sources" / name).write_bytes(data)
    for name, table in tables.items():
        said = dict(table)
        if "csv" in said:
            (root / "tables" / f"{name}.csv").write_text(said.pop("csv"), "utf-8")
        _write(root / "tables" / f"{name}.yaml", {"title": TEXT, "description": TEXT, **said})
    described = [
        {
            "path": f"sources/{name}",
            "sha256": hashlib.sha256(data).hexdigest(),
            "title": TEXT,
            **(entry or {}),
        }
        for name, data in documents.items()
    ]
    known = {
        **dict.fromkeys(("title", "description"), TEXT),
        **dict.fromkeys(("licenses", "additions"), LICENCE),
        **{
            "name": "made-up",
            "version": "1.0.0",
            "languages": ["en"],
            "contributors": [{"title": "nobody"}],
        },
        **{"documents": described, "tables": list(tables)},
    }
    _write(root / "tables" / "package.yaml", {**known, **(package or {})})
    return root


def write_several(root: Path, count: int) -> Path:
    """Write a publication of several documents, each with a title, a licence and a table."""
    documents = {f"d{number}.txt": f"{number} 1\n".encode() for number in range(count)}
    described: list[dict[str, Any]] = []
    tables: dict[str, dict[str, Any]] = {}
    for number, (name, data) in enumerate(documents.items()):
        path = f"sources/{name}"
        digest = hashlib.sha256(data).hexdigest()
        said = {"title": {"en": f"Document {number}"}, "license": f"Licence {number}"}
        described.append({"path": path, "sha256": digest, **said})
        tables[f"t{number}"] = {
            "schema": schema({"key": "integer", "n": "integer"}, ["key"]),
            "recipe": {"document": path, "rows": "{key} {n}"},
        }
    return write_publication(root, documents, tables, {"documents": described})


def _write(path: Path, data: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(data, ensure_ascii=False), "utf-8")


def schema(columns: Mapping[str, str], key: list[str], **more: Any) -> dict[str, Any]:
    """A Table Schema with these columns and their types, and a primary key."""
    fields = [
        {"name": name, "type": kind, "title": TEXT, "description": TEXT}
        for name, kind in columns.items()
    ]
    return {"fields": fields, "primaryKey": key, **more}


def converted(root: Path) -> dict[str, Rows]:
    """All tables of the publication in `root`, converted: their rows as texts.

    Raises OpenbaarError.
    """
    files = convert(load_publication(root)).files
    return {
        Path(path).stem: list(csv.DictReader(io.StringIO(data.decode())))
        for path, data in files.items()
    }


def data_of(tables: Mapping[str, Rows]) -> dict[str, Rows]:
    """The tables but for the ones that the toolkit makes."""
    return {name: rows for name, rows in tables.items() if name not in TRUST_TABLES}
