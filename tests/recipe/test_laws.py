"""What holds for every text and every number: the laws of reading cells, rows and totals."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from openbaar.recipe.numbers import NumberFormat
from openbaar.recipe.row_keys import RowTemplate
from openbaar.recipe.settle import ReadRow, settle
from openbaar.recipe.templates import MAX_READINGS, Slot, attempt, template_items
from openbaar.recipe.units import LineStart, Unit
from openbaar.recipe.values import Parsed, Reader, parse_number

FORMATS = [
    NumberFormat(thousands=thousands, decimal=decimal)
    for thousands, decimal in itertools.product([".", ",", " ", "'", "’", ""], [".", ",", ""])
    if not thousands or thousands != decimal
]


def printed(number: Decimal, numbers: NumberFormat) -> str:
    """A number as a document of this format prints it."""
    whole, _, decimals = f"{abs(number):f}".partition(".")
    grouped = f"{int(whole):,}".replace(",", numbers.thousands)
    text = f"{grouped}{numbers.decimal}{decimals}" if decimals else grouped
    return f"-{text}" if number.is_signed() else text


@st.composite
def numbers_of(draw: st.DrawFn) -> tuple[Decimal, NumberFormat]:
    """A number, with decimals only where its format has a sign for them."""
    numbers = draw(st.sampled_from(FORMATS))
    places = draw(st.integers(0, 4)) if numbers.decimal else 0
    return Decimal(draw(st.integers(-(10**15), 10**15))).scaleb(-places), numbers


@given(numbers_of())
def test_a_printed_number_is_read_as_what_it_is(case: tuple[Decimal, NumberFormat]) -> None:
    number, numbers = case
    assert parse_number(printed(number, numbers), numbers) == number


@given(st.text("0123456789.,' -+−", max_size=12), st.sampled_from(FORMATS))
def test_a_number_can_be_printed_in_one_way_only(text: str, numbers: NumberFormat) -> None:
    try:
        number = parse_number(text, numbers)
    except ValueError:
        return
    assert printed(number, numbers) == text.removeprefix("+").replace("−", "-")


def readers_for(names: list[str]) -> Mapping[str, Reader]:
    """Readers that take any text."""
    return {name: Reader(str) for name in names}


WORD = st.text("ab1", min_size=1, max_size=3)


@given(st.lists(WORD, min_size=1, max_size=5))
def test_cells_between_signs_that_are_in_none_of_them_are_read_in_one_way(
    words: list[str],
) -> None:
    names = [f"f{index}" for index in range(len(words))]
    template = " ; ".join("{" + name + "}" for name in names)
    (reading,) = attempt(template, " ; ".join(words), readers_for(names)).readings
    assert [slot.parsed.value for slot in reading] == words


@given(st.lists(WORD, min_size=1, max_size=6), st.integers(1, 4))
def test_each_reading_accounts_for_every_character(words: list[str], fields: int) -> None:
    names = [f"f{index}" for index in range(fields)]
    template = " ".join("{" + name + "}" for name in names)
    text = " ".join(words)
    found = attempt(template, text, readers_for(names)).readings
    for reading in found:
        assert [slot.name for slot in reading] == names
        assert " ".join(slot.parsed.printed for slot in reading) == text
        assert [text[slot.start : slot.end] for slot in reading] == [
            slot.parsed.printed for slot in reading
        ]
    # n words fall into k fields in as many ways as k - 1 of the n - 1 spaces can be chosen.
    ways = len(list(itertools.combinations(range(len(words) - 1), fields - 1)))
    assert len(set(found)) == len(found) == min(ways, MAX_READINGS)


@given(st.lists(st.sampled_from(["{a}", "{b}", "x", " ", "{{", "}}"]), max_size=8))
def test_the_items_of_a_template_are_all_of_it(parts: list[str]) -> None:
    template = "".join(parts)
    again = ""
    for literal, name in template_items(template):
        again += literal.replace("{", "{{").replace("}", "}}")
        again += "" if name is None else "{" + name + "}"
    assert again == template


Numbers = tuple[int, ...]


def row(kind: str, numbers: Numbers) -> ReadRow:
    """A row of data or a total with these numbers in its columns."""
    unit = Unit("x", (LineStart(0, 1),), 1)
    slots = []
    for index, number in enumerate(numbers):
        slots.append(Slot(f"c{index}", Parsed(number, str(number), "read"), 0, 1))
    return ReadRow(kind, RowTemplate(row="{c0}"), unit, tuple(slots))  # type: ignore[arg-type]


def values(read: ReadRow) -> Numbers:
    """The numbers of a row."""
    return tuple(int(number) for number in read.numbers().values())


PAIR = st.tuples(st.integers(-3, 9), st.integers(-3, 9))
OPTIONS = st.lists(
    st.lists(PAIR, min_size=1, max_size=3, unique=True),
    min_size=1,
    max_size=4,
)


def adding_up(options: list[list[Numbers]], total: Numbers) -> list[tuple[Numbers, ...]]:
    """Every choice of one reading a row whose sum is the total."""
    return [
        choice
        for choice in itertools.product(*options)
        if tuple(sum(column) for column in zip(*choice, strict=True)) == total
    ]


@given(OPTIONS, st.data())
def test_a_total_leaves_the_readings_that_are_in_a_choice_that_adds_up(
    options: list[list[Numbers]], data: st.DataObject
) -> None:
    true = [data.draw(st.sampled_from(readings)) for readings in options]
    total = tuple(sum(column) for column in zip(*true, strict=True))
    rows = [[row("data", numbers) for numbers in readings] for readings in options]
    *settled, _ = settle([*rows, [row("table_total", total)]])
    choices = adding_up(options, total)
    for number, readings in enumerate(settled):
        left = [values(each) for each in readings]
        assert set(left) == {choice[number] for choice in choices}


@given(OPTIONS, OPTIONS, st.data())
def test_totals_of_groups_and_of_the_table_settle_each_other_and_lose_no_true_reading(
    first: list[list[Numbers]], second: list[list[Numbers]], data: st.DataObject
) -> None:
    groups: list[list[list[ReadRow]]] = []
    true: list[Numbers] = []
    for options in (first, second):
        chosen = [data.draw(st.sampled_from(readings)) for readings in options]
        total = tuple(sum(column) for column in zip(*chosen, strict=True))
        other = data.draw(PAIR)
        rows = [[row("data", numbers) for numbers in readings] for readings in options]
        groups.append([*rows, [row("group_total", n) for n in dict.fromkeys([total, other])]])
        true += [*chosen, total]
    sums = [column for column in zip(true[len(first)], true[-1], strict=True)]
    whole = tuple(one + other for one, other in sums)
    settled = settle([*groups[0], *groups[1], [row("table_total", whole)]])
    for readings, numbers in zip(settled, [*true, whole], strict=True):
        assert numbers in [values(each) for each in readings]


def test_a_total_of_the_table_settles_those_of_its_groups() -> None:
    rows = [
        [row("data", (1, 1)), row("data", (2, 2))],
        [row("group_total", (1, 1)), row("group_total", (2, 2))],
        [row("data", (3, 3)), row("data", (5, 5))],
        [row("group_total", (3, 3)), row("group_total", (5, 5))],
        [row("table_total", (4, 4))],
    ]
    settled = [[values(each) for each in readings] for readings in settle(rows)]
    assert settled == [[(1, 1)], [(1, 1)], [(3, 3)], [(3, 3)], [(4, 4)]]
