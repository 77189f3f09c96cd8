"""Rows that can be read in several ways: the totals that the document states settle some."""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, pairwise, product, starmap
from typing import Literal, NamedTuple

from openbaar.recipe.row_keys import Kind, RowTemplate, TotalTemplate
from openbaar.recipe.templates import Reading, Slot
from openbaar.recipe.units import Unit

MAX_SUMS = 300_000  # partial sums kept for a total; beyond that it does not decide
NOTHING = Decimal(0)


class ReadRow(NamedTuple):
    """A row as read: its unit, its template, and its fields in the order of the template."""

    kind: Kind
    template: RowTemplate
    unit: Unit
    slots: Reading

    def named(self, name: str) -> list[Slot]:
        """The fields called `name`, in the order in which they are printed."""
        return [slot for slot in self.slots if slot.name == name]

    def lines(self, *slots: Slot) -> tuple[int, int]:
        """The first and last line of the given fields; of the whole row when none are given."""
        if not slots or len(self.unit.starts) == 1:
            return self.unit.lines()
        spans = [self.unit.lines(slot.start, slot.end) for slot in slots]
        return min(first for first, _ in spans), max(last for _, last in spans)

    @property
    def is_total(self) -> bool:
        """Whether it states totals."""
        return self.kind in ("group_total", "table_total")

    @property
    def is_partial_total(self) -> bool:
        """Whether it states totals of some of the rows that it would be the total of."""
        return isinstance(self.template, TotalTemplate) and self.template.is_partial

    def texts(self) -> list[str]:
        """The free texts of the row as printed: what is neither a number nor a code."""
        read = [slot.parsed for slot in self.slots if slot.parsed.how == "read"]
        return [each.printed for each in read if isinstance(each.value, str)]

    def numbers(self) -> dict[Name, Decimal]:
        """The numbers of the row by field and time; blanks and texts are left out."""
        found: dict[Name, Decimal] = {}
        times: Counter[str] = Counter()
        for slot in self.slots:
            value = slot.parsed.value
            if isinstance(value, int | Decimal) and not isinstance(value, bool):
                found[slot.name, times[slot.name]] = Decimal(value)
            times[slot.name] += 1
        return found


Options = list[list[ReadRow]]  # for each row, every way in which it can be read
Name = tuple[str, int]  # a field, and which time it stands in its row
Sums = tuple[Decimal, ...]  # one for each number of a total, in its order
Shares = Sequence[Sequence[Sums]]  # what each reading of each row adds to them


def settle(options: Sequence[list[ReadRow]]) -> Options:
    """Each row's readings that its totals leave, all of them where no choice adds up.

    A total settles the rows above it, back to the total before; where a table begins with a total,
    it settles the rows below it, down to the next one. A total of the table settles all its rows,
    and the totals of its groups. A reading goes where no choice of readings that holds it adds up
    in every column. What one total leaves, the next ones look at again.

    before: "1 234 567" as 1 | 234567 or 1234 | 567, then "2 0", then the total "1 236 567"
    after: 1234 | 567
    """
    settled = list(options)
    if _count(settled) == len(settled):
        return settled  # each row is read in one way
    stated = _stated(options)
    unsettled = -1
    while unsettled != (unsettled := _count(settled)):
        for total in stated:
            settled = total.narrowed(settled)
    return settled


@dataclass(frozen=True)
class Undecided:
    """A total that leaves rows open: the row that states it, and why, in words."""

    total: ReadRow
    why: str


def undecided(settled: Options) -> dict[int, Undecided]:
    """For the indexes of rows that stay open, the total that should have decided."""
    found: dict[int, Undecided] = {}
    for stated in _stated(settled):
        open_rows = [each for each in (*stated.parts, stated.total) if len(settled[each]) > 1]
        if open_rows:
            why = Undecided(settled[stated.total][0], stated.why_open(settled))
            found |= dict.fromkeys(open_rows, why) | found
    return found


def _count(options: Options) -> int:
    return sum(len(readings) for readings in options)


def _kind(readings: Sequence[ReadRow]) -> Kind | Literal["partial_total"]:
    """What a row is, however it is read; data where that hangs on how it is read.

    A row that states totals of some rows only settles none.
    """
    kinds = {reading.kind for reading in readings}
    if kinds not in ({"group_total"}, {"table_total"}):
        return "data"
    if any(reading.is_partial_total for reading in readings):
        return "partial_total"
    return kinds.pop()


def _stated(options: Sequence[list[ReadRow]]) -> list[_Stated]:
    """The totals among rows, each with the rows that it is the sum of."""
    kinds = [_kind(readings) for readings in options]
    data = _indexes_of("data", kinds)
    of_groups = _indexes_of("group_total", kinds)
    totals = sorted([*of_groups, *_indexes_of("table_total", kinds)])
    are_above = totals[:1] == [0]
    # What bounds the rows of each total: the one before and itself, or itself and the next one.
    bounds = [*totals, len(options)] if are_above else [-1, *totals]
    found = []
    for index, (before, after) in zip(totals, pairwise(bounds), strict=True):
        if kinds[index] == "group_total":
            found.append(_Stated(index, data[bisect(data, before) : bisect(data, after)]))
            continue
        found.append(_Stated(index, data))
        if _are_in_groups(data, of_groups, are_above):
            found.append(_Stated(index, of_groups, "group_total"))
    return found


