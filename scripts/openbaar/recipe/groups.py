"""Groups: rows that share a label printed once, and the proof that it stands where it must."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from openbaar.documents.lines import Document
from openbaar.errors import OpenbaarError, Problem
from openbaar.recipe.language import Group
from openbaar.recipe.settle import ReadRow
from openbaar.recipe.templates import Slot
from openbaar.recipe.values import Parsed, Reader


@dataclass(frozen=True)
class Label:
    """The label of a group: what was read, and on which lines."""

    parsed: Parsed
    first_line: int
    last_line: int


LabelledRow = tuple[ReadRow, Label | None]


def label_rows(
    document: Document, rows: Sequence[ReadRow], group: Group | None, readers: Mapping[str, Reader]
) -> list[LabelledRow]:
    """Give each row the label of its group; a row that totals the whole table belongs to none.

    before: man 44.899 | (*)onbekend 78.140 | 2020 vrouw 91.493 | man 38.286 | … (restart: gender, label: merged)
    after: 2020 man 44.899 | 2020 (*)onbekend 78.140 | 2020 vrouw 91.493 | 2021 man 38.286 | …

    Raises OpenbaarError for each group that has no label, two labels, one where a merged label cannot stand,
    or the label of another group.
    """
    labelled, problems = try_labels(document, rows, group, readers)
    if problems:
        raise OpenbaarError(problems)
    return labelled


def try_labels(
    document: Document, rows: Sequence[ReadRow], group: Group | None, readers: Mapping[str, Reader]
) -> tuple[list[LabelledRow], list[Problem]]:
    """Label rows as `label_rows` does, but return the problems beside the rows; a group that is wrong has no label."""
    if group is None:
        return [(row, None) for row in rows], []
    labelled: list[LabelledRow] = []
    problems: list[Problem] = []
    groups = _part(rows, group)
    if group.label == "none" and len(groups) != len(group.sequence):
        message = f"recipe key 'group': {len(groups)} groups begin here, but 'sequence' names {len(group.sequence)}"
        place = document.place(_lines(rows)[0]) if rows else document.place()
        return [(row, None) for row in rows], [Problem(place, message)]
    seen: dict[object, int] = {}
    for number, members in enumerate(groups):
        try:
            label = _label(document, members, group, readers, number)
        except OpenbaarError as error:
            problems += error.problems
            labelled += [(row, None) for row in members]
            continue
        value = label.parsed.value
        if value in seen:
            message = f"recipe key 'group': the label '{value}' was given to the group from line {seen[value]} already"
            problems.append(Problem(document.place(label.first_line), message))
        seen.setdefault(value, _lines(members)[0])
        labelled += [(row, label) for row in members]
    totals = [(row, None) for row in rows if row.kind == "table_total"]
    return labelled + totals, problems


def _part(rows: Sequence[ReadRow], group: Group) -> list[list[ReadRow]]:
    """Part the rows into groups, by what the recipe says begins or ends one."""
    groups: list[list[ReadRow]] = []
    seen: set[object] = set()
    ended = True
    for row in rows:
        if row.kind == "table_total":
            continue
        keys = {slot.parsed.value for slot in row.named(group.restart)} if group.restart else set()
        if row.kind == "label":
            begins = True
        elif group.restart or group.ends:
            begins = ended or bool(keys & seen)
        else:
            begins = bool(row.named(group.field)) or not groups
        if begins:
            groups.append([])
            seen = set()
        groups[-1].append(row)
        seen |= keys
        ended = group.ends == "total" and row.kind == "group_total"
    return groups


def _lines(rows: Sequence[ReadRow]) -> tuple[int, int]:
    return rows[0].lines()[0], rows[-1].lines()[1]


def _label(
    document: Document,
    members: Sequence[ReadRow],
    group: Group,
    readers: Mapping[str, Reader],
    number: int,
) -> Label:
    """The one label of a group. Raises OpenbaarError when it is not exactly one, or not where it must stand."""
    place = document.place(*_lines(members))
    if group.label == "none":
        parsed = readers[group.field].read(group.sequence[number])
        if parsed is None:
            raise OpenbaarError(
                Problem(
                    place, f"recipe key 'group': '{group.sequence[number]}' is no {group.field}"
                )
            )
        return Label(replace(parsed, printed="", how="derived"), *_lines(members))
    found = [(index, slot) for index, row in enumerate(members) for slot in row.named(group.field)]
    if len(found) != 1:
        labels = ", ".join(repr(slot.parsed.printed) for _, slot in found) or "none"
        message = f"recipe key 'group': a group should have one label for '{group.field}', this one has {labels}"
        raise OpenbaarError(
            Problem(place, message, "look at what 'restart' or 'ends' makes of these lines")
        )
    index, slot = found[0]
    expected = 0 if group.label in ("first", "above") else _merged_row(members)
    stands = (
        index + 1 if slot is members[index].slots[-1] and len(members[index].slots) > 1 else index
    )
    first, last = members[index].lines(slot)
    if stands != expected:
        where = (
            "on the first row of its group"
            if group.label != "merged"
            else "before the last row on its page"
        )
        message = f"recipe key 'group': the label '{slot.parsed.printed}' should stand {where}"
        raise OpenbaarError(
            Problem(document.place(first, last), message, "a row was lost, moved or added")
        )
    return Label(replace(slot.parsed, how="group_label"), first, last)


def _merged_row(members: Sequence[ReadRow]) -> int:
    """Which row a merged label stands before: the last one of the group on the page where the group begins.

    Word emits a vertically merged cell with the last row of its page fragment, so PDF text prints it there
    (measured in all 25 merged groups of the first publication).
    """
    page = members[0].unit.page
    return max(index for index, row in enumerate(members) if row.unit.page == page)


def data_slots(row: ReadRow, group: Group | None) -> list[Slot]:
    """The fields of a row without the label of its group."""
    return [slot for slot in row.slots if group is None or slot.name != group.field]
