"""What the pages of the site say, in each language, beside what Datasette says."""

from __future__ import annotations

import asyncio
import re
from html import unescape
from typing import Any
from urllib.parse import quote, urljoin

import pytest
from lxml import html

from openbaar.site.pages.chips import Chip, Chips
from openbaar.site.pages.column_values import are_years
from openbaar.site.pages.columns import Column
from openbaar.site.pages.leading_columns import leading_columns
from openbaar.site.pages.naming import status_words
from openbaar.site.published import text_of
from openbaar.site.requests import language
from served import Built, build, published_of, shown

pytestmark = pytest.mark.slow  # two publications are built
VDAB = "/vdab-online-opleidingen"
SMALL = "/municipalities"


def get(built: Built, address: str, spoken: str = "nl", **headers: str) -> Any:
    """The answer to a request, redirects followed."""
    client = shown(built).client
    path = f"/{spoken}{address}"
    return asyncio.run(client.get(path, headers=headers, follow_redirects=True))


def text(html: str) -> str:
    """What a reader sees of a page, white space as one space."""
    without = re.sub(r"<(script|style|svg)\b.*?</\1>|<[^>]+>", " ", html, flags=re.DOTALL)
    return " ".join(unescape(without).split())


def says(built: Built, address: str, language: str = "nl") -> str:
    """What a page says."""
    answer = get(built, address, language)
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.text
    return text(answer.text)


def cells(page: str, column: str) -> list[Any]:
    """The cells of a column of the table on a page."""
    [table] = html.document_fromstring(page).find_class("rows-and-columns")
    names = [head.get("data-column") for head in table.iterfind("thead/tr/th")]
    return [row[names.index(column)] for row in table.iterfind("tbody/tr")]


def missing(page: str, parts: list[str]) -> list[str]:
    """The parts that a page does not say."""
    return [part for part in parts if part not in page]


@pytest.mark.parametrize(
    ("language", "parts"),
    [
        (
            "nl",
            [
                "Online opleidingen bij VDAB, 2020 tot mei 2023",
                "Bron Jo Brouns",
                "Datum: onbekend",
                "startten vrouwen 61,1 % van de opleidingen",
                "Gestarte online opleidingen per gender 12 rijen",
                "Vragen over de cijfers Welke sectoren groeiden of krompen",
                "Alle 78 sommen stemmen overeen met andere tabellen.",
                "Aandachtspunten (15) Het document noemt geen vraagsteller",
                "Betekenis van de codes",
                "Bron van elke cel 1.221 rijen",
            ],
        ),
        (
            "en",
            [
                "Online training at VDAB, 2020 to May 2023",
                "Source Jo Brouns",
                "Date: unknown",
                "women started 61.1% of the courses",
                "Online courses started by gender 12 rows",
                "Questions about the figures Which sectors grew or shrank",
                "All 78 sums agree with other tables.",
                "Points to note (15) The document names no asker",
                "What the codes mean",
                "Source of each cell 1,221 rows",
            ],
        ),
    ],
)
def test_the_home_page_tells_what_there_is_whose_it_is_and_what_to_beware_of(
    vdab: Built, language: str, parts: list[str]
) -> None:
    assert missing(says(vdab, "/", language), parts) == []


@pytest.mark.parametrize(
    ("language", "parts"),
    [
        (
            "nl",
            [
                "Vindplaats in het document antwoord 1c, regels 151–181",
                "Alle 8 sommen stemmen overeen met andere tabellen. De regel geldt voor elke rij.",
                "geen actief MLB-dossier of beperkt dossier Gender: geslacht onbekend. regel 183",
                "Aandachtspunten Hetzelfde cijfer heet in de tekst 'online cursisten'",
                "Gestart gestarte online opleidingen Regels",
                "2022 vrouw 50.252 173",
                "Jaar start start_year Het jaar waarin de online opleiding gestart is",
                "12 rijen",
            ],
        ),
        (
            "en",
            [
                "Where it is in the document answer 1c, lines 151–181",
                "All 8 sums agree with other tables. The rule holds for each row.",
                "Footnote (*) unknown = no active MLB file, or a limited file "
                "Gender: gender unknown. line 183",
                "Please note The same figure is called 'online learners' in the text",
                "Started online courses started Lines",
                "2022 female 50,252 173",
                "Start year start_year The year in which the online course was started",
                "12 rows",
            ],
        ),
    ],
)
def test_a_table_says_what_it_is_where_it_stands_and_whether_it_adds_up(
    vdab: Built, language: str, parts: list[str]
) -> None:
    assert missing(says(vdab, f"{VDAB}/started_by_gender", language), parts) == []


