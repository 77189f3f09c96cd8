"""A stated total of some of the rows above it is compared with the sum of these."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from generated.publication import TEXT, schema, write_publication
from openbaar.errors import OpenbaarError
from openbaar.publishing.examine import examine
from openbaar.tables.authored.references import load_publication
from openbaar.tables.converting.convert import convert

COLUMNS = {"offence": "string", "n": "integer", "source_lines": "string"}
OFFENCES = """\
Table 1
Robbery 12
Assault 20
of which with a weapon 5
Violence (1.1-1.2) 32
Fraud 7
All 39
"""
VIOLENCE: dict[str, Any] = {
    "row": "Violence (1.1-1.2) {n}",
    "where": {"offence": ["Robbery", "Assault"]},
}
ALL: dict[str, Any] = {"row": "All {n}", "without": {"offence": "of which with a weapon"}}


def written(folder: Path, text: str, *totals: Any, **table: Any) -> Path:
    recipe = {
        "from": "^Table 1$",
        "by": "line",
        "rows": "{offence} {n}",
        "totals": {"table": list(totals)},
    }
    described = {"schema": schema(COLUMNS, ["offence"]), "recipe": recipe, **table}
    return write_publication(folder, {"d.txt": text.encode()}, {"offences": described})


def reconciled(root: Path) -> list[tuple[Any, ...]]:
    rows = convert(load_publication(root)).rows("reconciliation")
    keys = ("id", "scope", "stated", "computed", "verdict")
    return [tuple(row[key] for key in keys) for row in rows]


def test_totals_of_some_rows_are_sums_of_these(tmp_path: Path) -> None:
    assert reconciled(written(tmp_path, OFFENCES, VIOLENCE, ALL)) == [
        ("offences-total-n-line5", "offence = Robbery/Assault", 32, 32, "equal"),
        ("offences-total-n-line7", "not (offence = of which with a weapon)", 39, 39, "equal"),
    ]


def test_a_total_of_some_rows_that_differs_is_a_problem_until_a_check_explains_it(
    tmp_path: Path,
) -> None:
    text = OFFENCES.replace("Violence (1.1-1.2) 32", "Violence (1.1-1.2) 33")
    root = written(tmp_path, text, VIOLENCE, ALL)
    found = [each.message for each in examine(load_publication(root)).problems]
    assert "offences: the total of n (offence = Robbery/Assault): 33 stated, 32 computed" in found
    known = {
        "checks": [{"name": "known", "total": "n", "where": VIOLENCE["where"], "difference": 1,
                    "anomaly": "why"}],
        "anomalies": {"why": {"text": TEXT, "at": "^Violence"}},
    }  # fmt: skip
    written(tmp_path, text, VIOLENCE, ALL, **known)
    assert [row[-1] for row in reconciled(tmp_path)] == ["explained", "equal"]


def test_a_total_of_some_rows_settles_no_row_above_it(tmp_path: Path) -> None:
    spaced = "Table 1\nRobbery 1 200\nAssault 2 300\nViolence (1.1-1.2) 2 300\nFraud 7\nAll 3 507\n"
    only = {**VIOLENCE, "where": {"offence": "Assault"}}
    recipe = {
        "from": "^Table 1$",
        "by": "line",
        "rows": "{offence} {n}",
        "numbers": "1 234",
        "totals": {"table": [only, "All {n}"]},
    }
    table = {"schema": schema(COLUMNS, ["offence"]), "recipe": recipe}
    write_publication(tmp_path, {"d.txt": spaced.encode()}, {"offences": table})
    assert [row[2:] for row in reconciled(tmp_path)] == [
        (2300, 2300, "equal"),
        (3507, 3507, "equal"),
    ]


def test_a_column_that_a_total_names_exists(tmp_path: Path) -> None:
    root = written(tmp_path, OFFENCES, {**VIOLENCE, "where": {"ofence": "Robbery"}}, ALL)
    with pytest.raises(OpenbaarError, match="there is no column 'ofence'"):
        load_publication(root)
