"""Groups: rows that share a label printed once, and the proof that it is where it must be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from openbaar.documents.lines import Document
from openbaar.errors import OpenbaarError, Problem
from openbaar.recipe.language import Group
from openbaar.recipe.settle import ReadRow
from openbaar.recipe.templates import Slot
from openbaar.recipe.values import Cell, Reader
from openbaar.schema.values import Value

Labels = Mapping[str, Cell]  # by their columns
LabelledRow = tuple[ReadRow, Labels]  # a row with the labels of its groups


def label_rows(
    document: Document,
    rows: Sequence[ReadRow],
    groups: Sequence[Group],
    readers: Mapping[str, Reader],
) -> tuple[list[LabelledRow], list[Problem]]:
    """Each row with the labels of its groups, and what is wrong with these.

    `groups` are from the outermost to the innermost. A row that totals the whole table belongs to
    none.

    before: man 44.899 | (*)onbekend 78.140 | 2020 vrouw 91.493 | man 38.286 | … (ends: "{gender}",
    printed: merged)
    after: 2020 man 44.899 | 2020 (*)onbekend 78.140 | 2020 vrouw 91.493 | 2021 man 38.286 | …

    A group has no label here, and a problem for it, where none or two are printed, where a merged
    one cannot be where it is, or where it is that of another group.
    """
    if not groups:
        return [(row, {}) for row in rows], []
    totals: list[LabelledRow] = [(row, {}) for row in rows if row.kind == "table_total"]
    members = [row for row in rows if row.kind != "table_total"]
    labelled, problems = _labelled(document, members, groups, readers)
    return [*labelled, *totals], problems


def _labelled(
    document: Document,
    rows: Sequence[ReadRow],
    groups: Sequence[Group],
    readers: Mapping[str, Reader],
) -> tuple[list[LabelledRow], list[Problem]]:
    """The rows with the labels of the first of `groups`, and of those that are inside it."""
    outer = groups[0]
    labelled: list[LabelledRow] = []
    found, problems = _Grouping(document, rows, outer, readers).labelled()
    for label, members in found:
        own = {} if label is None else {outer.label: label}
        inside, wrong = _labelled_inside(document, members, groups, readers)
        labelled += [(row, {**own, **labels}) for row, labels in inside]
        problems += wrong
    return labelled, problems


def _labelled_inside(
    document: Document,
    members: Sequence[ReadRow],
    groups: Sequence[Group],
    readers: Mapping[str, Reader],
) -> tuple[list[LabelledRow], list[Problem]]:
    """The rows of a group with the labels of groups inside it; what is about all of it has none."""
    outer, *inner = groups
    if not inner:
        return [(row, {}) for row in members], []
    about_all = [row for row in members if _is_of_group(row, outer)]
    others = [row for row in members if not _is_of_group(row, outer)]
    labelled, problems = _labelled(document, others, inner, readers)
    return [*labelled, *((row, {}) for row in about_all)], problems


def _is_of_group(row: ReadRow, group: Group) -> bool:
    """Whether a row is about a whole group: its label alone, or a total that names it."""
    return row.kind in ("label", "group_total") and bool(_label_slots(row, group))


def _label_slots(row: ReadRow, group: Group) -> list[Slot]:
    """The labels of a group that are printed in a row, blank cells aside."""
    return [slot for slot in row.named(group.label) if slot.parsed.how != "blank"]


def _is_label_of(row: ReadRow, group: Group) -> bool:
    """Whether a row is the label of a group, alone."""
    return row.kind == "label" and bool(_label_slots(row, group))


@dataclass(frozen=True)
class _Grouping:
    """Rows, and what says how they are grouped."""

    document: Document
    rows: Sequence[ReadRow]
    group: Group
    readers: Mapping[str, Reader]

    def labelled(self) -> tuple[list[_LabelledGroup], list[Problem]]:
        """The groups with their labels, and what is wrong."""
        groups = _parted(self.rows, self.group)
        if self.group.lost and len(groups) != len(self.group.lost):
            return [_LabelledGroup(None, self.rows)], [self._wrong_number(len(groups))]
        labelled: list[_LabelledGroup] = []
        problems: list[Problem] = []
        seen: dict[Value, int] = {}
        for number, members in enumerate(groups):
            try:
                label = self._label(members, number)
            except OpenbaarError as error:
                labelled.append(_LabelledGroup(None, members))
                problems += error.problems
                continue
            labelled.append(_LabelledGroup(label, members))
            first = seen.setdefault(label.value, _first_line(members))
            if first != _first_line(members):
                problems.append(self._given_twice(label, first))
        return labelled, problems

    def _wrong_number(self, found: int) -> Problem:
        place = self.document.place(_first_line(self.rows)) if self.rows else self.document.place()
        named = len(self.group.lost)
        message = f"recipe key 'group': {found} groups begin here, but 'printed' names {named}"
        return Problem(place, message)

    def _given_twice(self, label: Cell, first: int) -> Problem:
        message = (
            f"recipe key 'group': the label '{label.value}' already belongs to the group"
            f" from line {first}"
        )
        return Problem(self.document.place(label.first_line), message)

    def _label(self, members: Sequence[ReadRow], number: int) -> Cell:
        """The one label of a group.

        Raises OpenbaarError when there is not exactly one, or it is not where it must be.
        """
        if self.group.lost:
            return self._lost_label(members, number)
        printed = self._printed_label(members)
        first, last = printed.row.lines(printed.slot)
        if printed.before != _expected_row(members, self.group):
            place = self.document.place(first, last)
            where = "on the first row of its group"
            if self.group.is_merged:
                where = "before the last row on its page"
            text = printed.slot.parsed.printed
            message = f"recipe key 'group': the label '{text}' should be {where}"
            raise OpenbaarError(Problem(place, message, "a row was lost, moved or added"))
        return Cell(printed.slot.parsed._replace(how="group_label"), first, last)

    def _lost_label(self, members: Sequence[ReadRow], number: int) -> Cell:
        """The label that a person gave a group, because the document lost it."""
        first, last = _first_line(members), members[-1].lines()[1]
        given = self.group.lost[number]
        parsed = self.readers[self.group.label].read(given)
        if parsed is None:
            message = f"recipe key 'group': '{given}' is no {self.group.label}"
            raise OpenbaarError(Problem(self.document.place(first, last), message))
        return Cell(parsed._replace(printed="", how="derived"), first, last)

    def _printed_label(self, members: Sequence[ReadRow]) -> _PrintedLabel:
        found = self._printed_labels(members)
        if len(found) == 1:
            return found[0]
        place = self.document.place(_first_line(members), members[-1].lines()[1])
        labels = ", ".join(repr(each.slot.parsed.printed) for each in found)
        message = (
            f"recipe key 'group': a group should have one label for '{self.group.label}',"
            f" this one has {labels or 'none'}"
        )
        hint = "look at what 'ends' makes of these lines"
        raise OpenbaarError(Problem(place, message, hint))

    def _printed_labels(self, members: Sequence[ReadRow]) -> list[_PrintedLabel]:
        """The labels in the rows of a group, but those by which a total says whose it is."""
        found: list[_PrintedLabel] = []
        for index, row in enumerate(members):
            for slot in _label_slots(row, self.group):
                known = [each.value for each in found]
                if row.is_total and slot.parsed.value in known:
                    continue
                is_behind = len(row.slots) > 1 and slot is row.slots[-1]
                found.append(_PrintedLabel(row, slot, index + is_behind))
        return found


class _LabelledGroup(NamedTuple):
    """The rows of a group with their label; None where that is wrong."""

    label: Cell | None
    rows: Sequence[ReadRow]


class _PrintedLabel(NamedTuple):
    """A label in a row, and the index of the row of the group before which it is printed."""

    row: ReadRow
    slot: Slot
    before: int

    @property
    def value(self) -> Value:
        """What the label means."""
        return self.slot.parsed.value


@dataclass
class _Parting:
    """Rows being parted into groups: what begins the next one."""

    group: Group
    groups: list[list[ReadRow]] = field(default_factory=list)
    seen: set[Value] = field(default_factory=set)  # the values of `restart` in the last group
    labels: set[Value] = field(default_factory=set)  # those printed in the last group
    ended: bool = True

    def add(self, row: ReadRow) -> None:
        """Put a row into the last group, or into a new one."""
        keys = self._keys(row)
        if self._begins(row, keys):
            self.groups.append([])
            self.seen = set()
            self.labels = set()
        self.groups[-1].append(row)
        self.seen |= keys
        self.labels |= self._printed_labels(row)
        is_whole_total = row.kind == "group_total" and not row.is_partial_total
        self.ended = self.group.ends_at_total and is_whole_total

    def _keys(self, row: ReadRow) -> set[Value]:
        if self.group.restart is None:
            return set()
        return {slot.parsed.value for slot in row.named(self.group.restart)}

    def _printed_labels(self, row: ReadRow) -> set[Value]:
        return {slot.parsed.value for slot in _label_slots(row, self.group)}

    def _begins(self, row: ReadRow, keys: set[Value]) -> bool:
        if row.kind == "label":
            return _is_label_of(row, self.group) or not self.groups
        if self.group.ends is not None:
            return self.ended or bool(keys & self.seen)
        labels = self._printed_labels(row)
        says_whose = row.is_total and labels <= self.labels
        return not self.groups or (bool(labels) and not says_whose)


def _parted(rows: Sequence[ReadRow], group: Group) -> list[list[ReadRow]]:
    """The rows in groups, by what the recipe says begins or ends one."""
    parting = _Parting(group)
    for row in rows:
        parting.add(row)
    return parting.groups


def _first_line(rows: Sequence[ReadRow]) -> int:
    return rows[0].lines()[0]


def _expected_row(members: Sequence[ReadRow], group: Group) -> int:
    """Before which row of a group its label must be printed.

    Word emits a vertically merged cell with the last row of its page fragment, so PDF text prints
    it before that row (measured in all 25 merged groups of the first publication).
    """
    if not group.is_merged:
        return 0
    page = members[0].unit.page
    return max(index for index, row in enumerate(members) if row.unit.page == page)


def data_slots(row: ReadRow, labels: Sequence[str]) -> list[Slot]:
    """The fields of a row without the labels of its groups."""
    return [slot for slot in row.slots if slot.name not in labels]