def test_the_stated_totals_of_a_table_are_told_in_a_sentence(vdab: Built) -> None:
    assert (
        missing(
            says(vdab, f"{VDAB}/started_by_quarter", "en"),
            ["5 of 6 stated totals add up.", "1 difference is explained."],
        )
        == []
    )


def test_a_filtered_table_says_by_what_in_words_and_fades_the_rest_of_its_chart(
    vdab: Built,
) -> None:
    answer = get(vdab, f"{VDAB}/started_by_gender?start_year=2022&gender=female")
    page = text(answer.text)
    assert (
        missing(
            page,
            ["1 rij: Gender = vrouw, Jaar start = 2022 Alle rijen tonen", "vrouw 1 ✕", "man 1"],
        )
        == []
    )
    marks = re.findall(
        r'data-row="([^"]*)"( opacity="0.15")?',
        re.findall(r"<svg.*?</svg>", answer.text, re.DOTALL)[0],
    )
    rows = re.findall(r'<tr data-row="([^"]*)">', answer.text)
    assert rows == ["5"]  # the sixth mark: of women, in the third year
    assert (len(marks), [row for row, faded in marks if not faded]) == (12, rows)


def test_a_row_shows_the_lines_of_the_document_with_its_cells_marked(vdab: Built) -> None:
    html = get(vdab, f"{VDAB}/started_by_gender/2022,female").text
    marked = re.findall(r'<mark title="([^"]*)">([^<]*)</mark>', html)
    assert marked == [("Jaar start", "2022"), ("Gender", "vrouw"), ("Gestart", "50.252")]
    assert '<a href="/source/vdab-online-opleidingen.txt#L173">' in html


def test_each_cell_that_is_printed_is_found_in_its_lines(vdab: Built) -> None:
    """A sample: where a highlight is missing, one of the other cells took its place."""
    html = get(vdab, f"{VDAB}/completed_by_quarter/2023,2022,1").text
    assert (
        missing(text(html), ["Aandachtspunten Eén voltooiing in het eerste kwartaal van 2022"])
        == []
    )
    assert [piece for _, piece in re.findall(r'<mark title="([^"]*)">([^<]*)</mark>', html)].count(
        "1"
    ) == 2


def test_the_page_of_the_document_numbers_its_lines_and_tells_what_they_became(vdab: Built) -> None:
    html = get(vdab, "/source/vdab-online-opleidingen.txt", "en").text
    assert len(re.findall(r'<li[^>]* id="L\d+">', html)) == 702
    line = re.search(r'id="L173">.*?</li>', html)
    assert line is not None
    assert re.findall(r'<a href="([^"]*)">([^<]*)</a>', line[0]) == [
        (
            f"/en{VDAB}/started_by_gender/2022,female",
            "Online courses started by gender: 2022, female",
        )
    ]


def test_a_blank_line_and_a_line_of_text_lead_to_nothing_that_was_worked_out(vdab: Built) -> None:
    html = get(vdab, "/source/vdab-online-opleidingen.txt").text
    lines = dict(re.findall(r'id="L(\d+)">(.*?)</li>', html))
    assert (lines["3"], len(html) < 100_000) == ("", True)
    leading = [number for number, line in lines.items() if "Antwoorden: 3b" in line]
    assert leading == ["596"]


def test_the_page_of_the_document_begins_with_its_contents(vdab: Built) -> None:
    page = says(vdab, "/source/vdab-online-opleidingen.txt")
    assert "Inhoud Vragen regels 17–56" in page


def test_a_document_that_is_not_there_is_not_found(small: Built) -> None:
    answer = get(small, "/source/none.txt", "en")
    assert (answer.status_code, "Page not found" in answer.text) == (404, True)


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("/none", ["Pagina niet gevonden Deze pagina bestaat niet.", "Vragen over de cijfers"]),
        (f"{VDAB}/none", ["Pagina niet gevonden", "Zoek hierboven"]),
        ("/source/none.txt", ["Dit document bestaat niet."]),
        (f"{VDAB}?sql=select+nothing", ["De databank kan deze query niet uitvoeren"]),
    ],
)
def test_an_error_speaks_the_language_of_the_page_and_shows_a_way_on(
    vdab: Built, address: str, parts: list[str]
) -> None:
    answer = get(vdab, address)
    assert (answer.status_code >= 400, missing(text(answer.text), parts)) == (True, [])


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "ISO code has no value"), ("nl", "ISO-code heeft geen waarde")],
)
def test_a_comparison_with_nothing_is_told_without_a_value(
    small: Built, language: str, words: str
) -> None:
    page = says(small, f"{SMALL}/regions?iso_code__isnull=1", language)
    assert f": {words} " in page
    assert f"{words} 1" not in page


