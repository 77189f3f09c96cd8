"""A long table read in blocks gives the bytes, and the problems, of one that is read as a whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generated.publication import schema, write_publication
from openbaar.errors import OpenbaarError
from openbaar.tables.authored.references import load_publication
from openbaar.tables.converting.convert import convert_to_files
from openbaar.tables.dataset import DocumentLine, lines_as_json

COLUMNS = {"key": "integer", "name": "string", "n": "integer", "source_lines": "string"}
AS_CSV: dict[str, Any] = {
    "document": "sources/d.csv",
    "header": "key | name | n",
    "rows": "{key} | {name} | {n}",
}
AS_TEXT: dict[str, Any] = {
    "document": "sources/d.txt",
    "by": "line",
    "rows": "{key} {name} {n}",
    "cells": {"name": {"pattern": "naam .*"}},
}


@pytest.fixture(autouse=True)
def short_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openbaar.tables.converting.blocks.LINES", 7)


def rows(changed: dict[int, tuple[str, ...]] | None = None) -> list[tuple[str, ...]]:
    """Forty rows, some of them other ones."""
    made = {key: (str(key), f"naam {key}", str(key * 7)) for key in range(1, 41)}
    return list((made | (changed or {})).values())


def publication(folder: Path, cells: list[tuple[str, ...]], **more: Any) -> Path:
    """A publication that reads these rows twice: from a CSV file, and from a text."""
    csv = "".join(",".join(row) + "\n" for row in [("key", "name", "n"), *cells])
    text = "".join(" ".join(row) + "\n" for row in cells)
    described = schema(COLUMNS, ["key"])
    return write_publication(
        folder,
        {"d.csv": csv.encode(), "d.txt": text.encode()},
        {
            "c": {"schema": described, "recipe": {**AS_CSV, **more}},
            "t": {"schema": described, "recipe": {**AS_TEXT, **more}},
        },
    )


def in_files(root: Path) -> dict[str, bytes]:
    work = root / "build"
    work.mkdir(exist_ok=True)
    files = convert_to_files(load_publication(root), work).files
    return {
        path: content.read_bytes() if isinstance(content, Path) else content
        for path, content in files.items()
    }


def as_a_whole(root: Path) -> dict[str, bytes]:
    """The files of a publication whose tables are not read in blocks."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("openbaar.tables.converting.parts.stands_alone", lambda *_: False)
        return in_files(root)


def refuse(*_: object) -> None:
    pytest.fail("a table was read as a whole")


def test_rows_that_stand_alone_are_read_in_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = publication(tmp_path, rows())
    expected = as_a_whole(root)
    monkeypatch.setattr("openbaar.tables.converting.gather.read_table", refuse)
    assert in_files(root) == expected


@pytest.mark.parametrize(
    "more",
    [
        {"set": {"key": "{#}"}},
        {"join": 2},
        {"patch": [{"line": "^39 ", "was": "naam 39", "to": "naam 93", "why": "it is said so"}]},
        {"totals": {"table": "Totaal {n}"}},
    ],
)
def test_rows_that_do_not_are_read_as_a_whole(tmp_path: Path, more: dict[str, Any]) -> None:
    try:
        root = publication(tmp_path, rows(), **more)
        expected: object = as_a_whole(root)
    except OpenbaarError as error:
        expected = error.problems
    try:
        found: object = in_files(root)
    except OpenbaarError as error:
        found = error.problems
    assert found == expected


@pytest.mark.parametrize(
    "changed",
    [
        {39: ("39", "naam 39", "veel")},
        {39: ("3", "naam 39", "1")},
        {38: ("x", "y", "z"), 3: ("a", "b", "c")},
    ],
)
def test_what_is_wrong_is_said_as_of_a_table_that_is_read_as_a_whole(
    tmp_path: Path, changed: dict[int, tuple[str, ...]]
) -> None:
    root = publication(tmp_path, rows(changed))
    with pytest.raises(OpenbaarError) as expected:
        as_a_whole(root)
    with pytest.raises(OpenbaarError) as found:
        in_files(root)
    assert found.value.problems == expected.value.problems


@given(st.lists(st.builds(DocumentLine, st.text(), st.integers(), st.text())))
def test_lines_are_written_as_json_writes_them(lines: list[DocumentLine]) -> None:
    assert "".join(lines_as_json(lines)) == json.dumps(lines, ensure_ascii=False, indent=0)
