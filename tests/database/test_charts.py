"""Which charts there are, and what they show."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import drawings
from databases import PARAMETER, built, found, with_sql
from openbaar.database.charts.gathered import MAX_MARKS
from openbaar.errors import OpenbaarError
from served import ROOT, Built, build


def svg_of(database: Path, page: str | None = None, form: str = "wide") -> str:
    """The chart of a page in Dutch, or the only one."""
    where = f"AND page = '{page}'" if page else ""
    sql = f"SELECT {form} FROM _charts WHERE language = 'nl' AND parameters = '{{}}' {where}"
    ((svg,),) = found(database, sql)
    return str(svg)


def rows_of(hand_made: Path, *rows: str) -> None:
    """Give the table municipalities these rows."""
    path = hand_made / "tables" / "municipalities.csv"
    path.write_text("\n".join(["year,region,number,share,status", *rows, ""]), "utf-8")
    (hand_made / "tables" / "mergers.csv").write_text(
        "position,date,text,year,region,several,names\n", "utf-8"
    )
    for name in ("provenance", "reconciliation"):
        csv = hand_made / "tables" / f"{name}.csv"
        csv.write_text(csv.read_text("utf-8").splitlines(keepends=True)[0], "utf-8")


CHART = "chart: {x: year, y: number, color: region}\n"


def test_a_table_and_each_choice_of_a_query_have_a_chart_in_each_language(hand_made: Path) -> None:
    query = PARAMETER + "    chart: {x: year, y: number}\n"
    database = built(hand_made, query, "chart: {x: number, y: region, color: year}\n")
    charts = found(database, "SELECT page, parameters, language FROM _charts ORDER BY 1, 2, 3")
    years = ['{"year": "1961"}', '{"year": "2019"}', '{"year": "2025"}', "{}"]
    assert charts == [
        *[("municipalities", "{}", language) for language in ("en", "nl")],
        *[("per_year", given, language) for given in years for language in ("en", "nl")],
    ]


def test_a_chart_has_titles_units_source_version_and_the_names_of_codes(hand_made: Path) -> None:
    written = " ".join(drawings.words(svg_of(built(hand_made, chart=CHART))))
    for part in (
        "Gemeenten per gewest",
        "Aantal (gemeenten)",
        "Gewest:",
        "2025",
        "Wallonië",
        "Gemeenten van België, versie 1.2.0.",
    ):
        assert part in written


def test_the_chart_of_a_choice_says_what_was_chosen(hand_made: Path) -> None:
    database = built(hand_made, PARAMETER + "    chart: {x: year, y: number}\n")
    sql = """SELECT wide FROM _charts WHERE language = 'nl' AND parameters = '{"year": "2019"}'"""
    ((svg,),) = found(database, sql)
    assert "Jaar: 2019" in " ".join(drawings.words(svg))


def test_periods_count_up_where_rows_do_not_and_years_left_out_leave_a_gap(
    hand_made: Path,
) -> None:
    rows_of(hand_made, "2021,brussels,3,,", "2018,brussels,1,,", "2019,brussels,2,,")
    svg = svg_of(built(hand_made, chart=CHART))
    bars = drawings.bars(svg)
    order = sorted(bars, key=lambda key: bars[key].left)
    assert order == ["2018,brussels", "2019,brussels", "2021,brussels"]
    years = [word for word in drawings.words(svg) if re.fullmatch(r"20\d\d|…", word)]
    assert years == ["2018", "2019", "…", "2021"]


@pytest.mark.parametrize("chart", ["x: status, y: number", "x: year, y: number, color: status"])
def test_quarters_in_texts_count_up_as_periods_and_as_colours(hand_made: Path, chart: str) -> None:
    said = ["K2 2023", "K1 2024", "K1 2023"]
    regions = ["brussels", "flanders", "wallonia"]
    with (hand_made / "tables" / "statuses.csv").open("a", encoding="utf-8") as statuses:
        statuses.writelines(f"{quarter},{quarter}\n" for quarter in said)
    pairs = zip(regions, said, strict=True)
    rows_of(hand_made, *(f"2019,{region},3,,{quarter}" for region, quarter in pairs))
    bars = drawings.bars(svg_of(built(hand_made, chart=f"chart: {{{chart}}}\n")))
    order = sorted(bars, key=lambda key: bars[key].left)
    assert order == ["2019,wallonia", "2019,brussels", "2019,flanders"]


def test_colours_are_in_the_order_of_the_code_list_whatever_the_order_of_rows(
    hand_made: Path,
) -> None:
    codes = [
        line.split(",")[0]
        for line in (hand_made / "tables" / "regions.csv").read_text("utf-8").splitlines()[1:]
    ]
    rows_of(
        hand_made, *[f"2019,{code},{place + 1},," for place, code in enumerate(reversed(codes))]
    )
    bars = drawings.bars(svg_of(built(hand_made, chart=CHART)))
    order = sorted(bars, key=lambda key: bars[key].left)
    assert order == [f"2019,{code}" for code in codes]


def test_the_legend_has_no_colour_without_bars(hand_made: Path) -> None:
    rows_of(hand_made, "2019,flanders,300,,", "2019,brussels,19,,", "2019,wallonia,,,not_given")
    words = drawings.words(svg_of(built(hand_made, chart=CHART)))
    assert ("Brussels Hoofdstedelijk Gewest" in words, "Wallonië" in words) == (True, False)


@pytest.mark.parametrize(
    "sql", ["SELECT year, number FROM municipalities WHERE year = 1", "SELECT nothing"]
)
def test_a_query_that_finds_nothing_or_fails_has_no_chart(hand_made: Path, sql: str) -> None:
    """The check that runs all queries reports both."""
    with_sql(hand_made, sql)
    database = built(hand_made, "    chart: {x: year, y: number}\n")
    assert found(database, "SELECT * FROM _charts") == []


def numbers(count: int, columns: str) -> str:
    """An SQL that finds that many rows."""
    counted = f"WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT {count})"
    return f"{counted} SELECT {columns} FROM c, municipalities GROUP BY n"


def test_a_chart_with_more_rows_than_one_can_tell_apart_is_refused(hand_made: Path) -> None:
    with_sql(hand_made, numbers(MAX_MARKS + 1, "n AS year, n AS number"))
    with pytest.raises(OpenbaarError) as raised:
        built(hand_made, "    chart: {x: year, y: number}\n")
    (problem,) = raised.value.problems
    lines = (hand_made / "tables" / "package.yaml").read_text("utf-8").splitlines()
    assert lines[(problem.place.first_line or 0) - 1].strip().startswith("chart:")
    assert problem.message == "the chart would show 501 rows; a reader can tell 500 apart at most"


def test_rows_whose_marks_would_be_in_one_place_are_refused(hand_made: Path) -> None:
    with pytest.raises(OpenbaarError, match="several rows of the chart have one place: 2019"):
        built(hand_made, chart="chart: {x: year, y: number}\n")


def test_kinds_of_rows_are_told_apart_where_the_author_does_not_say_so(hand_made: Path) -> None:
    rows_of(hand_made, "2018,brussels,3,,cannot_exist", "2019,brussels,1,,not_given")
    table = hand_made / "tables" / "municipalities.yaml"
    before = "description: {nl: Waarom een waarde ontbreekt., en: Why a value is missing.}\n"
    enum = "      constraints: {enum: [cannot_exist, not_given]}\n"
    table.write_text(table.read_text("utf-8").replace(before, before + enum), "utf-8")
    svg = svg_of(built(hand_made, chart="chart: {x: year, y: number}\n"))
    bars = drawings.bars(svg)
    assert {"kan niet bestaan", "niet gegeven"} <= set(drawings.words(svg))
    assert bars["2018,brussels"].width == pytest.approx(96, abs=1)  # nothing is beside it


def test_a_line_through_what_is_no_period_is_refused(hand_made: Path) -> None:
    with pytest.raises(OpenbaarError, match="a line joins periods, and 'region' holds none"):
        built(hand_made, chart="chart: {x: region, y: number, mark: line}\n")


def test_a_long_list_is_sorted_by_value_and_all_but_the_top_is_folded_away(
    hand_made: Path,
) -> None:
    with_sql(hand_made, numbers(20, "'naam ' || n AS region, n AS number"))
    database = built(hand_made, "    chart: {x: number, y: region}\n")
    shown = drawings.bars(svg_of(database))
    rest = drawings.bars(svg_of(database, form="rest_wide"))
    assert [int(key) + 1 for key in [*shown, *rest]] == list(range(20, 0, -1))
    assert (len(shown), len(rest)) == (10, 10)
    assert "de 10 grootste van 20" in " ".join(drawings.words(svg_of(database)))


def test_many_periods_of_several_colours_are_lines_and_few_are_columns(hand_made: Path) -> None:
    for years, is_line in ((3, False), (20, True)):
        rows = [
            f"{2000 + n},{code},{n + 1},,"
            for n in range(years)
            for code in ("flanders", "brussels")
        ]
        rows_of(hand_made, *rows)
        table = hand_made / "tables" / "municipalities.yaml"
        if "chart:" in table.read_text("utf-8"):
            svg = svg_of(built(hand_made))
        else:
            svg = svg_of(built(hand_made, chart=CHART))
        assert bool(drawings.points(svg)) == is_line


def test_shares_that_make_up_a_whole_are_stacked(hand_made: Path) -> None:
    rows_of(
        hand_made,
        "2018,flanders,1,60.2,",
        "2018,brussels,1,39.8,",
        "2019,flanders,1,55,",
        "2019,brussels,1,45,",
    )
    svg = svg_of(built(hand_made, chart="chart: {x: year, y: share, color: region}\n"))
    bars = drawings.bars(svg)
    assert bars["2018,flanders"].bottom == pytest.approx(bars["2018,brussels"].top, abs=0.1) or (
        bars["2018,brussels"].bottom == pytest.approx(bars["2018,flanders"].top, abs=0.1)
    )
    assert {"60,2", "45,0"} <= set(drawings.words(svg))


def test_nothing_is_drawn_where_there_are_more_colours_than_one_can_tell_apart(
    hand_made: Path,
) -> None:
    with_sql(hand_made, numbers(20, "2000 + n % 2 AS year, 'naam ' || n AS region, n AS number"))
    chart = "    chart: {x: year, y: number, color: region}\n"
    assert found(built(hand_made, chart), "SELECT * FROM _charts") == []


@pytest.mark.parametrize(
    ("of_period", "widths"),
    [("", None), (", of_period: total", [1, 3]), (", of_period: per_year", [1, 3])],
)
def test_periods_of_different_length_are_drawn_only_if_one_knows_what_they_count(
    hand_made: Path, of_period: str, widths: list[int] | None
) -> None:
    one = "SELECT 2020 AS year, 2020 AS until, 6 AS number FROM municipalities"
    with_sql(hand_made, f"{one} UNION SELECT 2021, 2023, 6")
    columns = "    columns: {until: {title: {nl: Tot, en: Until}}}\n"
    chart = f"    chart: {{x: [year, until], y: number{of_period}}}\n"
    database = built(hand_made, columns + chart)
    if widths is None:
        assert found(database, "SELECT * FROM _charts") == []
        return
    svg = svg_of(database)
    bars = drawings.bars(svg)
    assert (bars["1"].width + 4) / (bars["0"].width + 4) == pytest.approx(3, abs=0.01)
    expected = 3 if "total" in of_period else 1
    assert bars["0"].height / bars["1"].height == pytest.approx(expected, abs=0.01)
    assert ("6 in 3 jaar" in drawings.words(svg)) == ("total" in of_period)


@pytest.mark.parametrize(
    "chart",
    ["{x: year, y: region}", "{x: share, y: number}", "{x: year, y: [number, region]}"],
)
def test_a_chart_that_measures_nothing_or_two_things_is_refused(
    hand_made: Path, chart: str
) -> None:
    message = "one of 'x' and 'y', and not both, should be a column with a 'unit'"
    with pytest.raises(OpenbaarError, match=message):
        built(hand_made, chart=f"chart: {chart}\n")


@pytest.mark.parametrize(
    ("chart", "message"),
    [
        (
            "{x: year, y: [number, share]}",
            "what is measured together should have one unit: number, share",
        ),
        (
            "{x: year, y: [number, number], color: region}",
            "columns measured together are the colours; leave out 'color'",
        ),
    ],
)
def test_columns_that_cannot_be_measured_together_are_refused(
    hand_made: Path, chart: str, message: str
) -> None:
    with pytest.raises(OpenbaarError, match=message):
        built(hand_made, chart=f"chart: {chart}\n")


def of_north_and(hand_made: Path, south: str) -> Path:
    """The database of a query that counts two regions, with a chart of both."""
    with_sql(
        hand_made,
        "select year, sum(number) filter (where region = 'flanders') as north, "
        f"sum(number) filter (where region = '{south}') as south "
        "from municipalities where year > 2000 group by year order by year",
    )
    described = ""
    for name, title in (("north", "Noorden"), ("south", "Zuiden")):
        titles = f"title: {{nl: {title}, en: {name}}}"
        described += f"      {name}: {{{titles}, unit: {{nl: gemeenten, en: municipalities}}}}\n"
    chart = "    chart: {x: year, y: [north, south]}\n"
    return built(hand_made, f"    columns:\n{described}{chart}")


def test_of_several_columns_of_which_one_has_figures_that_one_is_named(hand_made: Path) -> None:
    svg = svg_of(of_north_and(hand_made, "nowhere"), "per_year")
    assert "Noorden (gemeenten)" in drawings.words(svg)
    assert svg.count('data-row="0"') == 1


def test_columns_with_one_unit_are_the_colours_of_one_chart(hand_made: Path) -> None:
    database = of_north_and(hand_made, "wallonia")
    svg = svg_of(database, "per_year")
    words = drawings.words(svg)
    assert {"Noorden", "Zuiden", "gemeenten"} <= set(words)  # the unit is what both have in common
    assert svg.count('data-row="0"') == 2  # both of the first row, by which a page knows them
    ((told,),) = found(
        database, "SELECT told FROM _charts WHERE page = 'per_year' AND language = 'nl'"
    )
    assert "2019: Noorden 300, Zuiden 262;" in told


@pytest.mark.parametrize(
    "chart",
    [
        "{x: year, y: numbr}",
        "{x: year, y: number, highlight: {numbr: 1}}",
        "{x: year, y: number, partial: {rows: {numbr: 1}, text: {nl: x, en: x}}}",
    ],
)
def test_a_chart_of_a_column_that_is_not_there_is_refused(hand_made: Path, chart: str) -> None:
    with pytest.raises(OpenbaarError, match=r"column 'numbr' .* did you mean 'number'"):
        built(hand_made, chart=f"chart: {chart}\n")


def test_what_the_author_says_is_partial_planned_or_highlighted_is_drawn_so(
    hand_made: Path,
) -> None:
    rows_of(hand_made, "2018,brussels,3,,", "2019,brussels,1,,", "2020,brussels,2,,")
    said = (
        "partial: {rows: {year: 2019}, text: {nl: t/m mei, en: to May}}, "
        "planned: {rows: {year: 2020}, text: {nl: gepland, en: planned}}, highlight: {year: 2020}"
    )
    svg = svg_of(built(hand_made, chart=f"chart: {{x: year, y: number, {said}}}\n"))
    assert drawings.hatched(svg) == {"2019,brussels"}
    assert {"t/m mei", "2019: t/m mei", "gepland"} <= set(drawings.words(svg))
    painted = {each.get("data-row"): each.get("class") for each in drawings.drawn(svg)}
    classes = [painted[f"{year},brussels"] for year in (2018, 2019, 2020)]
    assert classes == ["c8", "c8", "c1"]


def test_each_chart_has_a_file_name_and_its_figures_in_words(hand_made: Path) -> None:
    query = PARAMETER + "    chart: {x: year, y: number}\n"
    charts = found(
        built(hand_made, query), "SELECT name, told FROM _charts WHERE language = 'en' ORDER BY 1"
    )
    assert charts[0][0] == "per_year"
    assert charts[1][0] == "per_year.year=1961"
    assert "1961: 2,663" in charts[0][1]


# The charts of the publication of this repository: nothing may be outside or upon another.


@pytest.fixture(scope="module")
def vdab(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The publication of this repository, built."""
    return build(ROOT, tmp_path_factory.mktemp("vdab"))


