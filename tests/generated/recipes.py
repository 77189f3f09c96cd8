"""The publication of a made-up table: its schema, recipe, code lists and rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from generated.publication import TEXT, schema
from generated.tables import GRAND_TOTAL, MARK, NOTE, TOTAL, Look, Made, Values, may_be_glued

LEVELS = ("year", "sex")
Tables = dict[str, dict[str, Any]]


def columns(made: Made) -> list[str]:
    """The fields of the row templates that hold values: one, again and again, below headings."""
    if made.headings:
        return ["n"] * made.width
    return [f"c{index}" for index in range(made.width)]


def table_files(made: Made, look: Look) -> Tables:
    """The table file of `made` as it is printed, called `t`, and those of its code lists."""
    levels = list(LEVELS[: len(made.headings[0])]) if made.headings else []
    keys = (["grp"] if made.groups else []) + ["name"]
    kind = "number" if made.places else "integer"
    years = {"grp": made.grouped_by_year, "year": True}
    types = {name: "year" if years.get(name) else "string" for name in keys + levels}
    types |= dict.fromkeys(columns(made), kind)
    codes = {"name": made.coded, "grp": bool(made.groups) and not made.grouped_by_year}
    lists = {column: f"{column}s" for column, coded in codes.items() if coded}
    foreign = [
        {"fields": column, "reference": {"resource": name, "fields": "code"}}
        for column, name in lists.items()
    ]
    table: dict[str, Any] = {
        "schema": schema(
            types | {"status": "string", "source_lines": "string"},
            keys + levels,
            foreignKeys=foreign,
        ),
        "rows": len(made.rows) * (len(made.headings) or 1),
        "recipe": recipe(made, look),
    }
    if made.marked and look.style != "pdf tables":
        table["footnotes"] = {MARK: {"text": {"en": NOTE}, "line": rf"^\(\*\) {NOTE}"}}
    labels = {"name": made.names, "grp": made.groups}
    return {"t": table} | {name: _code_list(labels[column]) for column, name in lists.items()}


def _code_list(labels: Sequence[str]) -> dict[str, Any]:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([["code", "label"], *_codes(labels).items()])
    return {
        "schema": schema({"code": "string", "label": "string"}, ["code"]),
        "csv": out.getvalue(),
    }


def _codes(labels: Sequence[str]) -> dict[str, str]:
    return {f"code{index}": label for index, label in enumerate(labels)}


def recipe(made: Made, look: Look) -> dict[str, Any]:
    """How `made` is read where it is printed with that look."""
    found: dict[str, Any] = {
        "from": "^Tabel 1",
        "until": "^Bron",
        "header": header(made, look),
        "numbers": numbers(made, look),
        "cells": _cells(made, look),
        **_templates(made, look),
    }
    if look.style == "pdf tables":  # what stands around a ruled table is not read
        del found["from"], found["until"]
    units = {
        "word": None,
        "cells": "cell",
        "lines": "line",
        "pdf lines": "line",
        "pdf word": "line",
    }.get(look.style)
    if units:
        found["by"] = units
    if not look.is_grid:
        found["join"] = 4
    return found


def numbers(made: Made, look: Look) -> str:
    """A number as the document prints them."""
    whole = look.thousands.join(("1", "234", "567")) if look.thousands else "1234"
    return f"{whole}{look.decimal}5" if made.places else whole


def header(made: Made, look: Look) -> list[str]:
    """The headings as a person writes them into the recipe, one text for each line of them.

    A heading that is data is the field of its level.
    """
    lines = heading_lines(made, look)
    if made.headings:
        levels = LEVELS[: len(made.headings[0])]
        for line, level in zip(lines[-len(levels) :], levels, strict=True):
            first = len(line) - len(made.headings)
            line[first:] = [f"{{{level}}}" if cell else "" for cell in line[first:]]
    return [look.separator.join(filter(None, line)) for line in lines]


def heading_lines(made: Made, look: Look) -> list[list[str]]:
    """The headings as printed: the cells of each line.

    An upper heading stands above the first of its columns.
    """
    first = ["Groep", "Naam"] if made.groups and look.has_label_column else ["Naam"]
    if not made.headings:
        return [[*first, *(f"Kolom{index}" for index in range(made.width))]]
    lowest = [*first, *(heading[-1] for heading in made.headings)]
    if len(made.headings[0]) == 1:
        return [lowest]
    upper = ["" for _ in first]
    for heading in made.headings:
        upper.append("" if heading[0] in upper else heading[0])
    return [upper, lowest]


def _cells(made: Made, look: Look) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if any(None in row.values for row in made.rows):
        fields = {name: {"blank": {look.blank: "not_given"}} for name in set(columns(made))}
    if not made.coded:
        # A name that is free text has to be told from numbers, blanks and totals.
        fields["name"] = {"pattern": r"\p{Lu}\p{Ll}+( \p{Ll}+)*"}
    if made.marked and look.style != "pdf tables":
        field = "name" if made.marked in made.names else "grp"
        fields[field] = {**fields.get(field, {}), "marks": MARK}
    for index, level in enumerate(LEVELS):
        words = {heading[index] for heading in made.headings if len(heading) > index}
        if words and level != "year":
            fields[level] = {"pattern": "|".join(sorted(words))}
    return fields


def _templates(made: Made, look: Look) -> dict[str, Any]:
    """The keys `rows`, `totals` and `group`: a template for each place where a label may stand."""
    values = look.separator.join(f"{{{name}}}" for name in columns(made))
    forms = _forms(made, look)

    def templates(name: str) -> list[str]:
        return [form.replace("{row}", f"{name}{look.separator}{values}") for form in forms]

    found: dict[str, Any] = {"rows": templates("{name}")}
    if made.groups and look.label != "spanned":
        found["group"] = _group(made, look)
    totals: dict[str, Any] = {}
    if made.group_totals:
        totals["group"] = templates(TOTAL)
    if made.table_total:
        has_blank_label = look.is_grid and bool(made.groups) and look.has_label_column
        before = look.separator if has_blank_label else ""
        totals["table"] = f"{before}{GRAND_TOTAL}{look.separator}{values}"
    return {**found, "totals": totals}


def _forms(made: Made, look: Look) -> list[str]:
    """Where the label of a group may stand at a row."""
    if not made.groups or look.label not in ("merged", "first", "spanned"):
        return ["{row}"]
    labelled = f"{{grp}}{look.separator}{{row}}"
    if look.label == "spanned":
        return [labelled]
    forms = [" | {row}" if look.is_grid else "{row}", labelled]
    is_glued = look.style == "pdf word" or (look.style == "word" and may_be_glued(made, look))
    if look.label == "merged" and is_glued:
        forms.append("{row}{grp}")
    return forms


def _group(made: Made, look: Look) -> dict[str, Any]:
    """The key `group`."""
    group: dict[str, Any] = {"label": "grp", "printed": look.label}
    if look.label in ("merged", "none"):
        group["ends"] = "total" if made.group_totals else "{name}"
    if look.label == "above":
        group["printed"] = "{grp}" + (" | " * made.width if look.is_grid else "")
    if look.label == "none":
        group |= {"printed": made.groups, "why": "made up"}
    return group


def expected_rows(made: Made) -> list[tuple[Any, ...]]:
    """The rows that converting must give, in printed order: keys, then value and status."""
    names = _codes_by_label(made.names) if made.coded else {}
    groups = {} if made.grouped_by_year else _codes_by_label(made.groups)
    rows: list[tuple[Any, ...]] = []
    for row in made.rows:
        key = [groups.get(row.group, row.group)] if row.group else []
        key.append(names.get(row.name, row.name))
        if made.headings:
            pairs = zip(made.headings, row.values, strict=True)
            rows += [(*key, *heading, value, _status((value,))) for heading, value in pairs]
        else:
            rows.append((*key, *row.values, _status(row.values)))
    return rows


def _codes_by_label(labels: Sequence[str]) -> dict[str, str]:
    return {label: code for code, label in _codes(labels).items()}


def _status(values: Values) -> str:
    return "not_given" if None in values else "normal"


def expected_totals(made: Made) -> int:
    """How many totals the document states."""
    return made.width * (made.table_total + made.group_totals * len(made.groups))


__all__ = ["TEXT", "columns", "expected_rows", "expected_totals", "heading_lines", "table_files"]
