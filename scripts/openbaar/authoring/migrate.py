"""Recipes written in the language before 0.2, rewritten in that of today.

Comments and quotes stay where they are. What needs a person is left as it was and reported.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.files import replacing
from openbaar.recipe.language import OLD_KEYS
from openbaar.recipe.numbers import NumberFormat
from openbaar.recipe.row_keys import ROW_NUMBER

WIDTH = 10_000  # characters of a line: authors break lines, this does not
_FIELD = re.compile(r"\{(\w+)\}")
_PATTERNS = {"integer": "[0-9]+", "year": "[12][0-9]{3}"}  # of fields that are no columns
# Keys that are called and written as before.
_SAME = ("document", "page", "from", "until", "header", "join", "patch")


@dataclass
class Migrated:
    """What migrating came to: the files that were rewritten, and what a person has to do."""

    files: dict[str, bytes] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def migrate(root: Path) -> Migrated:
    """Rewrite the package file and the table files in the publication folder `root`.

    Raises OpenbaarError where a file is not YAML.
    """
    migrated = Migrated()
    for path in sorted((root / "tables").glob("*.yaml")):
        name = f"tables/{path.name}"
        text = path.read_text("utf-8")
        try:
            rewritten = migrated_text(text)
        except _NeedsPersonError as error:
            place = Place(name)
            hint = "rewrite this recipe by hand; docs/recipe.md has the keys"
            migrated.problems += [Problem(place, message, hint) for message in error.messages]
            continue
        if rewritten != text:
            migrated.files[name] = rewritten.encode()
    for name, content in migrated.files.items():
        with replacing(root / name) as path:
            path.write_bytes(content)
    return migrated


class _NeedsPersonError(Exception):
    """Raised for a recipe that nothing but a person can rewrite; `messages` say why."""

    def __init__(self, messages: Sequence[str]) -> None:
        super().__init__(*messages)
        self.messages = messages


def migrated_text(text: str) -> str:
    """The text of a package file or a table file, in the language of today."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError

    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    try:
        data = yaml.load(text)
    except MarkedYAMLError as error:
        line = 1 if error.problem_mark is None else error.problem_mark.line + 1
        message = f"is not YAML: {error.problem}"
        raise OpenbaarError(Problem(Place("", line), message)) from error
    if not isinstance(data, dict) or not _is_old(data):
        return text
    if isinstance(data.get("numbers"), dict):
        data["numbers"] = _example(data["numbers"])
    if isinstance(data.get("recipe"), dict):
        _replace(data["recipe"], _Migration(data["recipe"]).new())
    out = io.StringIO()
    yaml.dump(data, out)
    return out.getvalue()


def _is_old(data: Mapping[str, Any]) -> bool:
    recipe = data.get("recipe")
    if isinstance(data.get("numbers"), dict):
        return True
    if not isinstance(recipe, dict):
        return False
    group = recipe.get("group", {})
    return (
        any(key in recipe for key in OLD_KEYS)
        or isinstance(recipe.get("numbers"), dict)
        or "field" in group
    )


def _replace(old: Any, new: Mapping[str, Any]) -> None:
    """Put the keys of `new` in the place of those of `old`, comments of keys that stay kept."""
    comments = dict(old.ca.items) if hasattr(old, "ca") else {}
    old.clear()
    for key, value in new.items():
        old[key] = value
        if key in comments:
            old.ca.items[key] = comments[key]


def _example(numbers: Mapping[str, str]) -> Any:
    return _quoted(NumberFormat.model_validate(dict(numbers)).example)


def _quoted(text: str) -> Any:
    """A text that is written in double quotes."""
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    return DoubleQuotedScalarString(text)


def _on_one_line(value: Any) -> Any:
    """Mappings and lists that are written on one line, with what is in them."""
    from ruamel.yaml.comments import CommentedMap, CommentedSeq

    if isinstance(value, dict):
        mapping = CommentedMap({key: _on_one_line(item) for key, item in value.items()})
        mapping.fa.set_flow_style()
        return mapping
    if isinstance(value, list):
        sequence = CommentedSeq([_on_one_line(item) for item in value])
        sequence.fa.set_flow_style()
        return sequence
    return value


def _as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [value]


