"""Patches: corrections of a document's text, refused as soon as they no longer apply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from openbaar.documents.lines import Document, Line
from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.recipe.language import Patch
from openbaar.recipe.records import Record
from openbaar.recipe.values import Cell


def apply_patches(document: Document, patches: Sequence[Patch]) -> Document:
    """The document with each patch applied to its line.

    Raises OpenbaarError for each patch whose `was` does not stand in its line exactly once.
    """
    lines = list(document.lines)
    problems = []
    for patch in patches:
        number = line_number(document, patch)
        if number is None or not _is_there_once(lines[number - 1], patch):
            message = f"recipe key 'patch': '{patch.was}' is not in this line exactly once"
            hint = "the correction no longer applies; check the document"
            problems.append(Problem(_place(document, patch), message, hint))
            continue
        lines[number - 1] = _corrected(lines[number - 1], patch)
    if problems:
        raise OpenbaarError(problems)
    return replace(document, lines=tuple(lines))


def _corrected(line: Line, patch: Patch) -> Line:
    """A line with a patch applied to its text, and to its words where it has any."""
    words = tuple(word._replace(text=word.text.replace(patch.was, patch.to)) for word in line.words)
    return replace(line, text=line.text.replace(patch.was, patch.to), words=words)


def _is_there_once(line: Line, patch: Patch) -> bool:
    """Whether what a patch corrects stands in a line once, and in one word where it has words."""
    if line.words and sum(word.text.count(patch.was) for word in line.words) != 1:
        return False
    return line.text.count(patch.was) == 1


def line_number(document: Document, patch: Patch) -> int | None:
    """The number of a patch's line through the whole document; None where there is no such line.

    A patch names it as messages and previews do: `107`, or `3:12` where places have pages.
    """
    page, _, row = patch.line.rpartition(":")
    if not page:
        number = int(row)
        return number if 1 <= number <= len(document.lines) else None
    for line in document.lines:
        if str(line.page) == page and line.row == int(row):
            return line.number
    return None


def _place(document: Document, patch: Patch) -> Place:
    page, _, row = patch.line.rpartition(":")
    return Place(document.path, int(row), page=page or None)


@dataclass(frozen=True)
class Patched:
    """A patch that was applied: its line, and the record that it changed, if it changed one."""

    patch: Patch
    line: int
    record: Record | None


def mark_patched(
    document: Document, patches: Sequence[Patch], records: Sequence[Record]
) -> tuple[list[Record], list[Patched]]:
    """The records, whose patched cells say so and print what the document does; and the patches.

    before: 66,66 read from `66,66`, where a patch made that of `66.66`
    after: 66,66 read from `66.66`, patched
    """
    marked = list(records)
    applied = []
    for patch in patches:
        number = line_number(document, patch) or 0
        before = marked
        marked = [_marked(record, patch, number) for record in before]
        changed = [new for new, old in zip(marked, before, strict=True) if new is not old]
        applied.append(Patched(patch, number, changed[0] if changed else None))
    return marked, applied


def _marked(record: Record, patch: Patch, number: int) -> Record:
    """The record, where a patch changed one of its cells with what the document prints there."""
    cells = {name: _patched(cell, patch, number) for name, cell in record.cells.items()}
    return record if cells == record.cells else record._replace(cells=cells)


def _patched(cell: Cell, patch: Patch, number: int) -> Cell:
    """The cell as the document prints it, where the patch changed it."""
    printed = cell.parsed.printed
    is_on_line = cell.first_line <= number <= cell.last_line
    if not is_on_line or not printed or cell.parsed.how == "derived":
        return cell
    if patch.to and patch.to in printed:
        original = printed.replace(patch.to, patch.was)
    elif printed in patch.to:
        original = patch.was
    else:
        return cell
    return cell._replace(parsed=cell.parsed._replace(printed=original, how="patched"))


def key_of(record: Record, columns: Sequence[str]) -> Mapping[str, str]:
    """The values of a record in the columns of its key, as text."""
    return {name: str(record.cells[name].value) for name in columns}