def test_a_parameter_that_is_no_column_is_told(vdab: Built) -> None:
    page = says(vdab, f"{VDAB}/genders?colour=red", "en")
    assert "This table has no column “colour”" in page


@pytest.mark.parametrize("address", ["/source/", "/id/", "/download", "/download/"])
def test_what_is_above_documents_addresses_and_files_lists_them(small: Built, address: str) -> None:
    assert "<h1>" in get(small, address).text


def test_a_parameter_is_chosen_from_the_names_of_known_codes(vdab: Built) -> None:
    html = get(vdab, f"{VDAB}/sector_change?cluster=bouw_en_hout", "en").text
    select = re.search(r"<select[^>]*name=\"cluster\".*?</select>", html, re.DOTALL)
    assert select is not None
    options = [(value, chosen.strip(), name) for value, chosen, name in OPTION.findall(select[0])]
    assert (len(options), options[0]) == (9, ("", "", "(all)"))
    assert ("bouw_en_hout", "selected", "Construction and wood") in options


OPTION = re.compile(r'<option value="([^"]*)"([^>]*)>([^<]*)</option>')


def test_the_chart_of_a_query_is_that_of_what_was_chosen(vdab: Built) -> None:
    charts = {
        year: re.search(
            r"<svg.*?</svg>", get(vdab, f"{VDAB}/province_per_thousand?year={year}").text, re.DOTALL
        )
        for year in ("", "2020", "2022")
    }
    assert len({found[0] for found in charts.values() if found}) == 3


def test_every_column_of_every_result_has_a_title_in_each_language(vdab: Built) -> None:
    found = {}
    for query in get(vdab, f"{VDAB}.json").json()["queries"]:
        html = get(vdab, f"{VDAB}/{query['name']}", "nl").text
        found[query["name"]] = re.findall(r'<th class="col-(\w+)[^"]*" scope="col"[^>]*>\1<', html)
    assert len(found) == 10
    assert {name: plain for name, plain in found.items() if plain} == {}


def test_a_column_that_is_computed_is_described_on_the_page_of_its_query(vdab: Built) -> None:
    page = says(vdab, f"{VDAB}/starts_per_quarter", "en")
    assert (
        "Change change Started, less the number of a year before. Unit: online courses started."
        in page
    )


def test_sql_of_ones_own_is_shown_with_its_result_and_its_error(vdab: Built) -> None:
    address = f"{VDAB}?sql=select+gender,+sum(started)+from+started_by_gender+group+by+1"
    assert missing(says(vdab, address, "en"), ["SQL query", "3 rows", "female 240732"]) == []
    assert 'role="alert"' in get(vdab, f"{VDAB}?sql=select+nothing").text


def test_a_code_without_a_name_in_a_language_has_the_one_it_has(small: Built) -> None:
    assert "2019 Vlaanderen, het Vlaamse Gewest 300 51.6" in says(
        small, f"{SMALL}/municipalities", "en"
    )
    assert "2019 Vlaanderen, het Vlaamse Gewest 300 51,6" in says(
        small, f"{SMALL}/municipalities", "nl"
    )


def test_a_list_is_shown_with_commas_and_a_blank_cell_says_that_it_is_blank(small: Built) -> None:
    page = get(small, f"{SMALL}/mergers", "en").text
    assert missing(page, ["Bastogne, Bertogne", '<abbr title="blank">—</abbr>']) == []


def test_what_is_true_or_false_is_told_in_words(small: Built) -> None:
    page = get(small, f"{SMALL}/mergers").text
    assert [cell.text for cell in cells(page, "several")] == ["ja", "nee", "ja"]


