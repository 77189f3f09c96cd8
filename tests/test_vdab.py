"""The first publication: each cell is the document's, totals add up, places are right."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from pathlib import Path

import pytest

from openbaar.tables.authored.publication import Publication
from openbaar.tables.authored.references import load_publication
from openbaar.tables.converting.convert import convert

ROOT = Path(__file__).parent.parent
DATA_LINES = slice(63, 637)  # from "a) per kwartaal" of answer 1 to the last row of table 3b
# What facts about the document say each table holds: 261 cells in ten tables.
CELLS = {
    "started_by_quarter": 14,
    "started_by_age_group": 16,
    "started_by_gender": 12,
    "started_by_province": 32,
    "started_since_2021_by_quarter": 10,
    "started_since_2021_by_age_group": 12,
    "started_since_2021_by_gender": 9,
    "started_since_2021_by_province": 24,
    "started_by_sector": 102,
    "completed_by_quarter": 30,
}
Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def vdab() -> Publication:
    return load_publication(ROOT)


@pytest.fixture(scope="module")
def converted(vdab: Publication) -> dict[str, bytes]:
    return convert(vdab).files


@pytest.fixture(scope="module")
def tables(converted: dict[str, bytes]) -> dict[str, Rows]:
    return {
        Path(path).stem: list(csv.DictReader(io.StringIO(data.decode())))
        for path, data in converted.items()
    }


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return (ROOT / "sources/vdab-online-opleidingen.txt").read_text(encoding="utf-8").split("\n")


def test_the_committed_csv_files_are_what_the_document_gives(converted: dict[str, bytes]) -> None:
    assert {path: (ROOT / path).read_bytes() for path in converted} == converted


def test_each_table_has_all_its_cells(tables: dict[str, Rows]) -> None:
    assert {name: len(tables[name]) for name in CELLS} == CELLS
    assert sum(CELLS.values()) == 261


def test_no_number_of_the_document_is_lost_or_invented(
    tables: dict[str, Rows], lines: list[str]
) -> None:
    """Read without a recipe: numbers with a thousands dot are those published or reconciled."""
    printed = re.findall(r"\d{1,3}\.\d{3}", "\n".join(lines[DATA_LINES]))
    told: list[str] = []
    for name in CELLS:
        told += [row.get("started") or row.get("completed") or "" for row in tables[name]]
    stated = stated_totals(tables)
    told += [row["stated"] for row in stated if int(row["first_line"]) >= 64]
    long = [number for number in told if len(number) > 3]
    assert sorted(long) == sorted(number.replace(".", "") for number in printed)


def stated_totals(tables: dict[str, Rows]) -> Rows:
    """The rows about totals that the document states of its tables."""
    of_totals = [row for row in tables["reconciliation"] if row["kind"] == "stated_total"]
    return [row for row in of_totals if row["table_name"] in CELLS]


def test_the_35_stated_totals_add_up_and_the_headline_is_explained(tables: dict[str, Rows]) -> None:
    stated = stated_totals(tables)
    assert Counter(row["verdict"] for row in stated) == {"equal": 35, "explained": 1}
    explained = next(row for row in stated if row["verdict"] == "explained")
    assert (explained["stated"], explained["computed"], explained["difference"]) == (
        "568694",
        "616214",
        "-47520",
    )
    assert explained["anomaly"] == "headline_without_first_quarter"


def test_every_identity_holds(tables: dict[str, Rows]) -> None:
    identities = [row for row in tables["reconciliation"] if row["kind"] == "identity"]
    assert {row["verdict"] for row in identities} == {"equal"}
    by_check = Counter((row["table_name"], row["compared_with"]) for row in identities)
    assert by_check == {
        ("started_by_age_group", "started_by_quarter"): 4,
        ("started_by_gender", "started_by_quarter"): 4,
        ("started_by_gender", "started_by_age_group"): 4,
        ("started_by_province", "started_by_quarter"): 4,
        ("started_by_province", "started_by_age_group"): 4,
        ("started_since_2021_by_quarter", "started_by_quarter"): 10,
        ("started_since_2021_by_age_group", "started_by_age_group"): 12,
        ("started_since_2021_by_gender", "started_by_gender"): 9,
        ("started_since_2021_by_province", "started_by_province"): 24,
        ("started_by_sector", "started_by_quarter"): 3,
    }


def test_each_published_value_is_found_again_at_its_lines(
    tables: dict[str, Rows], lines: list[str]
) -> None:
    """The printed text stands on the lines that provenance gives.

    One made of several parts has … between them.
    """
    for row in tables["provenance"]:
        text = "".join("".join(lines[int(row["first_line"]) - 1 : int(row["last_line"])]).split())
        for part in row["printed"].split(" … "):
            assert "".join(part.split()) in text, row


def test_every_cell_of_a_converted_table_has_a_provenance(
    vdab: Publication, tables: dict[str, Rows]
) -> None:
    known = {(row["table_name"], row["row_id"], row["column_name"]) for row in tables["provenance"]}
    expected = set()
    for name, table in vdab.tables.items():
        if table.recipe is None:
            continue
        for row in tables[name]:
            key = ",".join(row[column] for column in table.table_schema.primaryKey)
            expected |= {
                (name, key, column) for column in table.columns if column != "source_lines"
            }
    assert known == expected


def test_printed_numbers_are_the_published_ones(tables: dict[str, Rows]) -> None:
    values = {
        (name, ",".join(row[key] for key in keys), column): row[column]
        for name, keys, column in [
            ("started_by_gender", ["start_year", "gender"], "started"),
            ("started_by_sector", ["start_year", "sector"], "started"),
            (
                "completed_by_quarter",
                ["start_year", "completion_year", "completion_quarter"],
                "completed",
            ),
        ]
        for row in tables[name]
    }
    checked = 0
    for row in tables["provenance"]:
        key = (row["table_name"], row["row_id"], row["column_name"])
        if key in values:
            assert row["printed"].replace(".", "") == values[key], row
            checked += 1
    assert checked == 12 + 102 + 30


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("started_by_quarter", {"start_year": "2023", "start_quarter": "2", "started": "28140", "source_lines": "100"}),
        ("started_by_age_group", {"start_year": "2020", "age_group": "under_25", "started": "19485"}),
        ("started_by_gender", {"start_year": "2022", "gender": "female", "started": "50252", "source_lines": "173"}),
        ("started_by_province", {"start_year": "2021", "province": "outside", "started": "434", "source_lines": "229"}),
        ("started_since_2021_by_quarter", {"start_year": "2023", "start_quarter": "1", "started": "47995"}),
        ("started_since_2021_by_gender", {"start_year": "2022", "gender": "unknown", "started": "63598"}),
        ("started_since_2021_by_province", {"start_year": "2022", "province": "outside", "source_lines": "417-420"}),
        ("started_by_sector", {"start_year": "2021", "sector": "hout", "started": "", "status": "not_given"}),
        ("started_by_sector", {"sector": "onderwijs", "started": "49", "cluster": "zorg_en_onderwijs"}),
        ("completed_by_quarter", {"start_year": "2022", "completion_year": "2021", "status": "cannot_exist"}),
        ("completed_by_quarter", {"completion_year": "2022", "completed": "1", "status": "doubtful"}),
        ("completed_by_quarter", {"start_year": "2021", "completion_year": "2023", "status": "not_yet"}),
        ("budgets", {"period_start": "2021", "period_end": "2021", "amount_eur": "3950000", "kind": "spent"}),
        ("budgets", {"period_start": "2023", "period_end": "2025", "amount_eur": "9000000", "kind": "planned"}),
        ("budget_goals", {"position": "4", "goal": "projectmanagement"}),
        ("hybrid_programmes", {"position": "16", "programme": "horeca", "digital_share": "ongeveer 20%"}),
        ("questions", {"number": "4", "text": "Wat zijn de redenen om een opleiding niet af te werken?"}),
        ("answers", {"number": "1b", "text": "per leeftijdscategorie (-25, 25-55, 55+),"}),
    ],
)  # fmt: skip
def test_rows_that_were_hard_to_read(
    tables: dict[str, Rows], table: str, row: dict[str, str]
) -> None:
    assert any(row.items() <= found.items() for found in tables[table]), row


def test_the_programmes_are_18_of_which_the_list_has_7_distinct(tables: dict[str, Rows]) -> None:
    programmes = [row["programme"] for row in tables["hybrid_programmes"]]
    assert (
        len(programmes),
        len(programmes[:12]),
        len(set(programmes[:12])),
        len(set(programmes[12:])),
    ) == (
        18,
        12,
        7,
        6,
    )


def test_a_mark_in_a_heading_points_to_its_footnote(tables: dict[str, Rows]) -> None:
    marked = {(row["table_name"], row["mark"]) for row in tables["provenance"] if row["mark"]}
    assert marked == {(row["table_name"], row["mark"]) for row in tables["footnotes"]}
    meanings = {row["text_nl"] for row in tables["footnotes"] if row["mark"] == "(*)"}
    assert meanings == {
        "onbekend = geen actief MLB-dossier of beperkt dossier",
        "onbekend = geen specifieke cluster bekend",
    }