def _indexes_of(wanted: str, kinds: Sequence[str]) -> list[int]:
    return [index for index, kind in enumerate(kinds) if kind == wanted]


def _are_in_groups(data: Sequence[int], of_groups: Sequence[int], are_above: bool) -> bool:
    """Whether each row of data has a total of its group: then the sum of those is that of all."""
    if not data or not of_groups:
        return False
    return of_groups[0] < data[0] if are_above else of_groups[-1] > data[-1]


@dataclass(frozen=True)
class _Stated:
    """A row that states totals, and the rows of a kind that it is the sum of, by their indexes."""

    total: int
    parts: Sequence[int]
    kind: Kind = "data"

    @property
    def _involved(self) -> list[int]:
        return [*self.parts, self.total]

    def narrowed(self, options: Options) -> Options:
        """The options without the readings with which nothing adds up.

        Unchanged where nothing adds up at all, or where there are too many sums to look at.
        """
        if all(len(options[each]) == 1 for each in self._involved):
            return options
        kept = self._kept(options)
        if kept is None or not all(kept):
            return options
        narrowed = list(options)
        for each, readings in zip(self._involved, kept, strict=True):
            narrowed[each] = [row for row in options[each] if row in readings]
        return narrowed

    def why_open(self, options: Options) -> str:
        """Why it leaves rows open, in words that go on after its name."""
        kept = self._kept(options)
        if kept is None:
            return "does not decide: there are too many choices to look at"
        if not all(kept):
            return "does not decide: no choice of readings adds up to it"
        return "does not decide: several choices of readings add up to it"

    def _kept(self, options: Options) -> Options | None:
        """For each row involved, the readings that are in a choice that adds up.

        None where there are too many sums to look at, or where no numbers are stated.
        """
        parts = [options[each] for each in self.parts]
        kept: Options = [[] for _ in self._involved]
        for total in options[self.total]:
            numbers = total.numbers()
            found = _adding_up(numbers, parts, self.kind) if numbers else None
            if found is None:
                return None
            if found or not parts:
                for readings, more in zip(kept, [*found, [total]], strict=True):
                    readings += more
        return kept


def _adding_up(stated: Mapping[Name, Decimal], options: Options, kind: Kind) -> Options | None:
    """For each row the readings that are in a choice whose sums are those stated.

    No rows where no choice adds up; None where there are too many sums to look at. The sums that
    can be reached are found from the first row to the last, and those that lead to the total from
    the last row to the first.
    """
    shares = [[_share(row, stated, kind) for row in readings] for readings in options]
    limit = tuple(stated.values())
    reached = _reached(shares, limit)
    if reached is None:
        return None
    if limit not in reached[-1]:
        return []
    return _leading_to(limit, options, shares, reached)


def _reached(shares: Shares, limit: Sums) -> list[set[Sums]] | None:
    """The sums that can be reached before the first row, and after each; None for too many."""
    every = chain.from_iterable(shares)
    only_grows = all(min(share, default=NOTHING) >= 0 for share in every)
    reached: list[set[Sums]] = [{tuple(NOTHING for _ in limit)}]
    count = 0
    for each in shares:
        further = set(starmap(_plus, product(reached[-1], each)))
        if only_grows:  # what only grows cannot come back to the total
            further = {sums for sums in further if not _is_beyond(sums, limit)}
        count += len(further)
        if count > MAX_SUMS:
            return None
        reached.append(further)
    return reached


def _leading_to(
    limit: Sums, options: Options, shares: Shares, reached: Sequence[set[Sums]]
) -> Options:
    """For each row the readings with which sums that were reached lead to the total."""
    wanted = {limit}
    kept: Options = []
    backwards = zip(reversed(options), reversed(shares), reversed(reached[:-1]), strict=True)
    for readings, each, before in backwards:
        used: set[int] = set()
        leading: set[Sums] = set()
        for sums in before:
            for number, share in enumerate(each):
                if _plus(sums, share) in wanted:
                    used.add(number)
                    leading.add(sums)
        wanted = leading
        kept.append([row for number, row in enumerate(readings) if number in used])
    return kept[::-1]


def _share(row: ReadRow, names: Iterable[Name], kind: Kind) -> Sums:
    """What a row adds to each sum; a row of another kind adds nothing."""
    numbers = row.numbers() if row.kind == kind else {}
    return tuple(numbers.get(name, NOTHING) for name in names)


def _plus(sums: Sums, share: Sums) -> Sums:
    return tuple(one + other for one, other in zip(sums, share, strict=True))


def _is_beyond(sums: Sums, limit: Sums) -> bool:
    return any(part > whole for part, whole in zip(sums, limit, strict=True))