@pytest.mark.parametrize("form", ["wide", "narrow", "rest_wide", "rest_narrow", "thumbnail"])
def test_in_no_chart_is_a_text_outside_or_upon_another(vdab: Built, form: str) -> None:
    sql = f"SELECT page, parameters, language, {form} FROM _charts WHERE {form} IS NOT NULL"
    faults = {}
    charts = found(vdab.database, sql)
    for page, parameters, language, svg in charts:
        faults[page, parameters, language] = drawings.faults(svg)
    assert charts
    assert {chart: each for chart, each in faults.items() if each} == {}


@pytest.mark.parametrize("form", ["wide", "narrow"])
def test_the_columns_of_a_table_are_as_high_as_its_figures(vdab: Built, form: str) -> None:
    bars = drawings.bars(svg_of(vdab.database, "started_by_gender", form))
    sql = "SELECT start_year || ',' || gender, started FROM started_by_gender"
    figures = dict(found(vdab.database, sql))
    unit = bars["2020,female"].height / figures["2020,female"]
    heights = {key: bar.height for key, bar in bars.items()}
    assert heights == {key: pytest.approx(value * unit, abs=0.1) for key, value in figures.items()}


def test_the_axis_of_quarters_is_legible(vdab: Built) -> None:
    for form in ("wide", "narrow"):
        words = drawings.words(svg_of(vdab.database, "started_by_quarter", form))
        axis = [word for word in words if re.fullmatch(r"K[1-4]|20\d\d", word)]
        quarters = [f"K{quarter}" for quarter in (1, 2, 3, 4)]
        assert axis == [*quarters * 3, "K1", "K2", "2020", "2021", "2022", "2023"]


