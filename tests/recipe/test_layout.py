"""How lines become rows: each rule of the recipe language on lines that a test can show."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from openbaar.documents.lines import Document
from openbaar.documents.text import read_text
from openbaar.errors import OpenbaarError
from openbaar.models import Strict
from openbaar.recipe import language
from openbaar.recipe.anchors import locate
from openbaar.recipe.codes import CodeList
from openbaar.recipe.groups import label_rows
from openbaar.recipe.language import Recipe
from openbaar.recipe.records import make_records
from openbaar.recipe.rows import read_rows
from openbaar.recipe.templates import attempt
from openbaar.recipe.unit_keys import Units
from openbaar.recipe.units import make_units
from openbaar.recipe.values import field_readers
from openbaar.schema.model import Reference
from openbaar.tables.authored.model import Table
from openbaar.tables.converting.reading import resolved

NOWHERE = {"nl": "x"}
GENDERS_CODE = Reference(resource="genders", fields=("code",))
GENDERS = CodeList("genders", {"man": "male", "vrouw": "female", "onbekend": "unknown"})


def table(columns: dict[str, str], recipe: dict[str, Any], **more: Any) -> Table:
    """A table with these columns and types, whose column `gender` points to the code list."""
    fields = [
        {"name": name, "type": kind, "title": NOWHERE, "description": NOWHERE}
        for name, kind in columns.items()
    ]
    schema: dict[str, Any] = {"fields": fields, "primaryKey": next(iter(columns))}
    if "gender" in columns:
        schema["foreignKeys"] = [
            {"fields": "gender", "reference": {"resource": "genders", "fields": "code"}}
        ]
    recipe = {"from": "^table$", "numbers": "1.234.567,5", **recipe}
    return Table(name="t", title=NOWHERE, description=NOWHERE, schema=schema, recipe=recipe, **more)


def document(text: str) -> Document:
    return read_text(text.encode(), "sources/d.txt", page_break=3)


def read(text: str, made: Table) -> list[tuple[Any, ...]]:
    """The records that the recipe of `made` reads from the text, as tuples of values."""
    return [
        tuple(record.cells[name].value for name in made.columns if name in record.cells)
        for record in records(text, made)[0]
    ]


def records(text: str, made: Table) -> Any:
    assert made.recipe is not None
    assert made.recipe.numbers is not None
    source = document(text)
    recipe = resolved(made.recipe, source)
    codes = {GENDERS_CODE: GENDERS}
    readers = field_readers(made.table_schema, recipe, made.recipe.numbers, codes)
    region = locate(source, recipe, readers)
    read = read_rows(source, make_units(region.body, recipe.reading), recipe, readers)
    labelled, problems = label_rows(source, read.rows, recipe.groups, readers)
    if read.problems or problems:
        raise OpenbaarError(read.problems or problems)
    return make_records(source, labelled, recipe, made.table_schema, region.header)


def messages(text: str, made: Table) -> list[str]:
    with pytest.raises(OpenbaarError) as caught:
        records(text, made)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("lines", "how", "units"),
    [
        ("(07) Buiten \nBrussel\n\n434", {"by": "block"}, ["(07) Buiten Brussel", "434"]),
        ("arbeidsmarktco\nmpetenties", {"by": "block"}, ["arbeidsmarktcompetenties"]),
        ("a \n \nb", {"by": "block"}, ["a ", "b"]),
        ("a \nb\n\nc", {"by": "line"}, ["a ", "b", "c"]),
        (
            "Gent   1.234  5 \n  Sint-Niklaas 2    6",
            {"by": "aligned"},
            ["Gent␟1.234␟5", "Sint-Niklaas 2␟6"],
        ),
        ("1. een \ntwee\n\ndrie\n2. vier", {"starts": r"^\d"}, ["1. een twee\n\ndrie", "2. vier"]),
        ("x:\n- a\n- b", {"starts": "^x"}, ["x:\n- a\n- b"]),
        ("verloren\n1. een", {"starts": r"^\d"}, ["verloren", "1. een"]),
        ("2023\n€ \n9.917\n \n\n26", {"by": "cell"}, ["2023", "€ 9.917", "", "26"]),
        ("2023 \n9.917 \n \n26 ", {"by": "cell"}, ["2023", "9.917", "", "26"]),
        ("koken, bak\nken. Braden", {"split": "[,.] "}, ["koken", "bakken", "Braden"]),
    ],
)
def test_lines_make_units(lines: str, how: dict[str, str], units: list[str]) -> None:
    assert [unit.text for unit in make_units(document(lines).lines, Units(**how))] == units


def test_a_unit_knows_the_lines_of_each_part_of_it() -> None:
    unit = make_units(document("\nab\ncd\n\nef").lines, Units(by="block"))[0]
    assert [unit.lines(), unit.lines(0, 2), unit.lines(1, 3), unit.lines(2, 4)] == [
        (2, 3),
        (2, 2),
        (2, 3),
        (3, 3),
    ]
    assert unit.part(1, 3).lines() == (2, 3)


COUNTS = table(
    {"year": "year", "gender": "string", "n": "integer", "a": "integer", "b": "integer"},
    {
        "rows": ["{year} {gender} {n}", "{gender} {n}{year}", "{a} {b} {n}"],
        "cells": {
            "year": {"marks": "(**)"},
            "gender": {"marks": "(*)"},
            "a": {"blank": {" ": "not_given"}},
            "b": {"blank": {" ": "not_given", "k. A.": "not_given"}},
        },
    },
)


@pytest.mark.parametrize(
    ("template", "text", "values"),
    [
        ("{year} {gender} {n}", "2020 man 47.995", [[2020, "male", 47995]]),
        ("{year} {gender} {n}", "2020 (*)  onbekend 5", [[2020, "unknown", 5]]),
        ("{year} {gender} {n}", "2020 (**) (*)onbekend 5", [[2020, "unknown", 5]]),
        ("{year} {gender} {n}", "  2020 man 5  ", [[2020, "male", 5]]),
        ("{gender} {n}{year}", "man 47.9952023 (**)", [["male", 47995, 2023]]),
        ("{gender} {n}{year}", "man 7.7712023", [["male", 7771, 2023]]),
        ("{a} {b} {n}", "1 2 3", [[1, 2, 3]]),
        ("{a} {b} {n}", "1  3", [[1, None, 3]]),
        ("{a} {b} {n}", "1 k. A. 3", [[1, None, 3]]),
        ("{n} {a}", "9  ", [[9, None]]),
        ("{n} {a} {b}", "9   ", [[9, None, None]]),
        ("{n} {a} {b}", "9   4", []),
        ("{n} {a} {b}", "9  4", [[9, None, 4]]),
        ("{year} {gender} {n}", "2020 man 38.0", []),
        ("{year} {gender} {n}", "2020 man 1234", []),
        ("{year} {gender} {n}", "2020 man 1.2345", []),
        ("{year} {gender} {n}", "2020 man ١٢", []),
        ("{year} {gender} {n}", "2020 mannen 5", []),
        ("{year} {gender} {n}", "20201 man 5", []),
        ("{n} {n}", "1 2 3", []),
    ],
)
def test_a_text_is_read_whole_by_a_template_or_not_at_all(
    template: str, text: str, values: list[list[Any]]
) -> None:
    recipe = COUNTS.recipe
    assert recipe is not None
    readers = field_readers(COUNTS.table_schema, recipe, recipe.numbers, {GENDERS_CODE: GENDERS})  # type: ignore[arg-type]
    found = [
        [slot.parsed.value for slot in reading]
        for reading in attempt(template, text, readers).readings
    ]
    assert found == values


def test_all_readings_of_an_ambiguous_text_are_found() -> None:
    made = table({"a": "integer", "b": "integer"}, {"rows": "{a}{b}", "numbers": "1234"})
    assert made.recipe is not None
    readers = field_readers(made.table_schema, made.recipe, made.recipe.numbers, {})  # type: ignore[arg-type]
    found = [
        [slot.parsed.printed for slot in reading]
        for reading in attempt("{a}{b}", "123", readers).readings
    ]
    assert found == [["1", "23"], ["12", "3"]]


MERGED = table(
    {"year": "year", "gender": "string", "n": "integer"},
    {
        "header": ["Jaar Geslacht", "Aantal"],
        "until": "^end$",
        "join": 2,
        "rows": "{gender} {n}",
        "group": {"label": "year", "printed": "merged", "ends": "{gender}"},
    },
)
TWO_YEARS = (
    "table\n\nJaar \nGeslacht\n\nAantal\n\n"
    "man 1\n\nonbekend 2\n\n2020\n\nvrouw 3\n\n"
    "man 4\n\nonbekend 5\n\n2021\n\nvrouw 6\n\n\n\nend"
)


def test_a_merged_label_holds_for_its_whole_group() -> None:
    assert read(TWO_YEARS, MERGED) == [
        (2020, "male", 1), (2020, "unknown", 2), (2020, "female", 3),
        (2021, "male", 4), (2021, "unknown", 5), (2021, "female", 6),
    ]  # fmt: skip


def test_a_merged_label_of_two_rows_is_glued_to_the_first_number() -> None:
    text = "table\n\nJaar Geslacht\n\nAantal\n\nvrouw 2.0002020\n\nonbekend 3\n\nend"
    assert read(text, MERGED) == [(2020, "female", 2000), (2020, "unknown", 3)]
    assert messages(text.replace("onbekend 3", "onbekend 3\n\nman 4"), MERGED)[0].startswith(
        "sources/d.txt:7: recipe key 'group': the label '2020' should be before the last row on its page"
    )


def test_a_group_that_goes_on_after_a_page_break_has_its_label_on_the_first_page() -> None:
    text = TWO_YEARS.replace("2021\n\nvrouw 6", "x").replace(
        "onbekend 5\n\nx", "2021\n\nonbekend 5\n\n\n\nvrouw 6"
    )
    assert read(text, MERGED)[3:] == [(2021, "male", 4), (2021, "unknown", 5), (2021, "female", 6)]


@pytest.mark.parametrize(
    ("was", "becomes", "expected"),
    [
        (
            "2020\n\nvrouw 3",
            "vrouw 3",
            "sources/d.txt:8-12: recipe key 'group': a group should have one label for 'year', this one has none",
        ),
        (
            "onbekend 2\n\n2020",
            "2020\n\nonbekend 2",
            "sources/d.txt:10: recipe key 'group': the label '2020' should be before the last row on its page",
        ),
        (
            "2021",
            "2020",
            "sources/d.txt:20: recipe key 'group': the label '2020' already belongs to the group from line 8",
        ),
        (
            "man 1\n",
            "man\n",
            "sources/d.txt:8: recipe key 'rows': 'man' fits no row pattern ('{gender} {n}' came nearest and stopped "
            "fitting before 'man')",
        ),
        (
            "Jaar \nGeslacht",
            "Jaar \nGender",
            "sources/d.txt:3-4: recipe key 'header': expected 'Jaar Geslacht', found 'Jaar Gender'",
        ),
        (
            "\nend",
            "\nEND",
            "sources/d.txt:2-26: recipe key 'until': '^end$' matches no line after line 1",
        ),
        (
            "table",
            "tabel",
            "sources/d.txt:1: recipe key 'from': '^table$' matches no line in the document",
        ),
        (
            "\nend",
            "\ntable\nend",
            "sources/d.txt:26: recipe key 'from': '^table$' matches here and on line 1",
        ),
    ],
)
def test_what_does_not_fit_is_an_error_with_its_line_and_recipe_key(
    was: str, becomes: str, expected: str
) -> None:
    assert was in TWO_YEARS
    assert messages(TWO_YEARS.replace(was, becomes, 1), MERGED)[0].startswith(expected)


def test_a_line_that_fits_two_readings_is_refused_with_the_readings() -> None:
    made = table(
        {"a": "integer", "b": "integer"},
        {"rows": ["{a} {b}"], "numbers": "1 234", "by": "line"},
    )
    assert read("table\n10 470 1", made) == [(10470, 1)]
    assert messages("table\n1 234 567", made) == [
        "sources/d.txt:2: recipe key 'rows': '1 234 567' can be read in 2 ways: a '1', b '234 567' | a '1 234', "
        "b '567' (narrow the patterns or the marks so that one is left, or give the totals that decide)"
    ]


MELTED = table(
    {"name": "string", "year": "year", "n": "integer", "status": "string"},
    {
        "header": ["Naam {year} {year}"],
        "until": "^end$",
        "by": "line",
        "cells": {
            "year": {"marks": "(**)"},
            "n": {"blank": {" ": ["not_given", None]}},
            "name": {"pattern": "[a-z]+"},
        },
        "rows": "{name} {n} {n}",
        "totals": {"table": "Totaal {n} {n}"},
    },
)


def test_headings_that_are_data_are_melted_and_totals_kept_aside() -> None:
    text = "table\nNaam 2021 2022 (**)\nhout  2\nriet 3 4\nTotaal 3 6\nend"
    made, totals = records(text, MELTED)
    assert [tuple(record.cells[name].value for name in MELTED.columns) for record in made] == [
        ("hout", 2021, None, "not_given"), ("hout", 2022, 2, "normal"),
        ("riet", 2021, 3, "normal"), ("riet", 2022, 4, "normal"),
    ]  # fmt: skip
    assert [(total.column, dict(total.where), total.value) for total in totals] == [
        ("n", {"year": 2021}, 3), ("n", {"year": 2022}, 6),
    ]  # fmt: skip
    assert (made[1].cells["year"].first_line, made[1].cells["year"].parsed.mark) == (2, "(**)")


def test_a_heading_that_changed_is_an_error() -> None:
    assert messages("table\nNaam 2021 hout\nriet 3 4\nend", MELTED) == [
        "sources/d.txt:2: recipe key 'header': expected 'Naam {year} {year}', found 'Naam 2021 hout' "
        "('hout' is no year: say under 'cells' which marks or pattern it has)"
    ]


def test_a_cell_that_is_never_blank_below_its_heading_is_an_error_where_it_is() -> None:
    assert messages("table\nNaam 2021 2022\nhout 3  \nend", MELTED) == [
        "sources/d.txt:3: recipe key 'cells': 'n' is blank, which it never is there "
        "(it is the cell number 2 of that field in its row)"
    ]


def test_headings_that_come_again_on_a_page_are_no_rows_and_must_be_the_same() -> None:
    text = "table\nNaam 2021 2022\nhout 1 2\n\fNaam\n2021 2022\nriet 3 4\nend"
    assert [row[:3] for row in read(text, MELTED)] == [
        ("hout", 2021, 1), ("hout", 2022, 2), ("riet", 2021, 3), ("riet", 2022, 4),
    ]  # fmt: skip
    assert messages(text.replace("2021 2022\nriet", "2022 2023\nriet"), MELTED) == [
        "sources/d.txt:4-5: recipe key 'header': the headings come again with 2022, 2023 instead of 2021, 2022 "
        "(the columns have changed here: write a table of its own)"
    ]


def test_an_upper_heading_stands_above_as_many_lower_ones_as_each_other() -> None:
    made = table(
        {"name": "string", "year": "year", "gender": "string", "n": "integer"},
        {
            "header": ["{year} {year}", "Naam {gender} {gender} {gender} {gender}"],
            "by": "line",
            "cells": {"name": {"pattern": "[a-z]+"}},
            "rows": "{name} {n} {n} {n} {n}",
        },
    )
    text = "table\n2021 2022\nNaam man vrouw man vrouw\nhout 1 2 3 4"
    assert read(text, made) == [
        ("hout", 2021, "male", 1), ("hout", 2021, "female", 2),
        ("hout", 2022, "male", 3), ("hout", 2022, "female", 4),
    ]  # fmt: skip


def test_a_row_may_state_its_total_across_the_headings() -> None:
    made = table(
        {"name": "string", "year": "year", "n": "integer"},
        {
            "header": "Naam {year} {year} Totaal",
            "by": "line",
            "cells": {"name": {"pattern": "[a-z]+"}, "all": {"total": "n"}},
            "rows": "{name} {n} {n} {all}",
        },
    )
    made_records, totals = records("table\nNaam 2021 2022 Totaal\nhout 1 2 3\nriet 3 4 7", made)
    assert len(made_records) == 4
    assert [(total.column, dict(total.where), total.value) for total in totals] == [
        ("n", {"name": "hout"}, 3), ("n", {"name": "riet"}, 7),
    ]  # fmt: skip


def test_headings_that_the_document_lost_are_listed_with_the_reason() -> None:
    made = table(
        {"name": "string", "year": "year", "n": "integer"},
        {
            "by": "line",
            "cells": {"name": {"pattern": "[a-z]+"}},
            "rows": "{name} {n} {n}",
            "totals": {"table": "Totaal {n} {n}"},
            "set": {"year": ["2021", "2022"]},
            "why": "the text above names the years",
        },
    )
    made_records, totals = records("table\nhout 1 2\nTotaal 1 2", made)
    assert [record.cells["year"].value for record in made_records] == [2021, 2022]
    assert made_records[0].cells["year"].parsed.how == "derived"
    assert [(dict(total.where), total.value) for total in totals] == [
        ({"year": 2021}, 1), ({"year": 2022}, 2),
    ]  # fmt: skip
    with pytest.raises(ValueError, match="'why' says how one knows values that 'set' lists"):
        Recipe.model_validate({"rows": "{n} {n}", "set": {"year": ["2021", "2022"]}})


def test_a_field_that_stands_twice_makes_two_records() -> None:
    made = table(
        {"name": "string", "share": "string", "place": "integer"},
        {
            "rows": "{name} en {name} zijn {share} digitaal",
            "cells": {"name": {"pattern": "[a-z]+"}, "share": {"pattern": "half|heel"}},
            "set": {"place": "{#}"},
        },
    )
    assert read("table\n\nkok en bakker zijn half digitaal", made) == [
        ("kok", "half", 1),
        ("bakker", "half", 2),
    ]


def test_a_column_can_be_set_from_others_and_from_the_label_of_the_group() -> None:
    made = table(
        {"number": "string", "text": "string"},
        {
            "by": {"starts": r"^\d\. |^[a-z]\) "},
            "cells": {"q": {"pattern": "[0-9]+"}, "part": {"pattern": "[a-z]"}},
            "rows": [
                {"row": "{q}. {text}", "set": {"number": "{q}"}},
                {"row": "{part}) {text}", "set": {"number": "{q}{part}"}},
            ],
            "group": {"label": "q", "printed": "first"},
        },
    )
    text = "table\n1. Hoeveel? \nGraag:\na) per jaar\n2. Wat?"
    assert read(text, made) == [("1", "Hoeveel? Graag:"), ("1a", "per jaar"), ("2", "Wat?")]
    number = records(text, made)[0][1].cells["number"]
    assert (number.parsed.printed, number.first_line, number.last_line) == ("1 … a", 2, 4)


def test_lost_labels_are_given_in_order_and_their_number_must_fit() -> None:
    made = table(
        {"year": "year", "quarter": "integer", "n": "integer"},
        {
            "by": "line",
            "rows": "{quarter} {n}",
            "group": {
                "label": "year",
                "printed": [2021, 2022],
                "ends": "{quarter}",
                "why": "lost",
            },
        },
    )
    assert read("table\n1 5\n2 6\n1 7", made) == [(2021, 1, 5), (2021, 2, 6), (2022, 1, 7)]
    assert messages("table\n1 5\n1 6\n1 7", made) == [
        "sources/d.txt:2: recipe key 'group': 3 groups begin here, but 'printed' names 2"
    ]


def test_the_language_has_fewer_than_35_keys() -> None:
    keys: set[str] = set()
    for model in vars(language).values():
        if isinstance(model, type) and issubclass(model, Strict) and model is not Strict:
            fields = model.model_fields.items()
            keys.update(field.alias or name for name, field in fields)
    assert len(keys) < 35, sorted(keys)


def test_unknown_keys_are_refused_by_the_model() -> None:
    with pytest.raises(ValueError, match="Extra inputs"):
        Recipe.model_validate({"from": "a", "rows": "{b}", "untill": "c"})


def test_cells_in_columns_are_read_as_cells_and_a_missing_one_is_refused() -> None:
    made = table(
        {"name": "string", "one": "integer", "two": "integer"},
        {"by": "aligned", "header": ["Stad | Een | Twee"], "rows": "{name} | {one} | {two}"},
    )
    text = "table\n Stad      Een   Twee\n Gent      1.234    5\n De Panne      7    8"
    assert read(text, made) == [("Gent", 1234, 5), ("De Panne", 7, 8)]
    assert messages(text.replace("    8", ""), made)[0].startswith(
        "sources/d.txt:4: recipe key 'rows': 'De Panne | 7' fits no row pattern"
    )


def test_totals_settle_readings_also_where_numbers_are_below_zero() -> None:
    made = table(
        {"a": "integer", "b": "integer"},
        {
            "rows": "{a} {b}",
            "totals": {"table": "Totaal {a} {b}"},
            "numbers": "1 234",
            "by": "line",
        },
    )
    assert read("table\n1 234 567\n-1 000 5\nTotaal 234 572", made) == [(1234, 567), (-1000, 5)]


def test_a_key_in_a_row_of_totals_says_of_which_rows_it_is_the_total() -> None:
    made = table(
        {"year": "year", "gender": "string", "n": "integer"},
        {"by": "line", "rows": "{year} {gender} {n}", "totals": {"group": "{year} totaal {n}"}},
    )
    totals = records(
        "table\n2020 man 5\n2020 vrouw 6\n2020 totaal 11\n2021 man 7\n2021 totaal 7", made
    )[1]
    assert [(total.column, dict(total.where), total.value) for total in totals] == [
        ("n", {"year": 2020}, 11),
        ("n", {"year": 2021}, 7),
    ]


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (
            "1\u20022",
            "stopped fitting before '1\\u20022', which holds U+2002 EN SPACE, not a space",
        ),
        ("1  2", "stopped fitting before '␣2'"),
    ],
)
def test_a_space_that_does_not_fit_is_shown_for_what_it_is(line: str, shown: str) -> None:
    made = table(
        {"a": "integer", "b": "integer"}, {"rows": "{a} {b}", "by": "line", "numbers": "1234"}
    )
    assert shown in messages(f"table\n{line}", made)[0]


def test_a_total_above_its_rows_settles_them() -> None:
    rows = {"rows": "{a} {b}", "numbers": "1 234", "by": "line"}
    columns = {"a": "integer", "b": "integer"}
    of_table = table(columns, {**rows, "totals": {"table": "Gesamt {a} {b}"}})
    assert read("table\nGesamt 1 236 567\n1 234 567\n2 0", of_table) == [(1234, 567), (2, 0)]
    of_groups = table(columns, {**rows, "totals": {"group": "Summe {a} {b}"}})
    text = "table\nSumme 1 234 1 567\n1 234 567\n0 1 000\nSumme 5 1\n2 1\n3 0"
    assert read(text, of_groups) == [(1234, 567), (0, 1000), (2, 1), (3, 0)]
    undecided = "table\nSumme 1 234 568\n1 234 567\n0 1"
    assert "can be read in 2 ways" in messages(undecided, of_groups)[0]


@pytest.mark.parametrize(
    ("numbers", "said", "cells", "values"),
    [
        ("1.234,5", {}, ["+6,0", "-6,0", "−1.000"], ["6.0", "-6.0", "-1000"]),
        ("- 1.234,5", {}, ["- 42", "+ 1.042,5", "-42", "42"], ["-42", "1042.5", "-42", "42"]),
        ("–1234", {}, ["–42", "-42"], ["-42", "-42"]),
        (".5", {"sign": "%"}, [".2%", "0.2%", "-.25 %", "12.5%"], [".2", ".2", "-.25", "12.5"]),
        ("1,234,567", {"sign": ["$", ""]}, ["$ 1,042", "1,042", "$-7"], ["1042", "1042", "-7"]),
    ],
)
def test_a_number_is_printed_as_its_example_shows(
    numbers: str, said: dict[str, Any], cells: list[str], values: list[str]
) -> None:
    recipe = {"by": "line", "rows": "{n}", "cells": {"n": {"numbers": numbers, **said}}}
    found = read("table\n" + "\n".join(cells), table({"n": "number"}, recipe))
    assert [value for (value,) in found] == [Decimal(value) for value in values]


@pytest.mark.parametrize(
    ("numbers", "cell"),
    [
        ("1.234,5", "- 42"),
        ("1.234,5", "–42"),
        ("1.234,5", ",5"),
        ("1.234,5", "+-5"),
        (".5", "."),
        ("- 1234", "-  42"),
    ],
)
def test_a_number_that_its_example_does_not_show_is_none(numbers: str, cell: str) -> None:
    made = table({"n": "number"}, {"by": "line", "rows": "{n}", "numbers": numbers})
    assert "fits no row pattern" in messages(f"table\n{cell}", made)[0]


def test_a_total_outranks_a_label_of_the_same_words_but_no_other_label() -> None:
    recipe = {"by": "line", "rows": "{label} {n}", "totals": {"table": "Totaal {n}"}}
    made = table({"label": "string", "n": "integer"}, recipe)
    text = "table\nGent 5\nTotaalbeeld 6\nTotaal 11"
    assert read(text, made) == [("Gent", 5), ("Totaalbeeld", 6)]
    assert [total.value for total in records(text, made)[1]] == [11]


WORDS = " ".join(f"kop{n}" for n in range(60))


@pytest.mark.parametrize(
    ("header", "printed", "said"),
    [
        (
            f"{WORDS} 2022",
            f"{WORDS} 2023",
            "expected '… kop58 kop59 2022', found '… kop58 kop59 2023'",
        ),
        (
            "Naam {year} {year}",
            "Naam 2021 2022*",
            "expected 'Naam {year} {year}', found 'Naam 2021 2022*'",
        ),
        (
            "Naam {year} {year}",
            "Naam 2021 2022*",
            "('2022*' is no year: say under 'cells' which marks",
        ),
        (WORDS, f"X {WORDS}", f"expected '{WORDS[:80]}…', found '{f'X {WORDS}'[:80]}…'"),
    ],
)
def test_a_heading_is_shown_from_where_it_differs(header: str, printed: str, said: str) -> None:
    made = table(
        {"name": "string", "year": "year", "n": "integer"},
        {"by": "line", "header": header, "rows": "{name} {n} {n}"},
    )
    (message,) = messages(f"table\n{printed}\na 1 2", made)
    assert said in message


@pytest.mark.parametrize(
    ("total", "why"),
    [
        ("5 5", "the total on line 4 does not decide: no choice of readings adds up to it"),
        (
            "1 235 235 134",
            "the total on line 4 does not decide: several choices of readings add up to it",
        ),
    ],
)
def test_totals_that_do_not_decide_say_why(total: str, why: str) -> None:
    made = table(
        {"a": "integer", "b": "integer"},
        {
            "by": "line",
            "numbers": "1 234",
            "rows": "{a} {b}",
            "totals": {"table": "Totaal {a} {b}"},
        },
    )
    found = messages(f"table\n1 234 567\n1 234 567\nTotaal {total}", made)
    assert why in found[0]


TWO_LEVELS = {"province": "string", "year": "year", "gender": "string", "n": "integer"}
LEVELS = [("Antwerpen", 2020, "male", 1), ("Antwerpen", 2020, "female", 2), ("Antwerpen", 2021, "male", 3),
          ("Limburg", 2020, "female", 4)]  # fmt: skip


def test_labels_in_two_levels_stand_alone_above_their_groups() -> None:
    recipe = {
        "by": "line",
        "rows": "{gender} {n}",
        "totals": {"group": "Totaal {province} {n}", "table": "Algemeen totaal {n}"},
        "group": [
            {"label": "province", "printed": "Provincie {province}"},
            {"label": "year", "printed": "{year}"},
        ],
        "cells": {"province": {"pattern": "Antwerpen|Limburg"}},
    }
    text = (
        "table\nProvincie Antwerpen\n2020\nman 1\nvrouw 2\n2021\nman 3\nTotaal Antwerpen 6\n"
        "Provincie Limburg\n2020\nvrouw 4\nTotaal Limburg 4\nAlgemeen totaal 10"
    )
    made = table(TWO_LEVELS, recipe)
    assert read(text, made) == LEVELS
    totals = [(dict(total.where), total.value) for total in records(text, made)[1]]
    assert totals == [({"province": "Antwerpen"}, 6), ({"province": "Limburg"}, 4), ({}, 10)]


def test_labels_in_two_levels_stand_on_the_first_rows_of_their_groups() -> None:
    recipe = {
        "by": {"columns": [12, 20, 30]},
        "rows": ["{province} | {year} | {gender} | {n}"],
        "group": [
            {"label": "province", "printed": "first"},
            {"label": "year", "printed": "first"},
        ],
        "cells": {"province": {"blank": {"": "x"}}, "year": {"blank": {"": "x"}}},
    }
    lines = [("Antwerpen", "2020", "man", "1"), ("", "", "vrouw", "2"), ("", "2021", "man", "3"),
             ("Limburg", "2020", "vrouw", "4")]  # fmt: skip
    printed = [f"{a:<12}{b:<8}{c:<10}{d}" for a, b, c, d in lines]
    assert read("\n".join(["table", *printed]), table(TWO_LEVELS, recipe)) == LEVELS


def test_a_label_of_the_inner_level_may_come_again_in_another_outer_group_only() -> None:
    recipe = {
        "by": "line",
        "rows": "{gender} {n}",
        "group": [
            {"label": "province", "printed": "P {province}"},
            {"label": "year", "printed": "{year}"},
        ],
    }
    made = table(TWO_LEVELS, recipe)
    assert len(read("table\nP A\n2020\nman 1\nP B\n2020\nman 2", made)) == 2
    assert (
        "the label '2020' already belongs to the group"
        in messages("table\nP A\n2020\nman 1\n2020\nman 2", made)[0]
    )
    assert "one label for 'year', this one has none" in messages("table\nP A\nman 1", made)[0]


def test_outer_labels_that_were_lost_or_merged_are_refused() -> None:
    outer = {"label": "province", "printed": "merged", "ends": "{year}"}
    with pytest.raises(
        ValueError, match="the outer label 'province' should stand on the first row"
    ):
        table(TWO_LEVELS, {"rows": "{n}", "group": [outer, {"label": "year", "printed": "first"}]})