def _unbracketed(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values


class _Migration:
    """One recipe while it is rewritten: what its fields are called from now on."""

    def __init__(self, old: Mapping[str, Any]) -> None:
        self.old = old
        self.problems: list[str] = []
        self.melt: Mapping[str, Any] = old.get("melt", {})
        self.into: list[str] = _as_list(self.melt.get("into", []))
        self.names = self._new_names()

    def new(self) -> dict[str, Any]:
        """The recipe of today. Raises _NeedsPersonError where it cannot be made."""
        made = {
            **{key: self.old[key] for key in _SAME if key in self.old},
            **self._headings(),
            **self._read_as(),
            "rows": self._rows(self.old["rows"]),
            **self._set(),
            **self._totals(),
            **self._skip(),
            **self._cells(),
            **self._grouped(),
        }
        if self.problems:
            raise _NeedsPersonError(self.problems)
        return self._in_order(made)

    def _headings(self) -> dict[str, Any]:
        """The headings, where they are data; others stay as they are."""
        if "repeated" in self.old and "header" not in self.old:
            self.problems.append("'repeated' names a heading: write it under 'header' as printed")
        if not self.melt or self.melt.get("why"):
            return {}
        return {"header": _unbracketed([_quoted(text) for text in self._header()])}

    def _read_as(self) -> dict[str, Any]:
        """What is read as one, and how numbers are printed."""
        found: dict[str, Any] = {}
        if "units" in self.old:
            found["by"] = self.old["units"]
        if "numbers" in self.old:
            found["numbers"] = _example(self.old["numbers"])
        return found

    def _totals(self) -> dict[str, Any]:
        if "totals" not in self.old:
            return {}
        return {"totals": {kind: self._rows(rows) for kind, rows in self.old["totals"].items()}}

    def _grouped(self) -> dict[str, Any]:
        if "group" not in self.old:
            return {}
        return {"group": _on_one_line(self._group(self.old["group"]))}

    def _in_order(self, new: dict[str, Any]) -> dict[str, Any]:
        """The keys in the order in which the old ones stood, as far as they did."""
        renamed = {"units": "by", "drop": "skip", "without": "skip", "count": "set"}
        renamed |= {"fields": "cells"}
        order = [renamed.get(key, key) for key in self.old]
        last = len(order)
        return dict(
            sorted(new.items(), key=lambda item: order.index(item[0]) if item[0] in order else last)
        )

    def _new_names(self) -> dict[str, str]:
        """What fields are called from now on: by their column, or with `_` where ignored."""
        names: dict[str, str] = {name: f"_{name}" for name in _as_list(self.old.get("ignore", []))}
        for columns in self.melt.get("columns", {}).values():
            names.update({name: column for column, name in columns.items()})
        return names

    def _renamed(self, template: str) -> Any:
        renamed = _FIELD.sub(lambda found: f"{{{self.names.get(found[1], found[1])}}}", template)
        return _quoted(renamed)

    def _rows(self, rows: Any) -> Any:
        found = []
        for row in _as_list(rows):
            template = row["row"] if isinstance(row, dict) else row
            self._check_order(template)
            if isinstance(row, dict):
                row["row"] = self._renamed(template)
                found.append(row)
            else:
                found.append(self._renamed(template))
        return _unbracketed(found)

    def _fields_below_headings(self, column: str) -> list[str]:
        """The fields that become a column, in the order of the headings above them."""
        return [each[column] for each in self.melt["columns"].values() if column in each]

    def _check_order(self, template: str) -> None:
        """Fields below headings must stand in the order of the headings."""
        for part in template.split(" || "):
            printed = _FIELD.findall(part)
            for column in self._melted_columns():
                fields = self._fields_below_headings(column)
                in_row = [name for name in printed if name in fields]
                if in_row and in_row != fields and self.names.get(in_row[0]) == column:
                    self.problems.append(
                        f"'{part}': the fields of '{column}' are not in the order of the headings"
                    )

    def _melted_columns(self) -> list[str]:
        columns: dict[str, None] = {}
        for each in self.melt.get("columns", {}).values():
            columns.update(dict.fromkeys(each))
        return list(columns)

    def _header(self) -> list[str]:
        """The headings with `{field}` where a heading is data, each found after the one before."""
        header = [str(text) for text in _as_list(self.old.get("header", []))]
        above: dict[str, str] = {}
        reached = dict.fromkeys(self.into, (0, 0))
        for printed in self.melt["columns"]:
            parts = [part.strip() for part in str(printed).split(" | ")]
            for column, part in zip(self.into, parts, strict=True):
                is_lowest = column == self.into[-1]
                if is_lowest or above.get(column) != part:
                    reached[column] = self._put(header, column, part, reached[column])
                above[column] = part
        return header

    def _put(
        self, header: list[str], column: str, part: str, reached: tuple[int, int]
    ) -> tuple[int, int]:
        """Write a field in the place of the next heading that is printed so."""
        index, start = reached
        while index < len(header):
            place = header[index].find(part, start)
            if place >= 0:
                name = f"{{{column}}}"
                text = header[index]
                header[index] = text[:place] + name + text[place + len(part) :]
                return index, place + len(name)
            index, start = index + 1, 0
        self.problems.append(f"the heading '{part}' of '{column}' is not in 'header'")
        return reached

    def _set(self) -> dict[str, Any]:
        """What holds for all rows: their number, and headings that the document lost."""
        found: dict[str, Any] = {}
        if "count" in self.old:
            found[self.old["count"]] = _quoted(ROW_NUMBER)
        if self.melt.get("why"):
            for level, column in enumerate(self.into):
                printed = [str(text).split(" | ")[level].strip() for text in self.melt["columns"]]
                found[column] = printed
            return {"set": _on_one_line(found), "why": self.melt["why"]}
        return {"set": _on_one_line(found)} if found else {}

    def _skip(self) -> dict[str, Any]:
        skipped = _as_list(self.old.get("drop", []))
        if "without" in self.old:
            skipped.append({"table": self.old["without"]})
        if "drop" in self.old and "without" not in self.old:
            return {"skip": self.old["drop"]}
        return {"skip": _unbracketed(skipped)} if skipped else {}

    def _cells(self) -> dict[str, Any]:
        """How cells are printed, by what their fields are called from now on."""
        cells: dict[str, Any] = {}
        fields = self.old.get("fields", {})
        for name, said in fields.items():
            new_name = self.names.get(name, name)
            if new_name in self._melted_columns() and name in self.names:
                cells[new_name] = self._of_melted(new_name)
            else:
                cells[new_name] = self._without_type(dict(said))
        for column in self.into:
            cells[column] = self._of_headings(column, cells.get(column, {}))
        printed = {name: _on_one_line(said) for name, said in cells.items() if said}
        return {"cells": printed} if printed else {}

    def _of_headings(self, column: str, said: dict[str, Any]) -> dict[str, Any]:
        """What is said of headings: those of words are named, as they were before."""
        parts = [str(text).split(" | ")[self.into.index(column)] for text in self.melt["columns"]]
        marks = _as_list(said.get("marks", []))
        words = dict.fromkeys(_without_mark(part.strip(), marks) for part in parts)
        if self.melt.get("why") or all(word.isdecimal() for word in words):
            return said
        return {"pattern": "|".join(re.escape(word).replace("\\ ", " ") for word in words), **said}

    def _of_melted(self, column: str) -> dict[str, Any]:
        """What is said of the fields below headings: one thing, but for why they are blank."""
        fields = self.old.get("fields", {})
        names = self._fields_below_headings(column)
        said = [dict(fields.get(name, {})) for name in names]
        blanks = [each.pop("blank", {}) for each in said]
        printed = dict.fromkeys(chain.from_iterable(blanks))
        if any(each != said[0] for each in said):
            self.problems.append(f"the fields of '{column}' are not printed alike")
        found = self._without_type(said[0])
        if printed:
            found["blank"] = {text: _reasons(blanks, text) for text in printed}
        return found

    def _without_type(self, said: dict[str, Any]) -> dict[str, Any]:
        kind = said.pop("type", None)
        if kind in _PATTERNS:
            said.setdefault("pattern", _PATTERNS[kind])
        elif kind == "number" and not said.get("sign"):
            said["numbers"] = _example(self.old.get("numbers", {}))
        return said

    def _group(self, old: Mapping[str, Any]) -> dict[str, Any]:
        group: dict[str, Any] = {"label": old["field"], "printed": old["label"]}
        if "row" in old:
            row = old["row"]
            group["printed"] = row["row"] if isinstance(row, dict) else row
        if "sequence" in old:
            group["printed"] = list(old["sequence"])
        if "restart" in old:
            group["ends"] = _quoted(f"{{{old['restart']}}}")
        if "ends" in old:
            group["ends"] = old["ends"]
        if "why" in old:
            group["why"] = old["why"]
        return group


def _without_mark(text: str, marks: Sequence[str]) -> str:
    for mark in marks:
        text = text.removeprefix(mark).removesuffix(mark).strip()
    return text


def _reasons(blanks: Sequence[Mapping[str, str]], text: str) -> Any:
    """Why a cell is blank: the one reason, or one for each heading."""
    reasons = [blank.get(text) for blank in blanks]
    return reasons if len(set(reasons)) > 1 else reasons[0]