def test_only_what_is_not_whole_is_hatched_and_says_until_when(vdab: Built) -> None:
    svg = svg_of(vdab.database, "started_by_quarter")
    assert drawings.hatched(svg) == {"2023,2"}
    assert "2023 K2: april–mei" in drawings.words(svg)
    svg = svg_of(vdab.database, "started_by_gender")
    assert drawings.hatched(svg) == {f"2023,{code}" for code in ("male", "female", "unknown")}
    assert "t/m mei" in drawings.words(svg)
    assert "2023 (t/m mei)" in drawings.words(svg_of(vdab.database, "started_by_sector"))


def test_a_chosen_year_that_is_not_whole_says_until_when(vdab: Built) -> None:
    sql = "SELECT parameters, wide FROM _charts WHERE page = 'province_per_thousand' AND language = 'nl'"
    charts = dict(found(vdab.database, sql))
    year = {key: " ".join(drawings.words(svg)) for key, svg in charts.items()}
    assert "Jaar: 2023 (t/m mei) ·" in year['{"year": "2023"}']
    assert "Jaar: 2022 ·" in year['{"year": "2022"}']


def test_a_completion_before_its_start_is_joined_to_nothing(vdab: Built) -> None:
    svg = svg_of(vdab.database, "completed_by_quarter")
    doubtful = drawings.points(svg)["2023,2022,1"]
    ends = [point for x1, y1, x2, y2 in drawings.joins(svg) for point in ((x1, y1), (x2, y2))]
    assert ends
    assert pytest.approx(doubtful) not in ends
    assert {"twijfelachtig", "1 ?"} <= set(drawings.words(svg))


