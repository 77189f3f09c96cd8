"""Which columns hold periods, and how these are named and follow each other."""

from __future__ import annotations

from typing import Any

import pytest

from openbaar.database.charts.period_kinds import (
    Dates,
    Months,
    Periods,
    Quarters,
    Ranges,
    SchoolYears,
    Years,
    months_in,
)
from openbaar.database.charts.periods import periods_of
from openbaar.database.shown.results import Meaning
from openbaar.schema.model import SchemaField
from openbaar.tables.authored.queries import ResultColumn


def column(
    name: str, kind: str = "integer", low: int | None = None, high: int | None = None
) -> Any:
    """A column of a table, limited to the numbers from `low` to `high`."""
    described = {"name": name, "type": kind, "title": {"en": name}, "description": {"en": name}}
    limits = {"minimum": low, "maximum": high}
    return SchemaField.model_validate({**described, "constraints": limits})


COMPUTED = ResultColumn.model_validate({"title": {"en": "x"}})
MEASURED = ResultColumn.model_validate({"title": {"en": "x"}, "unit": {"en": "y"}})
YEAR = column("a", "year")


@pytest.mark.parametrize(
    ("meanings", "rows", "kind"),
    [
        ([YEAR], [(2020,), (2021,)], "year"),
        ([column("a", "date")], [("2020-01-31",)], "date"),
        ([column("a", "yearmonth")], [("2020-01",), ("2020-03",)], "month"),
        ([column("a", "yearmonth")], [("January",)], "date"),  # as a query may write it
        ([column("a", "string")], [("2019-2020",), ("2020-2021",)], "school year"),
        ([column("a", "string")], [("1999/00",), ("2000/01",)], "school year"),
        ([COMPUTED], [("2019–20",)], "school year"),
        ([column("a", "string")], [("2023 K1",), ("2023 K2",)], "quarter"),
        ([column("a", "string")], [("Q1 2023",), ("2023-q2",), ("2023T3",)], "quarter"),
        ([column("a", "string")], [("1e kwartaal 2023",), ("2. Quartal 2023",)], "quarter"),
        ([column("a", "string")], [("1er trimestre 2023",), ("4th quarter 2023",)], "quarter"),
        ([column("a", "string")], [("Q1",), ("Q2",)], None),
        ([column("a", "string")], [("Q5 2023",)], None),
        ([column("a", "string")], [("2019-2020",), ("2020-2022",)], None),
        ([column("a", "string")], [("2019-20",), ("total",)], None),
        ([YEAR, column("b", low=1, high=4)], [(2020, 1)], "quarter"),
        ([YEAR, column("b", low=1, high=12)], [(2020, 1)], "month"),
        ([YEAR, column("b", "year")], [(2020, 2020), (2021, 2023)], "range"),
        ([YEAR, column("b", "year")], [(2022, 2021)], "nested"),
        ([YEAR, column("b", "string")], [(2020, "x")], "nested"),
        ([COMPUTED], [(2020,)], "year"),  # nothing tells its type, but its values do
        ([COMPUTED], [(20,)], None),
        ([MEASURED], [(2020,)], None),  # an amount that looks like a year
        ([column("a")], [(2020,)], None),
        ([column("a", "string")], [("x",)], None),
        ([YEAR], [(None,)], None),
        ([YEAR], [], None),
    ],
)
def test_columns_are_periods_by_their_types_and_limits(
    meanings: list[Meaning], rows: list[tuple[Any, ...]], kind: str | None
) -> None:
    names = ["a", "b"][: len(meanings)]
    values = [dict(zip(names, row, strict=True)) for row in rows]
    found = periods_of(names, dict(zip(names, meanings, strict=True)), values)
    assert (None if found is None else found.kind) == kind


@pytest.mark.parametrize(
    ("kind", "row", "language", "label", "group"),
    [
        (Years, (2020,), "nl", "2020", ""),
        (Quarters, (2020, 2), "nl", "K2", "2020"),
        (Quarters, (2020, 2), "en", "Q2", "2020"),
        (Quarters, (2020, 2), "fr", "T2", "2020"),
        (Months, (2020, 5), "nl", "mei", "2020"),
        (Months, ("2020-05",), "nl", "mei", "2020"),
        (Quarters, ("Q2 2020",), "nl", "K2", "2020"),
        (SchoolYears, ("2019/20",), "nl", "2019/20", ""),
        (Dates, ("2020-05-09",), "nl", "9 mei 2020", ""),
        (Dates, ("mei 2020",), "nl", "mei 2020", ""),
        (Ranges, (2023, 2025), "nl", "2023–2025", ""),
        (Ranges, (2020, 2020), "nl", "2020", ""),
    ],
)
def test_a_period_is_named_in_its_language(
    kind: type[Periods], row: tuple[Any, ...], language: str, label: str, group: str
) -> None:
    names = ("a", "b")[: len(row)]
    values = dict(zip(names, row, strict=True))
    periods = kind(names)
    assert (periods.label(values, language), periods.group(values)) == (label, group)


def test_the_last_quarter_of_a_year_is_next_to_the_first_of_the_following_one() -> None:
    periods = Quarters(("a", "b"))
    last, first = periods.period({"a": 2020, "b": 4}), periods.period({"a": 2021, "b": 1})
    assert (first.parts or 0) - (last.parts or 0) == 1


@pytest.mark.parametrize(
    ("kind", "last", "first"),
    [
        (Months, "2020-12", "2021-01"),
        (Quarters, "Q4 2020", "Q1 2021"),
        (SchoolYears, "2019-2020", "2020-2021"),
    ],
)
def test_periods_in_one_text_are_next_to_each_other(
    kind: type[Periods], last: str, first: str
) -> None:
    periods = kind(("a",))
    before, after = periods.period({"a": last}), periods.period({"a": first})
    assert (after.parts or 0) - (before.parts or 0) == 1
    assert before.order < after.order


def test_the_months_that_a_text_names_are_found() -> None:
    assert months_in("cijfers 2023 tot en met mei 2023.", "nl") == [5]
    assert months_in("April, May and June only", "en") == [4, 5, 6]
    assert months_in("Datenstand: 13. Mai 2025, es kann", "de") == [5]
    assert months_in("figures for 2023", "en") == []