def test_a_day_is_told_in_words_and_stays_a_day_in_files(small: Built) -> None:
    page = get(small, f"{SMALL}/mergers").text
    days = [cell.text for cell in cells(page, "date")]
    assert days == ["1 januari 2019", "2 december 2024", "1 januari 2025"]
    chosen = f"{SMALL}/mergers?date=2024-12-02&_facet=date"
    assert missing(says(small, chosen, "en"), ["1 row: Date = December 2, 2024"]) == []
    assert "2024-12-02" in get(small, f"{SMALL}/mergers.csv").text
    assert get(small, f"{SMALL}/mergers.json?_shape=array").json()[1]["date"] == "2024-12-02"


@pytest.mark.parametrize(
    ("others", "leading"),
    [
        (["note"], ["year", "note", "number"]),
        (["note", "remark"], ["year", "note", "number"]),
        (["long", "note"], ["year", "note", "number"]),
        (["long", "status"], ["year", "number"]),
    ],
)
def test_a_narrow_page_shows_a_short_text_beside_one_figure(
    small: Built, others: list[str], leading: list[str]
) -> None:
    year, number = Column("year", "Year"), Column("number", "Number", unit="towns")
    columns = [year, *(Column(name, name) for name in others), number]
    assert leading_columns(published_of(small), "municipalities", columns, ["long"]) == leading


@pytest.mark.parametrize(
    ("values", "found"),
    [
        (["1999–2000", "2000–01", None], True),
        (["2019-2020", "2021/22"], True),
        (["2019-2020", "totaal"], False),
        ([None, ""], False),
        ([2019, 2020], False),
    ],
)
def test_two_years_in_one_text_are_told_from_others(values: list[Any], found: bool) -> None:
    assert are_years(values) is found


def test_whole_numbers_stand_under_each_other_also_without_a_unit(small: Built) -> None:
    sql = f"{SMALL}?sql=select+region,count(*)+as+lines+from+municipalities+group+by+1"
    page = get(small, sql).text
    assert ' data-numbers="2">' in page
    assert {cell.get("class") for cell in cells(page, "lines")} == {None}


def test_numbers_stand_under_each_other_also_where_no_style_sheet_knows_their_place(
    small: Built,
) -> None:
    columns = ",".join(f"{number}+as+c{number}" for number in range(1, 23))
    page = get(small, f"{SMALL}?sql=select+{columns}").text
    told = " ".join(str(number) for number in range(1, 21))
    assert f' data-numbers="{told}">' in page
    classes = [cells(page, f"c{number}")[0].get("class") for number in (20, 21, 22)]
    assert classes == [None, "number", "number"]


def test_what_nobody_has_said_is_not_a_title() -> None:
    drafted = {"name": "cases", "title": "unbekannt", "description": "unbekannt"}
    assert text_of(drafted, "title", "de") == "cases"
    assert text_of(drafted, "description", "de") == ""


@pytest.mark.parametrize(("count", "first"), [(10, 10), (11, 8)])
def test_of_a_long_list_of_values_the_first_ones_are_shown_at_once(count: int, first: int) -> None:
    values = Chips(Column("code", "Code"), [Chip(str(n), 1, False, "") for n in range(count)])
    assert (len(values.first), len(values.others)) == (first, count - first)


@pytest.mark.parametrize(
    ("status", "words"), [("normal", "as printed"), ("not_given", "not given")]
)
def test_a_status_without_a_code_list_is_told_in_words(status: str, words: str) -> None:
    assert status_words(status) == words


def test_a_status_without_a_code_list_is_told_in_the_language_of_the_page() -> None:
    asked = language._visit.set(language.Visit("nl", first_language="nl"))
    try:
        assert status_words("not_given") == "niet gegeven"
    finally:
        language._visit.reset(asked)


def test_a_hand_made_table_says_what_it_was_taken_from(small: Built) -> None:
    html = get(small, f"{SMALL}/regions", "en").text
    assert 'Taken from</dt><dd><a href="https://www.iso.org/obp/ui/#iso:code:3166:BE">' in html


def test_no_page_holds_a_style_or_a_script_of_its_own(vdab: Built) -> None:
    """A data block is no script; a Content-Security-Policy lets it be."""
    for address in (
        "/",
        f"{VDAB}/started_by_sector",
        f"{VDAB}/share_of_women",
        f"{VDAB}/started_by_sector/2022,hout",
    ):
        html = get(vdab, address).text
        assert re.findall(r"\sstyle=|<style|\son\w+=|javascript:", html) == []
        assert [
            each
            for each in re.findall(r"<script[^>]*>", html)
            if "src=" not in each and "ld+json" not in each
        ] == []