def test_an_amount_for_three_years_is_no_higher_than_what_it_is_a_year(vdab: Built) -> None:
    bars = drawings.bars(svg_of(vdab.database, "budgets"))
    assert bars["2023,2025"].height == pytest.approx(bars["2020,2020"].height, abs=0.1)
    assert bars["2023,2025"].width > 2.9 * bars["2020,2020"].width
    words = drawings.words(svg_of(vdab.database, "budgets"))
    assert {"gepland", "9.000.000 in 3 jaar"} <= set(words)


def test_ages_are_from_young_to_old(vdab: Built) -> None:
    svg = svg_of(vdab.database, "age_groups_per_year")
    ages = ["jonger dan 25 jaar", "25 tot en met 59 jaar", "60 jaar en ouder"]
    assert [word for word in drawings.words(svg) if word in ages] == ages


def test_a_picture_tells_every_figure_of_its_chart(vdab: Built) -> None:
    sql = "SELECT told FROM _charts WHERE page = 'started_by_sector' AND language = 'nl'"
    ((told,),) = found(vdab.database, sql)
    for (value,) in found(vdab.database, "SELECT started FROM started_by_sector"):
        if value is not None:
            assert f"{value:,}".replace(",", ".") in told


def test_charts_are_in_each_language_and_the_same_each_time(vdab: Built, tmp_path: Path) -> None:
    sql = "SELECT * FROM _charts ORDER BY page, parameters, language"
    again = build(ROOT, tmp_path)
    assert found(vdab.database, sql) == found(again.database, sql)
    languages = found(vdab.database, "SELECT language, count(*) FROM _charts GROUP BY 1")
    assert len({count for _, count in languages}) == 1
    assert json.dumps(sorted(language for language, _ in languages)) == '["en", "nl"]'
