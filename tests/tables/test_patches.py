"""Corrections of a document are seen: what it prints, what that was read as, and why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from generated.publication import converted, schema, write_publication
from openbaar.errors import OpenbaarError
from openbaar.schema.csvfile import Rows
from openbaar.tables.authored.references import load_publication
from openbaar.tables.converting.convert import convert

TEXT = "Tabel 1\nGent 66.66 1\nAalst 5,50 2\nDe Panne 7,25 3\nBron: x\n"
PATCH = {"line": 2, "was": "66.66", "to": "66,66", "why": "a point for a comma"}


def publication(folder: Path, **recipe: Any) -> Path:
    table = {
        "schema": schema({"name": "string", "share": "number", "n": "integer"}, ["name"]),
        "recipe": {
            "from": "^Tabel 1$",
            "until": "^Bron",
            "by": "line",
            "numbers": "1234,5",
            "cells": {"name": {"pattern": "[A-Za-z ]+"}},
            "rows": "{name} {share} {n}",
            **recipe,
        },
        "anomalies": {
            "late": {"at": ["^Tabel 1$", "^Bron", "^De Panne"], "text": {"en": "came late"}}
        },
    }
    return write_publication(folder, {"d.txt": TEXT.encode()}, {"t": table})


def rows(folder: Path, name: str) -> Rows:
    return convert(load_publication(folder), verify=False).rows(name)


def test_a_patched_cell_prints_what_the_document_does_and_a_remark_says_why(tmp_path: Path) -> None:
    folder = publication(tmp_path, patch=[PATCH])
    patched = [row for row in rows(folder, "provenance") if row["how"] == "patched"]
    assert [(row["row_id"], row["column_name"], row["printed"]) for row in patched] == [
        ("Gent", "share", "66.66")
    ]
    remark = rows(folder, "anomalies")[-1]
    assert (remark["id"], remark["first_line"], remark["last_line"]) == ("t_patch_1", 2, 2)
    assert remark["text_en"] == (
        "The document prints “66.66” here; it was read as “66,66”: a point for a comma"
    )
    assert json.loads(str(remark["rows_concerned"])) == {"name": "Gent"}
    lines = convert(load_publication(folder), verify=False).lines["sources/d.txt"]
    assert lines[1].text == "Gent 66.66 1"


def test_a_patch_that_no_longer_applies_is_an_error_at_its_line(tmp_path: Path) -> None:
    folder = publication(tmp_path, patch=[{**PATCH, "line": 3}])
    with pytest.raises(OpenbaarError) as caught:
        converted(folder)
    assert str(caught.value.problems[0]).startswith(
        "sources/d.txt:3: t: recipe key 'patch' (tables/t.yaml:1): '66.66' is not in this line exactly once"
    )


def test_a_remark_marks_its_lines_and_not_those_between(tmp_path: Path) -> None:
    folder = publication(tmp_path, patch=[PATCH])
    remark = rows(folder, "anomalies")[0]
    places = (remark["first_line"], remark["last_line"], remark["other_lines"])
    assert places == (1, 1, "4-5")
