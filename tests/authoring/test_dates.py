"""Days and months are drafted as such, in each form in which documents print them, or doubted."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import yaml

from openbaar.authoring.draft.project import init
from openbaar.tables.authored.publication import TRUST_TABLES
from openbaar.tables.authored.references import load_publication
from openbaar.tables.converting.convert import convert

# Printed days or months, and what the CSV file has of them.
FORMS = {
    "31/12/2020": (["31/12/2020", "1/2/2021", "02/02/2021"], ["2020-12-31", "2021-02-01", "2021-02-02"]),
    "31-12-2020": (["31-12-2020", "01-02-2021"], ["2020-12-31", "2021-02-01"]),
    "31.12.2020": (["31.12.2020", "01.02.2021"], ["2020-12-31", "2021-02-01"]),
    "12/31/2020": (["12/31/2020", "01/02/2021"], ["2020-12-31", "2021-01-02"]),
    "31 december 2020": (["31 december 2020", "1 maart 2020"], ["2020-12-31", "2020-03-01"]),
    "1 mrt. 2020": (["1 mrt. 2020", "3 mei 2020"], ["2020-03-01", "2020-05-03"]),
    "2020/12/31": (["2020/12/31", "2021/02/01"], ["2020-12-31", "2021-02-01"]),
    "2020-1-5": (["2020-1-5", "2020-12-15"], ["2020-01-05", "2020-12-15"]),
    "2020-12-31": (["2020-12-31", "2021-02-01"], ["2020-12-31", "2021-02-01"]),
    "maart 2020": (["maart 2020", "April 2020"], ["2020-03", "2020-04"]),
    "2020-03": (["2020-03", "2020-04"], ["2020-03", "2020-04"]),
    "2020-11-01": (["2020-11-01", "2020-12-01", "2021-01-01"], ["2020-11", "2020-12", "2021-01"]),
    "two first days": (["2020-11-01", "2020-12-01"], ["2020-11-01", "2020-12-01"]),
    "first days apart": (["2020-01-01", "2020-07-01", "2021-01-01"], ["2020-01-01", "2020-07-01", "2021-01-01"]),
    "03/2020": (["03/2020", "12/2020"], ["2020-03", "2020-12"]),
}  # fmt: skip
KEPT = {
    "01/02/2020": "'Datum' holds %d/%m/%Y or %m/%d/%Y, and nothing says which",
    "2010-11": "'Datum' holds %Y-%m or two years, and nothing says which",
    "2019-2020": "",
    "31/12/20": "'Datum' holds %d/%m/%y, and nothing says of which century",
    "01-02-20": "'Datum' holds %d-%m-%y or %m-%d-%y, and nothing says of which century",
    "3.10.1": "",
    "99/12/20": "",
    "geen": "",
}


def drafted(folder: Path, printed: list[str], language: str = "nl") -> tuple[Path, str, str]:
    """The folder of a publication, what `init` said, and the draft of its one table."""
    rows = [["Datum", "Aantal", "Plaats"]]
    for number, text in enumerate(printed):
        rows.append([text, str(number + 100), f"plaats {'abcdefgh'[number]}"])
    with (folder / "d.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    root = folder / "made"
    said = list(init(root, [folder / "d.csv"], language, minimal=True))
    (draft,) = [path for path in (root / "tables").glob("*.yaml") if path.name != "package.yaml"]
    return root, said[1], draft.read_text("utf-8")


@pytest.mark.parametrize("form", FORMS)
def test_a_column_of_dates_is_drafted_as_such_and_keeps_what_was_printed(
    form: str, tmp_path: Path
) -> None:
    printed, expected = FORMS[form]
    root, said, draft = drafted(tmp_path, printed)
    assert "converts: " in said, said
    column = yaml.safe_load(draft)["schema"]["fields"][0]
    assert column["type"] == ("date" if len(expected[0]) == 10 else "yearmonth")
    dataset = convert(load_publication(root))
    (name,) = [name for name in dataset.tables if name not in TRUST_TABLES]
    assert [row["datum"] for row in dataset.rows(name)] == expected
    places = [row for row in dataset.rows("provenance") if row["column_name"] == "datum"]
    assert [row["printed"] for row in places] == printed


@pytest.mark.parametrize("text", KEPT)
def test_what_could_be_read_in_two_ways_stays_text_and_is_doubted(
    text: str, tmp_path: Path
) -> None:
    _, _, draft = drafted(tmp_path, [text, text])
    assert "type" not in yaml.safe_load(draft)["schema"]["fields"][0]
    if KEPT[text]:
        assert f"#   {KEPT[text]}" in draft


def test_months_are_named_in_the_language_of_the_publication(tmp_path: Path) -> None:
    _, _, draft = drafted(tmp_path, ["December 31, 2020", "March 1, 2021"], "en")
    assert 'datum: {date: "%B %d, %Y"}' in draft