def test_texts_of_documents_and_authors_are_escaped(
    small: Built, hand_made: Any, tmp_path: Any
) -> None:
    attack = "<script>alert(1)</script>"
    for name in (
        "tables/municipalities.yaml",
        "tables/regions.csv",
        "tables/anomalies.csv",
        "tables/package.yaml",
    ):
        path = hand_made / name
        path.write_text(
            re.sub(r"Gewest\b|gewest\b|fusie\b|België", attack, path.read_text("utf-8")), "utf-8"
        )
    built = build(hand_made, tmp_path / "attacked")
    for address in (
        "/",
        SMALL,
        f"{SMALL}/municipalities",
        f"{SMALL}/municipalities/2019,flanders",
        f"{SMALL}/per_year",
    ):
        assert "<script>alert" not in get(built, address).text


@pytest.mark.parametrize("language", ["nl", "en"])
def test_no_page_of_a_table_or_a_question_is_heavier_than_100_kb(
    vdab: Built, language: str
) -> None:
    published = published_of(vdab)
    names = [*published.tables, *published.queries]
    weights = {name: len(get(vdab, f"{VDAB}/{name}", language).content) for name in names}
    assert {name: weight for name, weight in weights.items() if weight >= 100_000} == {}


def test_links_in_rows_lead_to_pages_beside_that_of_the_table(small: Built) -> None:
    for page in (f"{SMALL}/mergers", f"{SMALL}/per_year"):
        for link in html.fromstring(get(small, page, "en").text).xpath("//tbody//a/@href"):
            asked = urljoin(f"/en{page}", link).removeprefix("/en")
            assert link.startswith("/source/") or not link.startswith("/")
            assert get(small, asked, "en").status_code == 200


def test_rows_are_in_the_order_of_the_document_and_filters_in_that_of_code_lists(
    vdab: Built,
) -> None:
    html = get(vdab, f"{VDAB}/started_by_gender?start_year=2022").text
    rows = [cell.text_content() for cell in cells(html, "gender")]
    [listed] = re.findall(r'class="facet-info[^>]*data-column="gender".*?</ul>', html, re.DOTALL)
    chips = [unescape(label).strip() for label in re.findall(r"#rows\">([^<]*)", listed)]
    names = [each["nl"] for each in published_of(vdab).labels["genders"].values()]
    assert chips == names
    assert rows == ["man", "geslacht onbekend", "vrouw"]
    html = get(vdab, f"{VDAB}/questions").text
    numbers = re.findall(r'scope="row"><a[^>]*>([^<]*)', html)
    assert (numbers[:4], numbers[-1]) == (["1", "1a", "1b", "1c"], "10")


@pytest.mark.parametrize("printed", ["78.140", "78,140", "78140", "78 140"])
def test_a_figure_is_found_in_the_document_in_whatever_form_it_is_asked(
    vdab: Built, printed: str
) -> None:
    html = get(vdab, f"{VDAB}/where_a_number_comes_from?printed={printed}").text
    assert re.findall(r'#L\d+">(\d+)</a>', html)[:3] == ["109", "153", "193"]


def test_a_rule_of_rows_says_what_was_counted(vdab: Built) -> None:
    html = get(vdab, f"{VDAB}/totals_that_do_not_add_up", spoken="en").text
    assert "rows that break the rule “Completion year ≥ Start year”" in html


@pytest.mark.parametrize(
    ("sql", "shown_as"),
    [
        ("select sum(started) as total from started_by_gender", ["616,214"]),
        (
            "select start_year, sum(started) n from started_by_gender group by 1",
            ["2020", "214,532"],
        ),
        ("select min(start_year) as y from started_by_gender", ["2020"]),
        ("select nis_code from provinces where nis_code is not null", ["10000"]),
        ("select avg(started) as a from started_by_gender where start_year = 2023", ["25,378.333"]),
    ],
)
def test_figures_of_sql_have_separators_but_years_and_codes_do_not(
    vdab: Built, sql: str, shown_as: list[str]
) -> None:
    html = get(vdab, f"{VDAB}?sql={quote(sql)}", spoken="en").text
    first_row = re.search(r"<tbody>\n<tr>(.*)\n", html)
    assert first_row is not None
    cells = re.findall(r"<t[dh][^>]*>([^<]*)", first_row[1])
    assert [cell[: len(told)] for cell, told in zip(cells, shown_as, strict=True)] == shown_as
