"""The chart of a table whose author names none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from databases import built, found
from openbaar.database.charts.choice import chosen_chart
from openbaar.database.charts.content import ChartRow
from openbaar.tables.authored.model import Table
from openbaar.tables.authored.queries import Chart
from openbaar.tables.judging.row_checks import PercentCheck

YEARS = (2020, 2021, 2022)


def a_table(key: list[str], *fields: str) -> Table:
    """A table with these columns, each `name:type`, or `name:type:unit`."""
    described = []
    for each in fields:
        name, kind, *unit = each.split(":")
        field = {"name": name, "type": kind, "title": {"en": name}, "description": {"en": name}}
        if unit:
            field["unit"] = {"en": unit[0]}
        if name == "quarter":
            field["constraints"] = {"minimum": 1, "maximum": 4}
        described.append(field)
    return Table.model_validate(
        {
            "name": "cases",
            "title": {"en": "Cases"},
            "description": {"en": "Cases"},
            "schema": {"primaryKey": key, "fields": described},
        }
    )


def rows_of(*values: dict[str, object]) -> list[ChartRow]:
    return [ChartRow(str(index), each) for index, each in enumerate(values)]


def axes(table: Table, rows: list[ChartRow]) -> tuple[tuple[str, ...], tuple[str, ...], str | None]:
    """The axes and the colour of the chart that is chosen."""
    choice = chosen_chart(table, rows)
    assert choice is not None
    return choice.chart.x, choice.chart.y, choice.chart.color


def in_years(names: list[str], **columns: int) -> list[ChartRow]:
    """A row for each year and name; every figure is another one."""
    rows = []
    for place, year in enumerate(YEARS):
        for number, name in enumerate(names, start=1):
            figures = {column: base * number**2 + place for column, base in columns.items()}
            rows.append({"year": year, "name": name, **figures})
    return rows_of(*rows)


def test_years_stand_along_the_axis_and_a_few_names_are_colours() -> None:
    table = a_table(["year", "name"], "year:year", "name:string", "count:integer")
    rows = in_years(["a", "b", "c"], count=100)
    assert axes(table, rows) == (("year",), ("count",), "name")


def test_many_names_stand_below_each_other_with_a_colour_for_each_year() -> None:
    table = a_table(["year", "name"], "year:year", "name:string", "count:integer")
    rows = in_years([f"place {number}" for number in range(20)], count=100)
    assert axes(table, rows) == (("count",), ("name",), "year")


def test_a_quarter_stands_below_its_year() -> None:
    table = a_table(["year", "quarter"], "year:year", "quarter:integer", "count:integer")
    rows = [{"year": 2020, "quarter": each, "count": each * 10} for each in (1, 2, 3, 4)]
    assert axes(table, rows_of(*rows)) == (("year", "quarter"), ("count",), None)


@pytest.mark.parametrize(
    ("kind", "periods"),
    [
        ("yearmonth", ["2023-01", "2023-02", "2023-03"]),
        ("string", ["2020-2021", "2021-2022", "2022-2023"]),
        ("string", ["K3 2022", "K4 2022", "K1 2023"]),
    ],
)
def test_months_and_school_years_stand_along_the_axis_as_years_do(
    kind: str, periods: list[str]
) -> None:
    table = a_table(["name", "moment"], f"moment:{kind}", "name:string", "count:integer:cases")
    rows = []
    for place, period in enumerate(periods):
        rows += [{"moment": period, "name": "a", "count": 10 + place}]
        rows += [{"moment": period, "name": "b", "count": 71 + place}]
    assert axes(table, rows_of(*rows)) == (("moment",), ("count",), "name")
    alone = a_table(["moment"], f"moment:{kind}", "count:integer")
    figures = [{"moment": period, "count": 71 + place} for place, period in enumerate(periods)]
    assert axes(alone, rows_of(*figures)) == (("moment",), ("count",), None)


def test_the_only_column_with_a_unit_is_measured() -> None:
    table = a_table(["year"], "year:year", "standing:integer", "count:integer:cases")
    rows = rows_of(*({"year": year, "standing": 1, "count": year - 2000} for year in YEARS))
    assert axes(table, rows)[1] == ("count",)


def in_columns(units: list[str]) -> Table:
    """A table of names with columns that count in these units."""
    columns = [f"{name}:integer{unit}" for name, unit in zip("nsw", units, strict=False)]
    return a_table(["name"], "name:string", *columns)


FIGURES = [
    {"name": name, "n": 3 + place * 7, "s": place**2 + 1} for place, name in enumerate("abcd")
]


@pytest.mark.parametrize("units", [["", ""], [":cases", ":euros"], [":cases", ":euros", ":cases"]])
def test_one_of_several_measures_is_not_shown_as_the_whole(units: list[str]) -> None:
    rows = [{**each, "w": place + 3} for place, each in enumerate(FIGURES)]
    assert chosen_chart(in_columns(units), rows_of(*rows)) is None


def test_columns_that_count_in_one_unit_are_shown_together() -> None:
    rows = rows_of(*FIGURES)
    assert axes(in_columns([":cases", ":cases"]), rows) == (("n", "s"), ("name",), None)
    years = a_table(["year"], "year:year", "n:integer:cases", "s:integer:cases")
    by_year = [{**each, "year": 2020 + place} for place, each in enumerate(FIGURES)]
    assert axes(years, rows_of(*by_year)) == (("year",), ("n", "s"), None)


def test_a_column_that_is_the_sum_of_the_others_is_left_out() -> None:
    rows = [{**each, "w": each["n"] + each["s"]} for each in FIGURES]  # type: ignore[operator]
    table = in_columns([":cases", ":cases", ":cases"])
    assert axes(table, rows_of(*rows))[0] == ("n", "s")
    rows[0]["w"] = 12345
    assert axes(table, rows_of(*rows))[0] == ("n", "s", "w")


def test_percentages_that_a_check_works_out_are_left_out() -> None:
    table = in_columns([":cases", ":cases", ":percent"])
    rows = rows_of(*({**each, "w": 40 + place} for place, each in enumerate(FIGURES)))
    assert chosen_chart(table, rows) is None
    check = PercentCheck(name="share", percent="w", of=("n", "s"))
    checked = table.model_copy(update={"checks": (check,)})
    assert axes(checked, rows)[0] == ("n", "s")


def test_columns_that_need_their_colours_are_not_shown_beside_names_and_years() -> None:
    table = a_table(
        ["year", "name"], "year:year", "name:string", "n:integer:cases", "s:integer:cases"
    )
    assert chosen_chart(table, in_years(["a", "b", "c"], n=100, s=17)) is None


def test_a_total_among_the_names_leaves_no_chart_of_columns() -> None:
    total = {"name": "all", "n": 54, "s": 18}
    rows = rows_of(*FIGURES, total)
    assert chosen_chart(in_columns([":cases", ":cases"]), rows) is None


def test_numbers_that_may_be_postal_codes_are_not_measured() -> None:
    table = a_table(["name"], "name:string", "code:integer", "share:number")
    rows = []
    for number, name in enumerate("abcd", start=1):
        rows.append({"name": name, "code": 9000 + number, "share": number * 1.5})
    assert axes(table, rows_of(*rows)) == (("share",), ("name",), None)
    only_codes = a_table(["name"], "name:string", "code:integer")
    assert chosen_chart(only_codes, rows_of(*rows)) is None


def test_a_total_that_is_a_row_is_not_drawn_beside_its_parts() -> None:
    table = a_table(["name"], "name:string", "count:integer:cases")
    parts = [{"name": "a", "count": 30}, {"name": "b", "count": 12}, {"name": "c", "count": 5}]
    assert chosen_chart(table, rows_of(*parts)) is not None
    assert chosen_chart(table, rows_of(*parts, {"name": "all", "count": 47})) is None


@pytest.mark.parametrize(
    ("key", "fields"),
    [
        (["position"], ["position:integer", "count:integer:cases"]),
        (["name", "kind"], ["name:string", "kind:string", "count:integer:cases"]),
        (["name"], ["name:string", "text:string"]),
    ],
    ids=["numbered rows", "two names", "no figures"],
)
def test_nothing_is_drawn_where_no_chart_is_plain(key: list[str], fields: list[str]) -> None:
    columns = [each.partition(":")[0] for each in fields]
    rows = []
    for number in range(1, 5):
        rows.append(dict.fromkeys(columns, number) | {"name": f"n{number}", "kind": "k"})
    assert chosen_chart(a_table(key, *fields), rows_of(*rows)) is None


def test_few_figures_are_no_chart() -> None:
    table = a_table(["year"], "year:year", "count:integer:cases")
    blank = rows_of(*({"year": year, "count": None} for year in YEARS))
    assert chosen_chart(table, blank) is None
    two = rows_of({"year": 2020, "count": 1}, {"year": 2021, "count": 2})
    assert chosen_chart(table, two) is None


NUMBER_UNIT = "      unit: {nl: gemeenten, en: municipalities}\n"
SHARE_UNIT = "      unit: {nl: procent, en: percent}\n"
REGIONS = """\
year,region,number,share,status
2019,flanders,300,51.6,
2019,brussels,19,3.3,
2019,wallonia,262,45.1,
"""


@pytest.mark.parametrize(("written", "expected"), [("", 2), ("chart: none\n", 0)])
def test_an_author_can_say_that_there_is_no_chart(
    hand_made: Path, written: str, expected: int
) -> None:
    path = hand_made / "tables" / "municipalities.csv"
    path.write_text(REGIONS, "utf-8")
    described = hand_made / "tables" / "municipalities.yaml"  # with one measure
    described.write_text(described.read_text("utf-8").replace(SHARE_UNIT, ""), "utf-8")
    for name in ("mergers", "provenance", "reconciliation"):
        csv = hand_made / "tables" / f"{name}.csv"
        csv.write_text(csv.read_text("utf-8").splitlines(keepends=True)[0], "utf-8")
    sql = "SELECT count(*) FROM _charts WHERE page = 'municipalities'"
    assert found(built(hand_made, chart=written), sql) == [(expected,)]


def test_a_chart_that_an_author_names_stays_as_it_is() -> None:
    written = {"x": "count", "y": "name"}
    table = a_table(["name"], "name:string", "count:integer:cases")
    given = table.model_copy(update={"chart": Chart.model_validate(written)})
    assert given.chart is not None
    assert not given.may_be_charted


@pytest.mark.parametrize(
    ("numbers", "written"), [(("2663", "300"), True), (("9000", "9300"), False)]
)
def test_whole_numbers_without_a_unit_are_figures_unless_they_may_be_codes(
    hand_made: Path, numbers: tuple[str, str], written: bool
) -> None:
    described = hand_made / "tables" / "municipalities.yaml"
    without = described.read_text("utf-8").replace(NUMBER_UNIT, "").replace(SHARE_UNIT, "")
    described.write_text(without, "utf-8")
    rows = ["year,region,number,share,status"]
    for region, number in zip(("flanders", "brussels"), numbers, strict=True):
        rows.append(f"2019,{region},{number},,")
    (hand_made / "tables" / "municipalities.csv").write_text("\n".join(rows) + "\n", "utf-8")
    for name in ("mergers", "provenance", "reconciliation"):
        csv = hand_made / "tables" / f"{name}.csv"
        csv.write_text(csv.read_text("utf-8").splitlines(keepends=True)[0], "utf-8")
    [(content,)] = found(built(hand_made), "SELECT content FROM _site WHERE name = 'figures'")
    assert json.loads(content)["municipalities"] == (["number"] if written else [])
